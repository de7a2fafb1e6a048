"""Recordings that go to a file while running: equal to those in memory, readable at any moment, never lost."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from messages import UNHEEDED, complains
from recorded import load_any, network, same

from loihi_emu import Emulator, LoihiInputWarning, Network, Recording, ValidationError
from loihi_emu.image import blocks
from loihi_emu.recording.stream_form import HEADER, blocks_of
from loihi_emu.run import stream_writer

pytestmark = UNHEEDED

LIMIT = 60
"""Seconds after which a test that waits is a failure."""


# ---------------------------------------------------------------- the same
def test_a_file_holds_what_memory_would(often, whole, tmp_path):
    emulator = Emulator(network())
    first = emulator.run(120, to=tmp_path / "a.rec")
    same(first, Emulator(network()).run(120))
    rest = emulator.run(180, to=str(tmp_path / "a.rec"))
    assert (rest.start, rest.steps) == (120, 180)
    for recording in (emulator.recording, Recording.load(tmp_path / "a.rec")):
        same(recording, whole)
        assert np.array_equal(recording.spike_counts("cells"), whole.spike_counts("cells"))
    assert Recording.load(tmp_path / "a.rec").info["wall_s"] > 0
    assert [p.name for p in tmp_path.iterdir()] == ["a.rec"]


def test_parts_and_copies_of_a_file(every_step, whole, tmp_path):
    Emulator(network()).run(300, to=tmp_path / "a.rec")
    loaded = Recording.load(tmp_path / "a.rec")
    for a, b in ((0, 0), (0, 300), (6, 8), (7, 7), (33, 290), (299, 300)):
        same(loaded.part(a, b), whole.part(a, b))
    same(Recording.load(loaded.save(tmp_path / "b")), whole)
    same(Recording.load(loaded.part(9, 99).save(tmp_path / "c")), whole.part(9, 99))


def test_samples_go_to_a_file_too(every_step, tmp_path):
    samples = {"plain": np.random.default_rng(0).integers(0, 2, (6, 20, 5))}
    wanted = Emulator(network()).run_samples(20, samples)
    emulator = Emulator(network())
    same(emulator.run_samples(20, samples, to=tmp_path / "s.rec"), wanted)
    loaded = Recording.load(tmp_path / "s.rec")
    same(loaded, wanted)
    assert loaded.samples == 6 and np.array_equal(loaded.spike_counts("cells"), wanted.spike_counts("cells"))
    assert np.array_equal(loaded.sample(3)["cells.v"], wanted.sample(3)["cells.v"])
    before = emulator.recording.steps
    complains(
        lambda: emulator.run_samples(20, samples, to=tmp_path / "s.rec"), ["s.rec", "there already", "a new file"]
    )
    assert emulator.recording.steps == before == 120


def test_nothing_probed_is_a_file_of_counters(tmp_path):
    net = Network()
    net.population("p", 3, vth=1, bias=30)
    wanted = Emulator(net).run(50)
    same(Emulator(net).run(50, to=tmp_path / "a.rec"), wanted)
    same(Recording.load(tmp_path / "a.rec"), wanted)


def test_in_memory_and_in_files_by_turns(every_step, whole, tmp_path):
    emulator = Emulator(network())
    emulator.run(40)
    emulator.run(60, to=tmp_path / "a.rec")
    emulator.run(50)
    emulator.run(100, to=tmp_path / "b.rec")
    emulator.run(50)
    same(emulator.recording, whole)
    assert [(r.start, r.steps) for r in map(Recording.load, (tmp_path / "a.rec", tmp_path / "b.rec"))] == [
        (40, 60), (150, 100),
    ]  # fmt: skip
    same(Recording.load(tmp_path / "b.rec").part(160, 170), whole.part(160, 170))


def test_what_was_recorded_between_two_runs_to_one_file_is_in_it(whole, tmp_path):
    emulator = Emulator(network())
    emulator.run(100, to=tmp_path / "a.rec")
    emulator.run(50)
    emulator.run(150, to=tmp_path / "a.rec")
    same(Recording.load(tmp_path / "a.rec"), whole)


def test_weights_that_are_set_between_two_runs_to_one_file(tmp_path):
    def run(emulator, **to):
        emulator.run(60, **to)
        emulator.set("c", "weights", 2 * np.ones((30, 5), int))
        emulator.run(60, **to)
        return emulator.recording

    wanted = run(Emulator(network()))
    same(run(Emulator(network()), to=tmp_path / "a.rec"), wanted)
    same(Recording.load(tmp_path / "a.rec"), wanted)


def test_another_process_goes_on_from_a_checkpoint(whole, tmp_path):
    first = Emulator(network())
    first.run(120, to=tmp_path / "a.rec")
    first.save(tmp_path / "state")
    second = Emulator(network())
    second.restore(tmp_path / "state")
    second.run(180, to=tmp_path / "a.rec")
    same(Recording.load(tmp_path / "a.rec"), whole)


def test_memory_does_not_grow_with_the_run(monkeypatch, tmp_path):
    monkeypatch.setattr(stream_writer, "FLUSH_BYTES", 1 << 20)
    emulator = Emulator(network(n=2000, learns=False))
    emulator.run(4000, to=tmp_path / "a.rec")
    held = emulator.memory()["recorders"]
    assert os.path.getsize(tmp_path / "a.rec") > 60_000_000 > 48_000_000 > held
    emulator.run(4000, to=tmp_path / "a.rec")
    assert emulator.memory()["recorders"] < 48_000_000
    emulator.forget()
    assert Recording.load(tmp_path / "a.rec").part(7000, 7010)["cells.v"].shape == (10, 2000)


def test_a_long_file_is_read_without_its_other_blocks(every_step, whole, tmp_path, monkeypatch):
    Emulator(network()).run(300, to=tmp_path / "a.rec")
    loaded = Recording.load(tmp_path / "a.rec")
    read = []
    table = type(next(iter(loaded._columns["cells.v"]._pieces)).table)
    original = table.read

    def noted(self, column, block, *rows):
        read.append(block)
        return original(self, column, block, *rows)

    monkeypatch.setattr(table, "read", noted)
    assert np.array_equal(loaded.part(150, 153)["cells.v"], whole["cells.v"][150:153])
    assert len(set(read)) <= 2


def test_plots_draw_it(every_step, tmp_path):
    figure = pytest.importorskip("matplotlib.figure")
    from loihi_emu import plots

    Emulator(network()).run(100, to=tmp_path / "a.rec")
    loaded = Recording.load(tmp_path / "a.rec")
    plots.raster(loaded, ax=figure.Figure().subplots())
    plots.traces(loaded.part(20, 60), "cells.v", ax=figure.Figure().subplots())
    plots.weight_history(loaded, ax=figure.Figure().subplots())


# ---------------------------------------------------------------- at any moment
def test_every_beginning_of_a_file_is_a_recording_of_its_whole_steps(every_step, whole, tmp_path):
    Emulator(network()).run(40, to=tmp_path / "a.rec")
    data = (tmp_path / "a.rec").read_bytes()
    with (tmp_path / "a.rec").open("rb") as stream:
        ends = [(b.end, b.before + b.steps, b.kind) for b in blocks_of(stream)]
    part = tmp_path / "part.rec"
    cuts = {end + d for end, *_ in ends for d in (-9, -1, 0, 1, HEADER.size, HEADER.size + 9)}
    steps = []
    for cut in sorted(c for c in cuts if c <= len(data)):
        part.write_bytes(data[:cut])
        complete = [(end, n, kind) for end, n, kind in ends if end <= cut]
        if len(complete) < 2:
            with pytest.raises(ValidationError, match=r"part\.rec"):
                Recording.load(part)
            continue
        torn = cut != complete[-1][0]
        with pytest.warns(LoihiInputWarning, match=f"{complete[-1][1]} steps are whole") if torn else _quiet():
            loaded = Recording.load(part)
        steps.append(loaded.steps)
        assert loaded.steps == complete[-1][1]
        same(loaded, Emulator(network()).run(loaded.steps))
        assert ("goes on, or was ended" in repr(loaded)) == (complete[-1][2] != b"DONE")
    assert {0, 7, 14, 40} <= set(steps)


class _quiet:
    def __enter__(self):
        return self

    def __exit__(self, *_):
        return None


PROGRAM = """
import sys
sys.path[:0] = {paths!r}
from recorded import network
from loihi_emu.run import stream_writer
from loihi_emu import Emulator
stream_writer.FLUSH_SECONDS = 0.05
Emulator(network()).run(10**9, to={to!r})
"""


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="kill -9")
def test_a_killed_run_leaves_all_but_the_last_moment(tmp_path):
    here = Path(__file__).resolve().parent.parent
    path = tmp_path / "a.rec"
    program = PROGRAM.format(paths=[str(here.parent / "support"), str(here.parent.parent)], to=str(path))
    for _ in range(2):
        process = subprocess.Popen([sys.executable, "-c", program])
        seen = []
        end = time.monotonic() + LIMIT
        while len(set(seen)) < 4 and time.monotonic() < end:  # read while it is written
            time.sleep(0.02)
            if path.exists() and path.stat().st_size > 20_000:
                seen.append(load_any(path).steps)
        process.send_signal(signal.SIGKILL)
        process.wait(LIMIT)
        assert len(set(seen)) >= 4 and seen == sorted(seen)
        loaded = load_any(path)
        assert loaded.steps >= seen[-1]
        same(loaded.part(0, 200), Emulator(network()).run(300).part(0, 200))
        assert loaded.stats["spikes"]["cells"] == loaded.spike_counts("cells").sum()
        path.unlink()


@pytest.mark.slow
def test_it_is_read_by_other_threads_while_it_runs(every_step, tmp_path):
    emulator = Emulator(network())
    thread = threading.Thread(target=lambda: emulator.run(20_000, to=tmp_path / "a.rec"))
    thread.start()
    seen = []
    while thread.is_alive():
        recording = emulator.recording
        seen.append(recording.steps)
        assert len(recording["cells.v"]) == recording.steps
        if (tmp_path / "a.rec").exists() and (tmp_path / "a.rec").stat().st_size > 20_000:
            loaded = load_any(tmp_path / "a.rec")
            n = min(50, loaded.steps, recording.steps)
            assert np.array_equal(loaded["cells.v"][:n], recording["cells.v"][:n])
    thread.join(LIMIT)
    same(emulator.recording, Recording.load(tmp_path / "a.rec"))
    assert len(seen) > 1


def test_an_interrupt_leaves_everything(every_step, whole, tmp_path, monkeypatch):
    emulator = Emulator(network())
    original, calls = stream_writer.StreamWriter.after_chunk, []

    def after_chunk(self):
        original(self)
        calls.append(1)
        if len(calls) == 9:
            raise KeyboardInterrupt

    monkeypatch.setattr(stream_writer.StreamWriter, "after_chunk", after_chunk)
    with pytest.raises(KeyboardInterrupt):
        emulator.run(300, to=tmp_path / "a.rec")
    done = emulator.step
    same(Recording.load(tmp_path / "a.rec"), Emulator(network()).run(done))
    emulator.run(300 - done, to=tmp_path / "a.rec")
    same(Recording.load(tmp_path / "a.rec"), whole)
    same(emulator.recording, whole)


@pytest.mark.parametrize("stage", ["written", "added", "moved"])
def test_an_interrupt_while_a_block_is_written(every_step, whole, tmp_path, monkeypatch, stage):
    """Rows are neither lost nor written twice, wherever the interrupt comes."""
    emulator, calls = Emulator(network()), []
    owner, name = {
        "written": (stream_writer.StreamWriter, "_write"),
        "added": (stream_writer.form.ColumnTable, "add"),
        "moved": (blocks.Blocks, "moved"),
    }[stage]
    original = getattr(owner, name)

    def interrupted(self, *arguments):
        original(self, *arguments)
        calls.append(1)
        if len(calls) == 17:
            raise KeyboardInterrupt

    monkeypatch.setattr(owner, name, interrupted)
    with pytest.raises(KeyboardInterrupt):
        emulator.run(300, to=tmp_path / "a.rec")
    done = emulator.step
    same(emulator.recording, Emulator(network()).run(done))
    emulator.run(300 - done, to=tmp_path / "a.rec")
    same(emulator.recording, whole)
    same(Recording.load(tmp_path / "a.rec"), whole)
