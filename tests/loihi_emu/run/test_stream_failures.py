"""Recordings that go to a file, when something goes wrong: interrupts, full disks, files in the way, damage."""

import errno
import os
from functools import cache

import numpy as np
import pytest
from messages import UNHEEDED, complains
from recorded import contents, load_any, network, same

from loihi_emu import Emulator, Network, Noise, Recording, SimulationError, ValidationError
from loihi_emu.recording.stream_form import MARK
from loihi_emu.run import stream_writer

pytestmark = UNHEEDED

LIMIT = 60
"""Seconds after which a test that waits is a failure."""


def test_a_full_disk_is_one_error_and_loses_nothing(every_step, whole, tmp_path, monkeypatch):
    emulator = Emulator(network())
    room = [40_000]
    original = stream_writer.StreamWriter._write_all

    def write(stream, part):
        if len(part) > room[0]:
            stream.write(memoryview(part)[: room[0]])
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        room[0] -= len(part)
        original(stream, part)

    monkeypatch.setattr(stream_writer.StreamWriter, "_write_all", staticmethod(write))
    with pytest.raises(SimulationError, match=r"a\.rec.*No space left on device.*are whole.*go on") as caught:
        emulator.run(300, to=tmp_path / "a.rec")
    assert isinstance(caught.value.__cause__, OSError)
    done = emulator.step
    assert 0 < done < 300
    loaded = Recording.load(tmp_path / "a.rec")
    assert 0 < loaded.steps < done and f"{loaded.steps} steps are whole" in str(caught.value)
    same(loaded, Emulator(network()).run(loaded.steps))
    same(emulator.recording, Emulator(network()).run(done))
    room[0] = 1 << 40
    emulator.run(300 - done, to=tmp_path / "a.rec")
    same(Recording.load(tmp_path / "a.rec"), whole)
    same(emulator.recording, whole)


def test_a_disk_that_is_full_at_the_beginning_leaves_no_half_file(tmp_path, monkeypatch):
    def write(stream, part):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    emulator = Emulator(network())
    with monkeypatch.context() as patch:
        patch.setattr(stream_writer.StreamWriter, "_write_all", staticmethod(write))
        with pytest.raises(SimulationError, match="No space left"):
            emulator.run(10, to=tmp_path / "a.rec")
    assert emulator.step == 0
    emulator.run(10, to=tmp_path / "a.rec")
    assert Recording.load(tmp_path / "a.rec").steps == 10


def test_files_that_are_there_stay_as_they_are(tmp_path):
    emulator = Emulator(network())
    emulator.run(10, to=tmp_path / "mine.rec")
    emulator.recording.save(tmp_path / "saved")
    (tmp_path / "notes.txt").write_text("mine")
    (tmp_path / "empty.rec").touch()
    other = Network("other")
    other.probe(other.population("cells", 3, vth=1), "v")
    before = {p.name: p.read_bytes() for p in tmp_path.iterdir()}
    fresh = Emulator(network())
    for action, texts in (
        (lambda: fresh.run(5, to=tmp_path / "notes.txt"), ["notes.txt", "there already"]),
        (lambda: fresh.run(5, to=tmp_path / "saved.npz"), ["saved.npz", "another, such as run.rec"]),
        (lambda: fresh.run(5, to=tmp_path / "mine.rec"), ["mine.rec", "ends before step 10", "before step 0"]),
        (lambda: Emulator(other).run(5, to=tmp_path / "mine.rec"), ["mine.rec", "another network"]),
        (lambda: fresh.run(5, to=tmp_path), ["a folder"]),
        (lambda: fresh.run(5, to=tmp_path / "none" / "a.rec"), ["no folder", "none"]),
        (lambda: fresh.run(5, to=7), ["7", "a text or a pathlib.Path"]),
    ):
        complains(action, texts)
        assert fresh.step == 0 and {p.name: p.read_bytes() for p in tmp_path.iterdir()} == before
    fresh.run(5, to=tmp_path / "empty.rec")
    assert Recording.load(tmp_path / "empty.rec").steps == 5


def test_a_folder_that_takes_no_files(tmp_path, monkeypatch):
    """Also as root, whom permissions do not hold back: the system's refusal is raised where the file is opened."""

    def refuse(*_, **__):
        raise PermissionError(13, "Permission denied")

    emulator = Emulator(network())
    monkeypatch.setattr(stream_writer.os, "open", refuse)
    complains(lambda: emulator.run(5, to=tmp_path / "a.rec"), ["a.rec", "Permission denied"])


def test_two_runs_do_not_write_one_file(tmp_path):
    pytest.importorskip("fcntl")
    emulator, other = Emulator(network()), Emulator(network())
    writer = stream_writer.StreamWriter(tmp_path / "a.rec", emulator._counters, emulator._counters.snapshot(), None)
    complains(lambda: other.run(5, to=tmp_path / "a.rec"), ["a.rec", "another run is writing"])
    writer.finish()


def test_forgetting_and_resetting_do_not_touch_files(tmp_path):
    emulator = Emulator(network())
    emulator.run(20, to=tmp_path / "a.rec")
    emulator.forget()
    emulator.run(20, to=tmp_path / "a.rec")
    same(Recording.load(tmp_path / "a.rec"), Emulator(network()).run(40))
    emulator.forget()
    emulator.run(5)
    emulator.forget()
    complains(lambda: emulator.run(20, to=tmp_path / "a.rec"), ["ends before step 40", "before step 45"])
    emulator.reset()
    complains(lambda: emulator.run(20, to=tmp_path / "a.rec"), ["ends before step 40", "before step 0"])
    assert Recording.load(tmp_path / "a.rec").steps == 40


def test_a_file_that_goes_away_is_named(tmp_path):
    emulator = Emulator(network())
    recording = emulator.run(20, to=tmp_path / "a.rec")
    (tmp_path / "a.rec").unlink()
    with pytest.raises(ValidationError, match=r"a\.rec: cannot be read any more"):
        recording["cells.v"]
    emulator.forget()
    assert emulator.run(5).steps == 5


def test_a_path_is_where_the_process_was(tmp_path, monkeypatch, whole):
    monkeypatch.chdir(tmp_path)
    emulator = Emulator(network())
    emulator.run(300, to="a.rec")
    (tmp_path / "other").mkdir()
    monkeypatch.chdir(tmp_path / "other")
    same(emulator.recording, whole)


# ---------------------------------------------------------------- damage
@pytest.mark.slow
def test_damaged_bytes_are_an_error_or_a_shorter_recording(every_step, whole, tmp_path):
    Emulator(network()).run(60, to=tmp_path / "a.rec")
    data = (tmp_path / "a.rec").read_bytes()
    rng = np.random.default_rng(0)
    part = tmp_path / "b.rec"
    kinds, run = set(), cache(lambda steps: Emulator(network()).run(steps))
    for at in rng.integers(0, len(data), 400):
        changed = bytearray(data)
        changed[at] ^= 1 << rng.integers(0, 8)
        part.write_bytes(changed)
        try:
            loaded = load_any(part)
            same(loaded, run(loaded.steps))
            kinds.add("shorter" if loaded.steps < 60 else "equal")
        except ValidationError as problem:
            kinds.add("error" if "b.rec" in str(problem) else "an error that does not name the file")
    assert {"error", "shorter"} <= kinds <= {"error", "shorter", "equal"}


def test_other_files_are_told_apart(tmp_path):
    (tmp_path / "a.rec").write_bytes(MARK + b"\0" * 100)
    complains(lambda: Recording.load(tmp_path / "a.rec"), ["a.rec", "without its first block"])
    (tmp_path / "a.rec").write_bytes(MARK[:9])
    complains(lambda: Recording.load(tmp_path / "a.rec"), ["a.rec"])
    assert contents(Emulator(network()).run(3))["cells.v"][0].shape == (3, 30)


def _chain(**changed):
    """Two neurons, one behind the other."""
    net = Network("n", seed=changed.pop("seed", 5))
    first = net.population("first", 1, vth=100, bias=50, noise=changed.pop("noise", None))
    second = net.population("second", 2, vth=100)
    form = {"delays": 2, "name": "c"} | changed
    net.connect(first, second, [[9], [8]], **form)
    net.probe(second)
    return net


@pytest.mark.parametrize(
    "changed",
    [{"delays": 3}, {"name": "d"}, {"kind": "sparse"}, {"weight_exp": 1}, {"graded": True}, {"seed": 6},
     {"noise": Noise("u", 5)}],
    ids=str,
)  # fmt: skip
def test_a_file_does_not_go_on_with_another_network(tmp_path, changed):
    emulator = Emulator(_chain())
    emulator.run(10, to=tmp_path / "a.rec")
    before = (tmp_path / "a.rec").read_bytes()
    other = Emulator(_chain(**changed))
    other.run(10)
    other.forget()
    complains(lambda: other.run(5, to=tmp_path / "a.rec"), ["another network", "another name"])
    assert (tmp_path / "a.rec").read_bytes() == before
    emulator.run(5, to=tmp_path / "a.rec")
    assert Recording.load(tmp_path / "a.rec").steps == 15
