"""An emulator that is used while it runs: by other threads, by callbacks of its own thread, after a fork."""

import os
import signal
import sys
import threading
import time
import warnings

import numpy as np
import pytest

from loihi_emu import Emulator, LoihiOverflowWarning, Network, SimulationError
from loihi_emu.guard import Guard

LIMIT = 60
"""Seconds after which a test that waits is a failure; a quiet machine needs a fraction of one."""
plain = os.environ.get("NUMBA_DISABLE_JIT") == "1"
FOREVER = 10**12

READS = {
    "step": lambda e, path: e.step,
    "recording": lambda e, path: e.recording.steps,
    "get": lambda e, path: e.get("cells", "v"),
    "save": lambda e, path: e.save(path / "state.npz"),
    "memory": lambda e, path: e.memory(),
}
CHANGES = {
    "set": lambda e, path: e.set("w", "weights", np.full((40, 10), 8)),
    "set_input": lambda e, path: e.set_input("drive", rate=0.5),
    "restore": lambda e, path: e.restore(path / "good.npz"),
    "reset": lambda e, path: e.reset(),
    "forget": lambda e, path: e.forget(),
    "run": lambda e, path: e.run(1),
    "run_samples": lambda e, path: e.run_samples(1, {"drive": np.zeros((1, 10))}),
}
OTHER_CHANGES = {
    "a state": lambda e: e.set("cells", "v", 3),
    "a parameter": lambda e: e.set("cells", "vth", 3),
    "an input that is built anew": lambda e: e.set_input("list", spikes=([1 << 40] * 9, [0] * 9)),
}
PLAIN = {"network", "image", "overflow"}
"""Attributes that are not methods: what the emulator was made with, and its insides."""


def network(seed=1):
    net = Network("m", seed=seed)
    drive, cells = net.input("drive", 10, rate=0.1), net.population("cells", 40, vth=300, bias=np.arange(40), dv=9)
    net.input("list", 1, spikes=([5], [0]))
    net.connect(drive, cells, np.full((40, 10), 9), name="w")
    net.connect(cells, cells, np.eye(40, dtype=int), name="loop", delays=3)
    return net


class Running:
    """An emulator that runs in a thread until the block ends."""

    def __init__(self, emulator, run=lambda e: e.run(FOREVER)):
        self.emulator, self.result, self.stop, self.inside = emulator, None, threading.Event(), threading.Event()
        emulator._check_overflow = self._between_chunks
        self.thread = threading.Thread(target=self._run, args=(run,), daemon=True)

    def _between_chunks(self, *_):
        self.inside.set()
        if self.stop.is_set():
            raise TimeoutError

    def _run(self, run):
        try:
            self.result = run(self.emulator)
        except TimeoutError:
            self.result = "stopped"
        except Exception as error:
            self.result = error

    def __enter__(self):
        self.thread.start()
        assert self.inside.wait(LIMIT)
        return self

    def __exit__(self, *_):
        self.stop.set()
        self.thread.join(LIMIT)
        assert not self.thread.is_alive()
        del self.emulator._check_overflow


@pytest.fixture
def emulator(tmp_path):
    made = Emulator(network())
    made.run(10)
    made.save(tmp_path / "good.npz")
    return made


def test_every_public_name_has_its_place():
    """A method that is added must be marked, and tried below."""
    kinds = {}
    for name in dir(Emulator):
        if not name.startswith("_"):
            member = getattr(Emulator, name)
            function = member.fget if isinstance(member, property) else member
            kinds[name] = getattr(function, "guarded_as", "not marked with reads, changes or runs")
    want = dict.fromkeys(READS, "read") | dict.fromkeys(CHANGES, "change")
    assert kinds == want | {"run": "run", "run_samples": "run"}
    assert {name for name in vars(Emulator(network())) if not name.startswith("_")} == PLAIN


@pytest.mark.parametrize("read", READS.values(), ids=READS)
def test_reading_waits_for_the_end_of_a_chunk(emulator, tmp_path, read):
    with Running(emulator) as running:
        for _ in range(3):
            read(emulator, tmp_path)
        assert running.thread.is_alive()
    assert running.result == "stopped"


@pytest.mark.parametrize("change", [*CHANGES.values(), *OTHER_CHANGES.values()], ids=[*CHANGES, *OTHER_CHANGES])
@pytest.mark.parametrize("run", ["run", "run_samples"])
def test_changing_is_an_error_at_once(emulator, tmp_path, change, run):
    ways = {"run": lambda e: e.run(FOREVER), "run_samples": lambda e: e.run_samples(FOREVER, {"drive": [0.1]})}
    with Running(emulator, ways[run]) as running:
        for _ in range(3):
            with pytest.raises(SimulationError, match=rf"{run}\(\) of this emulator is under way in another thread"):
                change(emulator, tmp_path) if change in CHANGES.values() else change(emulator)
        assert running.thread.is_alive()
    assert running.result == "stopped"
    change(emulator, tmp_path) if change in CHANGES.values() else change(emulator)


def test_a_run_beside_readers_and_refused_changes_gives_what_it_gives_alone(emulator, tmp_path):
    alone = Emulator(network())
    alone.run(10)
    steps = 2000 if plain else 200_000
    want = alone.run(steps)
    got, stop, troubles = [], threading.Event(), []

    def beside(action):
        while not stop.is_set():
            try:
                action(emulator, tmp_path)
            except SimulationError:
                time.sleep(1e-3)
            except Exception as error:
                troubles.append(error)
                return

    actions = [*READS.values(), CHANGES["set"], CHANGES["restore"], CHANGES["reset"]]
    runner = threading.Thread(target=lambda: got.append(emulator.run(steps)))
    others = [threading.Thread(target=beside, args=(action,), daemon=True) for action in actions]
    with Running(emulator) as holding:  # so that none of the changes comes before the run
        for thread in others:
            thread.start()
    assert holding.result == "stopped"
    stop.set()
    for thread in others:
        thread.join(LIMIT)
    emulator.restore(tmp_path / "good.npz")
    stop.clear()
    runner.start()
    others = [threading.Thread(target=beside, args=(action,), daemon=True) for action in READS.values()]
    for thread in others:
        thread.start()
    runner.join(LIMIT)
    stop.set()
    for thread in others:
        thread.join(LIMIT)
    assert not troubles and not any(thread.is_alive() for thread in [runner, *others])
    assert got[0].steps == steps and got[0].stats == want.stats
    assert np.array_equal(emulator.get("cells", "v"), alone.get("cells", "v"))


def test_what_is_saved_during_a_run_is_the_state_of_one_step(emulator, tmp_path):
    path, taken = tmp_path / "during.npz", []
    with Running(emulator) as running:
        for k in range(5):
            emulator.save(path)
            fresh = Emulator(network())
            fresh.restore(path)
            taken.append((fresh.step, {name: fresh.image.arena[name].copy() for name in fresh.image.arena.names}))
            assert k == 0 or fresh.step > taken[-2][0]
    assert running.result == "stopped"
    straight = Emulator(network())
    for step, state in taken[: 1 if plain else 5]:
        straight.run(step - straight.step)
        for name, values in state.items():
            if not name.endswith(".hot"):
                assert np.array_equal(straight.image.arena[name], values), (step, name)


def test_samples_cannot_be_saved_half_way(emulator, tmp_path):
    before = (tmp_path / "good.npz").read_bytes()
    with Running(emulator, lambda e: e.run_samples(FOREVER, {"drive": [0.1, 0.9]})):
        with pytest.raises(SimulationError, match="a checkpoint holds no samples"):
            emulator.save(tmp_path / "good.npz")
        assert emulator.recording.sample_steps == FOREVER and emulator.recording.steps > 0
    assert (tmp_path / "good.npz").read_bytes() == before


def test_a_recording_taken_during_a_run_says_how_long_it_took_so_far():
    emulator = Emulator(network())
    with Running(emulator):
        seen = emulator.recording
    assert seen.steps > 0 and seen.info["wall_s"] > 0 and seen.info["steps_per_s"] > 0


def test_threads_that_only_read_do_not_keep_a_run_from_going_on(emulator):
    stop = threading.Event()

    def poll():
        while not stop.is_set():
            emulator.step  # noqa: B018

    threads = [threading.Thread(target=poll, daemon=True) for _ in range(4)]
    for thread in threads:
        thread.start()
    done = threading.Thread(target=lambda: [emulator.run(1) for _ in range(20)], daemon=True)
    done.start()
    done.join(LIMIT)
    stop.set()
    for thread in threads:
        thread.join(LIMIT)
    assert not done.is_alive() and emulator.step == 30


def test_changes_of_several_threads_wait_for_each_other(emulator):
    values = [np.full((40, 10), 2 * k) for k in range(1, 9)]
    threads = [threading.Thread(target=emulator.set, args=("w", "weights", v), daemon=True) for v in values]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(LIMIT)
    assert not any(thread.is_alive() for thread in threads)
    left = emulator.get("w", "weights")
    assert any(np.array_equal(left, v) for v in values)
    other = Emulator(network())
    other.run(10)
    other.set("w", "weights", left)
    emulator.run(50), other.run(50)
    assert np.array_equal(emulator.get("cells", "v"), other.get("cells", "v"))


# ---------------------------------------------------------------- from inside
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

    emulator, caught = Emulator(network()), 0
    actions = [action for name, action in (READS | CHANGES).items() if name not in ("save", "restore")]  # no files
    before = signal.signal(signal.SIGALRM, handler)
    rng = np.random.default_rng(1)
    try:
        for k in range(200):
            try:
                armed.append(k)
                signal.setitimer(signal.ITIMER_REAL, float(rng.uniform(1e-5, 2e-3)))
                while armed:
                    actions[k % len(actions)](emulator, tmp_path)
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
            guard.change("set()", lambda: None)
            code = 2
        except SimulationError as error:
            code = 3 if "a copy (fork)" in str(error) else 4
        finally:
            os._exit(code)
    status = os.waitpid(child, 0)[1]
    go.set()
    thread.join(LIMIT)
    assert os.waitstatus_to_exitcode(status) == (3 if held else 2)
