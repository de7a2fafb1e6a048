"""Writing a file leaves the old one or the new one, whoever else writes the same name."""

import errno
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from loihi_emu import Emulator, LoihiEmuError, Network, Recording
from loihi_emu.files.writing import OLD, clean, replacing

ROOT = Path(__file__).resolve().parents[3]
WRITERS = 4


def network(k=0):
    net = Network(f"n{k}", seed=k)
    cells = net.population("c", 300, vth=90, bias=np.arange(300) % 90)
    net.probe(cells)
    return net


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def in_threads(*acts):
    """Run functions side by side; returns what they raised."""
    raised = []

    def run(act):
        try:
            act()
        except Exception as problem:
            raised.append(problem)

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised


def test_threads_that_write_one_name_each_write_a_whole_file(tmp_path):
    emulators = [Emulator(network()) for _ in range(WRITERS)]
    for k, emulator in enumerate(emulators):
        emulator.run(10 * k + 1)
    emulators[0].save(tmp_path / "same.npz")
    done = threading.Event()

    def read():
        while not done.is_set():
            reader.restore(tmp_path / "same.npz")
            assert reader.step in (1, 11, 21, 31)

    def write():
        def save(emulator):
            for _ in range(8):
                emulator.save(tmp_path / "same.npz")

        raised.extend(in_threads(*(lambda e=e: save(e) for e in emulators)))
        done.set()

    reader, raised = Emulator(network()), []
    assert in_threads(read, write) + raised == []
    assert names(tmp_path) == ["same.npz"]


def test_networks_and_recordings_are_written_by_the_same_rule(tmp_path):
    nets = [network(k) for k in range(WRITERS)]
    recordings = [Emulator(net).run(20) for net in nets]
    for save, read in ((Network.save, Network.load), (Recording.save, Recording.load)):
        things = nets if save is Network.save else recordings
        path = tmp_path / f"{save.__qualname__}.npz"

        def several(thing, save=save, path=path):
            for _ in range(5):
                save(thing, path)

        assert in_threads(*(lambda thing=thing, act=several: act(thing) for thing in things)) == []
        read(path)
    assert names(tmp_path) == ["Network.save.npz", "Recording.save.npz"]


@pytest.mark.slow
def test_processes_that_write_one_name_each_write_a_whole_file(tmp_path):
    code = (
        "import sys; from loihi_emu import Network\n"
        "net = Network('n'); net.population('c', 2000, vth=list(range(2000)))\n"
        "for _ in range(12): net.save(sys.argv[1])\n"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "same.npz")]
    running = [subprocess.Popen(command, cwd=ROOT) for _ in range(3)]
    assert [process.wait(timeout=120) for process in running] == [0, 0, 0]
    assert Network.load(tmp_path / "same.npz").populations["c"].size == 2000
    assert names(tmp_path) == ["same.npz"]


def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(b"old")

    def write(problem):
        with replacing(path) as stream:
            stream.write(b"half")
            raise problem

    for problem in (OSError("No space left on device"), KeyboardInterrupt(), MemoryError()):
        with pytest.raises(type(problem)):
            write(problem)
    assert path.read_bytes() == b"old" and names(tmp_path) == ["a"]


def killed_writer(folder):
    """A process that was killed while it wrote; its temporary file is there."""
    code = (
        "import sys, time; from loihi_emu.files.writing import replacing\n"
        "with replacing(sys.argv[1]) as stream:\n"
        "    stream.write(b'half'); stream.flush(); print('now', flush=True); time.sleep(99)\n"
    )
    command = [sys.executable, "-c", code, str(folder / "a")]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "now\n"
        alive = names(folder)
        clean(folder)
        assert names(folder) == alive  # it still writes
        process.send_signal(signal.SIGKILL)
    return alive


def test_what_killed_processes_left_is_removed_by_the_next_writer(tmp_path):
    (tmp_path / "a").write_bytes(b"old")
    left = killed_writer(tmp_path)
    assert len(left) == 2 and (tmp_path / "a").read_bytes() == b"old"
    with replacing(tmp_path / "another") as stream:
        stream.write(b"new")
    assert names(tmp_path) == ["a", "another"]


def test_what_is_not_surely_a_leftover_stays(tmp_path):
    with replacing(tmp_path / "a") as stream:
        mine = next(name for name in names(tmp_path))
        stream.write(b"new")
        foreign = mine.replace(mine.split("loihi-")[1][:12], "0123456789ab")
        for name in (foreign, "b.npz.123.part", ".b.part"):
            (tmp_path / name).write_bytes(b"")
        with replacing(tmp_path / "b") as other:
            other.write(b"x")
        assert names(tmp_path) == sorted([mine, foreign, "b", "b.npz.123.part", ".b.part"])
    past = time.time() - OLD - 1
    os.utime(tmp_path / foreign, (past, past))
    clean(tmp_path)
    assert names(tmp_path) == [".b.part", "a", "b", "b.npz.123.part"]


def test_what_is_written_is_on_the_disk_before_the_name_changes(tmp_path, monkeypatch):
    done = []
    flush, rename = os.fsync, Path.replace
    monkeypatch.setattr(os, "fsync", lambda handle: (done.append("flush"), flush(handle)))
    monkeypatch.setattr(Path, "replace", lambda self, to: (done.append("rename"), rename(self, to)))
    with replacing(tmp_path / "a") as stream:
        stream.write(b"x")
    assert done == ["flush", "rename", "flush"]


def test_links_modes_and_devices_stay_what_they_are(tmp_path):
    real, link = tmp_path / "real", tmp_path / "link"
    real.write_bytes(b"old")
    real.chmod(0o640)
    link.symlink_to(real)
    with replacing(link) as stream:
        stream.write(b"new")
    assert link.is_symlink() and real.read_bytes() == b"new" and real.stat().st_mode & 0o777 == 0o640
    with replacing(os.devnull) as stream:
        stream.write(b"new")
    assert not Path(os.devnull).is_file()


@pytest.mark.parametrize("name", ["x" * 240, "ü" * 120, " ", "a\nb", ".hidden", "\udc80"])
def test_any_name_that_the_disk_takes_is_written(tmp_path, name):
    with replacing(tmp_path / name) as stream:
        stream.write(b"x")
    assert names(tmp_path) == [name]


def test_errors_name_the_file(tmp_path):
    for path in (tmp_path / "none" / "a", tmp_path):
        with pytest.raises(OSError, match=str(path)), replacing(path) as stream:
            stream.write(b"x")


@pytest.mark.parametrize("reason", [errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EIO])
def test_a_file_that_cannot_be_written_is_told_and_the_old_one_stays(tmp_path, monkeypatch, reason):
    net = Network()
    net.probe(net.population("c", 2, vth=1))
    emulator = Emulator(net)
    saves = {"chk": emulator.save, "net": net.save, "rec": emulator.run(2).save}
    before = {name: save(tmp_path / name).read_bytes() for name, save in saves.items()}

    def fails(*_):
        raise OSError(reason, os.strerror(reason))

    monkeypatch.setattr(os, "fsync", fails)
    for name, save in saves.items():
        said = f"{name}.npz: got a file that cannot be written .{os.strerror(reason)}"
        with pytest.raises(OSError, match=said) as caught:
            save(tmp_path / name)
        assert isinstance(caught.value, LoihiEmuError) and caught.value.errno == reason
        assert (tmp_path / f"{name}.npz").read_bytes() == before[name]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["chk.npz", "net.npz", "rec.npz"]
    with pytest.raises(ValueError, match=r"\.\.: got a folder"):
        net.save("..")
