"""An emulator that is used from inside one of its own calls: by hooks and signal handlers; and after a fork."""

import os
import signal
import sys
import threading
import warnings

import numpy as np
import pytest
from emulator_calls import CHANGES, READS, network

from loihi_emu import Emulator, LoihiOverflowWarning, Network, SimulationError
from loihi_emu.run.guard import CHANGE, Guard

LIMIT = 60
"""Seconds after which a test that waits is a failure; a quiet machine needs a fraction of one."""
plain = os.environ.get("NUMBA_DISABLE_JIT") == "1"
FOREVER = 10**12


class Stderr:
    """A stream that calls something whenever it is written to, as a progress bar does."""

    def __init__(self, action):
        self.action = action

    def write(self, text):
        self.action()
        return len(text)

    def flush(self):
        pass

    def isatty(self):
        return True


@pytest.mark.parametrize("read", READS.values(), ids=READS)
def test_a_progress_hook_may_read(emulator, tmp_path, monkeypatch, read):
    seen = []
    monkeypatch.setattr(sys, "stderr", Stderr(lambda: seen.append(read(emulator, tmp_path))))
    emulator.run(500, progress=True)
    assert seen and emulator.step == 510


def test_a_progress_hook_may_wait_for_another_thread_that_reads(emulator, monkeypatch):
    seen = []

    def elsewhere():
        thread = threading.Thread(target=lambda: seen.append(emulator.step), daemon=True)
        thread.start()
        thread.join(LIMIT)
        assert not thread.is_alive()

    monkeypatch.setattr(sys, "stderr", Stderr(elsewhere))
    emulator.run(500, progress=True)
    assert seen


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_progress_hook_may_not_change(emulator, tmp_path, monkeypatch, change):
    told = []

    def hook():
        with pytest.raises(SimulationError, match=r"called from inside run\(\) of the same emulator") as caught:
            change(emulator, tmp_path)
        told.append(caught.value)

    monkeypatch.setattr(sys, "stderr", Stderr(hook))
    emulator.run(500, progress=True)
    assert told and emulator.step == 510
    monkeypatch.undo()
    change(emulator, tmp_path)


class Value:
    """An array whose conversion calls something."""

    def __init__(self, action):
        self.action = action

    def __array__(self, dtype=None, copy=None):
        self.action()
        return np.zeros(40, int)


@pytest.mark.parametrize("inner", [*READS.values(), *CHANGES.values()], ids=[*READS, *CHANGES])
def test_from_inside_a_change_all_is_an_error(emulator, tmp_path, inner):
    want = emulator.get("cells", "v")
    with pytest.raises(SimulationError, match=r"called from inside set\(\) of the same emulator"):
        emulator.set("cells", "v", Value(lambda: inner(emulator, tmp_path)))
    assert np.array_equal(emulator.get("cells", "v"), want)
    emulator.run(1)


def test_a_hook_of_warnings_may_use_the_emulator_after_the_run():
    net = Network()
    net.population("cell", 1, vth=(1 << 17) - 1, du=0, u=(1 << 23) - 10, bias=1000)
    emulator = Emulator(net, overflow="warn")
    seen = []

    def show(message, category, filename, lineno, *_):
        seen.append((category, filename, emulator.step))

    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.showwarning = show
        emulator.run(20)
    assert seen == [(LoihiOverflowWarning, __file__, 20)]


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such timer")
def test_a_signal_handler_may_save_at_any_time(tmp_path):
    emulator, path, steps = Emulator(network()), tmp_path / "auto.npz", []

    def handler(*_):
        try:
            emulator.save(path)
            steps.append(emulator.step)
        except SimulationError:  # within a step of kernels in plain Python; once more
            assert plain
            signal.setitimer(signal.ITIMER_REAL, 0.001)

    before = signal.signal(signal.SIGALRM, handler)
    try:
        for k in range(20):
            signal.setitimer(signal.ITIMER_REAL, 0.0007 + 0.0001 * k)
            while len(steps) == k:
                emulator.run(997 if not plain else 7)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    fresh = Emulator(network())
    fresh.restore(path)
    whole = Emulator(network())
    whole.run(fresh.step)
    assert np.array_equal(whole.get("cells", "v"), fresh.get("cells", "v"))


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such timer")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # an interrupt may meet a finalizer
def test_interrupts_at_any_moment_leave_the_emulator_usable(tmp_path):
    armed = []

    def handler(*_):
        if armed:
            armed.clear()
            raise KeyboardInterrupt

    def act(action):
        while armed:  # a function, since CPython 3.13 leaves the jump of a loop out of the "try" around it
            action(emulator, tmp_path)

    emulator, caught = Emulator(network()), 0
    actions = [action for name, action in (READS | CHANGES).items() if name not in ("save", "restore")]  # no files
    before = signal.signal(signal.SIGALRM, handler)
    rng = np.random.default_rng(1)
    try:
        for k in range(200):
            try:
                armed.append(k)
                signal.setitimer(signal.ITIMER_REAL, float(rng.uniform(1e-5, 2e-3)))
                act(actions[k % len(actions)])
            except KeyboardInterrupt:
                caught += 1
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert caught > 100  # but for those that a finalizer met
    seen = []
    thread = threading.Thread(target=lambda: seen.append(emulator.step), daemon=True)
    thread.start()
    thread.join(LIMIT)
    assert seen
    emulator.reset()
    assert emulator.run(20).steps == 20


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")
@pytest.mark.parametrize("held", [False, True])
def test_after_a_fork_nothing_waits_for_a_thread_that_is_not_there(held):
    guard, inside, go = Guard(), threading.Event(), threading.Event()

    def wait():
        inside.set()
        go.wait(LIMIT)

    def run():
        guard.run("run()", lambda: guard.part(wait) if held else wait())

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    assert inside.wait(LIMIT)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of forking beside threads
        child = os.fork()
    if child == 0:
        code = 1
        try:
            signal.alarm(LIMIT)
            guard.hold((CHANGE, "set()"), lambda: None)
            code = 2
        except SimulationError as error:
            code = 3 if "a copy (fork)" in str(error) else 4
        finally:
            os._exit(code)
    status = os.waitpid(child, 0)[1]
    go.set()
    thread.join(LIMIT)
    assert os.waitstatus_to_exitcode(status) == (3 if held else 2)
