"""Samples that several processes run: the same recording, whoever ran which."""

import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pytest

from loihi_emu import (
    Emulator,
    LoihiOverflowWarning,
    Network,
    OutOfMemoryError,
    Recording,
    SimulationError,
    ValidationError,
)
from loihi_emu.memory.free import Free
from loihi_emu.run import sample_parts, workers

SAMPLES, STEPS = 7, 9
plain = os.environ.get("NUMBA_DISABLE_JIT") == "1"
LIMIT = 60
"""Seconds after which a test that waits is a failure."""
RNG = np.random.default_rng(5)
INPUTS = {
    "camera": RNG.random((SAMPLES, STEPS, 6)) < 0.3,
    "drive": RNG.random((SAMPLES, 4)),
}


def network(vth=60, graded=False, du=900, **more):
    net = Network(seed=3)
    camera, drive = net.input("camera", 6), net.input("drive", 4, rate=0.1)
    cells = net.population("cells", 5, vth=vth, du=du, dv=300, **more)
    net.connect(camera, cells, np.arange(30).reshape(5, 6) * 2, delays=2, name="w", graded=graded)
    net.connect(drive, cells, np.full((5, 4), 14))
    net.probe(cells, ["spikes", "v"])
    net.probe(camera)
    return net


def same(one, other):
    assert one.names == other.names and one.samples == other.samples and one.stats == other.stats
    for k in range(one.samples):
        a, b = one.sample(k), other.sample(k)
        assert a.stats == b.stats and np.array_equal(a["cells.v"], b["cells.v"])
        for name in ("cells", "camera"):
            x, y = a.spikes(name), b.spikes(name)
            assert x.times.tolist() == y.times.tolist() and x.indices.tolist() == y.indices.tolist()
            assert (x.payloads is None and y.payloads is None) or x.payloads.tolist() == y.payloads.tolist()


class Immediate:
    """An executor that does what it is given at once; of the interface it has what is needed."""

    def __init__(self):
        self.given = 0

    def submit(self, function, *arguments):
        self.given += 1
        future = Future()
        future.set_result(function(*arguments))
        return future


EXECUTORS = {
    "processes": lambda: ProcessPoolExecutor(2, mp_context=get_context("spawn")),
    "threads": lambda: ThreadPoolExecutor(3),
}


@pytest.fixture
def set_up():
    """An emulator with what can be set, and its recording by one worker."""

    def make(**how):
        emulator = Emulator(network(), **how)
        emulator.set("cells", "vth", [40, 50, 60, 70, 80])
        emulator.set("w", "weights", np.arange(30).reshape(5, 6) * 4)
        return emulator

    return make


@pytest.mark.parametrize("number", [2, 3, 20])
def test_copies_of_this_process(set_up, number):
    emulator = set_up()
    want = set_up().run_samples(STEPS, INPUTS)
    got = emulator.run_samples(STEPS, INPUTS, workers=number)
    same(got, want)
    same(emulator.recording, want)
    assert emulator.step == 0
    same(emulator.run_samples(STEPS, INPUTS), want)  # here, after them
    emulator.reset()
    again = set_up()
    assert emulator.run(20).stats == again.run(20).stats


@pytest.mark.slow
@pytest.mark.parametrize("fork", [False, True])
def test_fresh_processes(set_up, monkeypatch, fork):
    monkeypatch.setattr(sample_parts, "may_fork", lambda: fork)
    same(set_up().run_samples(STEPS, INPUTS, workers=2), set_up().run_samples(STEPS, INPUTS))


@pytest.mark.parametrize(
    "make", [pytest.param(EXECUTORS["processes"], marks=pytest.mark.slow), EXECUTORS["threads"]], ids=EXECUTORS
)
def test_executors(set_up, make):
    with make() as executor:
        same(set_up().run_samples(STEPS, INPUTS, executor=executor), set_up().run_samples(STEPS, INPUTS))
        assert executor.submit(max, 1, 2).result() == 2  # it is still open
    assert not sample_parts.IDLE


def test_an_executor_of_ones_own(set_up):
    executor = Immediate()
    same(set_up().run_samples(STEPS, INPUTS, executor=executor), set_up().run_samples(STEPS, INPUTS))
    assert executor.given == SAMPLES


def test_payloads_lists_and_a_rate_that_stays():
    lists = [([0, 3], [1, 2]), ([], []), ([5], [0])]
    graded = np.zeros((3, STEPS, 6), int)
    graded[0, 2, 3], graded[2, 4, 5] = 7, -2
    for samples in (lists, graded):
        same(
            Emulator(network(graded=True)).run_samples(STEPS, {"camera": samples}, workers=2),
            Emulator(network(graded=True)).run_samples(STEPS, {"camera": samples}),
        )


def test_learned_weights_begin_anew_in_each_sample():
    from loihi_emu import LearningRule, Trace

    net = Network(seed=1)
    source, cells = net.input("camera", 6), net.population("cells", 5, vth=60)
    rule = LearningRule(dw="2^-2*x1*y0", x1=Trace(10, 5))
    net.connect(source, cells, np.full((5, 6), 90), learning=rule, sign_mode="excitatory", name="w")
    net.probe(cells, ["spikes", "v"])
    net.probe(source)
    net.probe("w", "weights")
    one, two = (Emulator(net).run_samples(STEPS, {"camera": INPUTS["camera"]}, workers=n) for n in (1, 3))
    same(one, two)
    assert np.array_equal(one["w.weights"], two["w.weights"]) and np.ptp(one["w.weights"]) > 0


def test_to_a_file(set_up, tmp_path):
    want = set_up().run_samples(STEPS, INPUTS)
    here, there = tmp_path / "here.rec", tmp_path / "there.rec"
    same(set_up().run_samples(STEPS, INPUTS, to=here), want)
    same(set_up().run_samples(STEPS, INPUTS, workers=2, to=there), want)
    same(Recording.load(there), Recording.load(here))


def overflowing(overflow="chip"):
    return Emulator(network(vth=(1 << 17) - 1, du=0, u=(1 << 23) - 10), overflow=overflow)


def test_overflow_is_counted_warned_of_and_raised():
    counted = overflowing().run_samples(STEPS, INPUTS)
    assert any(counted.stats["overflow"]["cells"].values())
    same(overflowing().run_samples(STEPS, INPUTS, workers=2), counted)
    with pytest.warns(LoihiOverflowWarning):
        overflowing("warn").run_samples(STEPS, INPUTS, workers=2)
    errors = []
    for number in (1, 2):
        emulator = overflowing("raise")
        with pytest.raises(SimulationError, match="sample 0, integers left their fields") as caught:
            emulator.run_samples(STEPS, INPUTS, workers=number)
        errors.append(str(caught.value))
        assert emulator.recording.samples == 1 and emulator.step == 0
    assert errors[0] == errors[1]


BAD = {
    "none": (0, ["workers", "got 0"]),
    "a text": ("many", ["'many'", '"auto"']),
    "half": (1.5, ["1.5"]),
    "True": (True, ["True"]),
    "None": (None, ["None"]),
}


@pytest.mark.parametrize(("number", "texts"), BAD.values(), ids=BAD)
def test_numbers_of_workers_that_are_none(number, texts):
    with pytest.raises(ValidationError) as caught:
        Emulator(network()).run_samples(STEPS, INPUTS, workers=number)
    assert all(text in str(caught.value) for text in texts)


@pytest.mark.parametrize("fork", [False, True])
def test_workers_that_do_not_fit_into_memory(monkeypatch, fork):
    monkeypatch.setattr(sample_parts, "may_fork", lambda: fork)
    emulator = Emulator(network())
    monkeypatch.setattr("loihi_emu.memory.room.free_memory", lambda: Free(2500, "a test's limit"))
    monkeypatch.setattr("loihi_emu.memory.room.LARGE", 0)
    with pytest.raises(OutOfMemoryError, match=r"run_samples: .*3 workers.*Fewer workers need less"):
        emulator.run_samples(STEPS, {"drive": INPUTS["drive"]}, workers=3)


def test_no_executor():
    with pytest.raises(ValidationError, match=r"executor: got 3.*submit"):
        Emulator(network()).run_samples(STEPS, INPUTS, executor=3)


def test_auto_is_at_least_one():
    assert workers.workers_of("x", "auto") >= 1


def test_copies_are_made_only_where_no_other_thread_could_hold_a_lock():
    here = sys.platform == "linux"
    stop = threading.Event()
    before = workers.may_fork()
    thread = threading.Thread(target=stop.wait)
    thread.start()
    try:
        assert not workers.may_fork()
    finally:
        stop.set()
        thread.join()
    assert workers.may_fork() == before and (here or not before)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="no such signal")
@pytest.mark.parametrize("fork", [False, True])
def test_a_worker_that_is_killed_ends_the_call(monkeypatch, fork):
    monkeypatch.setattr(sample_parts, "may_fork", lambda: fork)
    killed = []
    make = workers.Worker.give

    def give(self, number, task):
        make(self, number, task)
        if number == 5:
            os.kill(self.process.pid, signal.SIGKILL)
            killed.append(self.process.pid)

    monkeypatch.setattr(workers.Worker, "give", give)
    emulator = Emulator(network())
    with pytest.raises(SimulationError, match=r"samples 5 to 5: a worker process was killed by signal 9"):
        emulator.run_samples(200 if plain else 200_000, INPUTS, workers=2)
    assert killed and emulator.recording.samples == 5 and emulator.step == 0


PROGRAM = """
import sys, time
import numpy as np
from test_sample_workers import network
from loihi_emu import Emulator
emulator = Emulator(network())
emulator.run(10)
print("begun", flush=True)
try:
    emulator.run_samples(10**8, {"drive": np.full((8, 4), 0.5)}, workers=2)
except KeyboardInterrupt:
    print("interrupted", emulator.step, flush=True)
    sys.exit(3)
"""


def children(pid):
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[1]) == pid and fields[0] != "Z":
                found.append(int(entry.name))
    return found


def alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGKILL])
def test_no_worker_outlives_what_made_it(end):
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(Path(__file__).parent), *sys.path])}
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM], env=environment, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        assert process.stdout.readline() == "begun\n"
        until = time.monotonic() + LIMIT
        while len(crew := children(process.pid)) < 2:
            assert time.monotonic() < until
            time.sleep(0.02)
        os.kill(process.pid, end)
        out = process.communicate(timeout=LIMIT)[0]
        assert (process.returncode, out) == ((3, "interrupted 0\n") if end == signal.SIGINT else (-9, ""))
        until = time.monotonic() + LIMIT
        while any(alive(pid) for pid in crew):
            assert time.monotonic() < until
            time.sleep(0.02)
    finally:
        process.kill()
        process.wait()
