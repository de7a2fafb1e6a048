"""Threads of emulators begin, end and are interrupted: nothing hangs, and nothing is lost."""

import gc
import multiprocessing
import os
import signal
import subprocess
import sys
import threading

import numpy as np
import pytest
from messages import complains

from loihi_emu import Emulator, Network, SimulationError
from loihi_emu.jit import COMPILED
from loihi_emu.run import control
from loihi_emu.run import threads as number

pytestmark = pytest.mark.skipif(not COMPILED, reason="plain Python runs all shares in one thread")
LIMIT = 60
"""Seconds after which a test that waits is a failure; a quiet machine needs a fraction of one."""


@pytest.fixture(autouse=True)
def large_machine(monkeypatch):
    """Also the shortest runs are done by all threads, and there are cores for them, as it seems."""
    monkeypatch.setattr(control, "WORTH_WAKING", 0.0)
    monkeypatch.setattr(number, "cores", lambda: 64)


def network(seed=1):
    rng = np.random.default_rng(seed)
    net = Network(seed=seed)
    cells = net.population("cells", 4000, vth=200, dv=100, bias=rng.integers(0, 60, 4000))
    lists = rng.integers(0, 4000, 20_000), rng.integers(0, 4000, 20_000), rng.integers(1, 50, 20_000)
    net.connect(cells, cells, lists)
    net.probe(cells)
    return net


def own_threads():
    return [thread for thread in threading.enumerate() if thread.name.startswith("loihi_emu ")]


def spikes(emulator):
    found = emulator.recording.spikes("cells")
    return found.times.tolist(), found.indices.tolist()


def test_they_begin_with_the_first_run_and_end_with_the_emulator():
    before = set(own_threads())
    emulator = Emulator(network(), threads=3)
    assert set(own_threads()) == before
    emulator.run(5)
    mine = set(own_threads()) - before
    assert len(mine) == 2
    emulator.set("cells", "vth", 100)
    emulator.run(5)
    assert set(own_threads()) - before == mine
    del emulator
    gc.collect()
    for thread in mine:
        thread.join(LIMIT)
        assert not thread.is_alive()


def test_they_stay_when_memory_is_made_anew():
    emulator, other = Emulator(network(), threads=3), Emulator(network())
    emulator.run(3)
    mine = set(own_threads())
    for one in (emulator, other):
        name = next(iter(one.network.connections))
        one.set(name, "weights", np.arange(20_000) % 40)
    emulator.run(5)
    other.run(8)
    assert set(own_threads()) == mine
    other.reset(), emulator.reset()
    emulator.run(9), other.run(9)
    assert spikes(emulator) == spikes(other)


def test_several_emulators_run_in_threads_of_python():
    want = Emulator(network())
    want.run(200)
    emulators = [Emulator(network(), threads=2) for _ in range(4)]
    runs = [threading.Thread(target=lambda e=e: [e.run(50) for _ in range(4)]) for e in emulators]
    for one in runs:
        one.start()
    for one in runs:
        one.join(LIMIT)
        assert not one.is_alive()
    assert all(spikes(e) == spikes(want) for e in emulators)


def test_an_error_between_two_chunks_leaves_a_whole_state(monkeypatch):
    emulator, other = Emulator(network(), threads=2), Emulator(network())

    def fail(since, where=""):
        raise RuntimeError("in the middle")

    emulator._check_overflow = fail
    with pytest.raises(RuntimeError):
        emulator.run(10**9)
    del emulator._check_overflow
    emulator.run(20)
    other.run(emulator.step)
    assert spikes(emulator) == spikes(other)


def test_no_more_threads(monkeypatch):
    emulator = Emulator(network(), threads=3)
    start, started = threading.Thread.start, []

    def refuse(thread):
        if started:
            raise RuntimeError("can't start new thread")
        started.append(thread)
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", refuse)
    complains(lambda: emulator.run(5), ["threads=3", "can't start new thread"], SimulationError)
    started[0].join(LIMIT)
    assert not started[0].is_alive() and emulator.step == 0
    monkeypatch.undo()
    other = Emulator(network())
    emulator.run(5), other.run(5)
    assert spikes(emulator) == spikes(other)


# ---------------------------------------------------------------- other processes
def in_child(emulator, queue):
    emulator.run(20)
    queue.put((emulator.step, spikes(emulator), len(own_threads())))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="nothing is forked here")
def test_a_fork_goes_on_with_threads_of_its_own(monkeypatch):
    emulator, other = Emulator(network(), threads=2), Emulator(network())
    emulator.run(10), other.run(30)
    context = multiprocessing.get_context("fork")
    queue = context.Queue()
    child = context.Process(target=in_child, args=(emulator, queue))
    child.start()
    step, seen, count = queue.get(timeout=LIMIT)
    child.join(LIMIT)
    assert (step, seen, count) == (30, spikes(other), 1) and child.exitcode == 0
    emulator.run(20)
    assert spikes(emulator) == spikes(other)


COMMON = """
import sys
sys.path[:0] = {path!r}
import signal, threading, time
import numpy as np
from loihi_emu.run import threads as number
number.cores = lambda: 64
from test_cores_end import network, spikes
from loihi_emu import Emulator
emulator = Emulator(network(), threads=3)
emulator.run(5)
"""
ENDS = {
    "idle": "",
    "while it runs in a thread": """
threading.Thread(target=emulator.run, args=(10**12,), daemon=True).start()
while emulator.step < 50: time.sleep(0.01)
""",
    "by an error": "raise ZeroDivisionError",
    "by exit within a callback": """
def stop(since, where=""): sys.exit(3)
emulator._check_overflow = stop
emulator.run(10**12)
""",
    "several, of which some are forgotten": """
others = [Emulator(network(k), threads=2) for k in range(4)]
for one in others: one.run(3)
del others[1:]
""",
}


def script(text):
    return COMMON.format(path=[os.path.dirname(__file__), *sys.path]) + text


@pytest.mark.slow
@pytest.mark.parametrize("how", ENDS)
def test_the_interpreter_ends(how):
    done = subprocess.run([sys.executable, "-c", script(ENDS[how])], capture_output=True, text=True, timeout=LIMIT)
    status = 1 if how == "by an error" else 3 if "exit" in how else 0
    assert done.returncode == status and ("ZeroDivision" in done.stderr) == (status == 1), done.stderr
    assert "Fatal" not in done.stderr


INTERRUPTED = """
signal.signal(signal.SIGINT, signal.default_int_handler)
other = Emulator(network())
def go(steps):
    while True: emulator.run(steps)  # a function: CPython 3.13 leaves the jump of a loop out of the "try" around it
for k in range(5):
    try:
        print("running", flush=True)
        go(10**7 if k % 2 else 3)
    except KeyboardInterrupt:
        pass
emulator.run(7)
other.run(emulator.step)
assert spikes(emulator) == spikes(other)
assert np.array_equal(emulator.get("cells", "v"), other.get("cells", "v"))
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="signals are sent in another way")
def test_ctrl_c_again_and_again():
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen([sys.executable, "-c", script(INTERRUPTED)], **pipes) as p:
        try:
            for _ in range(5):
                assert p.stdout.readline().strip() == "running", p.stderr.read()
                p.send_signal(signal.SIGINT)
            _, errors = p.communicate(timeout=LIMIT)
        finally:
            p.kill()
    assert p.returncode == 0, errors
