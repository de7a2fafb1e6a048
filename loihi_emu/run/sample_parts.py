"""Parts of many samples that other processes run, and how they become one recording, as if all had been run here."""

from __future__ import annotations

import pickle
import signal
import threading
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from itertools import pairwise
from typing import Any

from numpy.typing import NDArray

from loihi_emu.errors import LoihiEmuError, SimulationError
from loihi_emu.memory.room import room_for
from loihi_emu.run.executors import Executor, in_executor
from loihi_emu.run.progress import Progress
from loihi_emu.run.running import Running
from loihi_emu.run.samples import Samples
from loihi_emu.run.tasks import Failure, with_cause
from loihi_emu.run.workers import in_processes, may_fork

Array = NDArray[Any]
PARTS_PER_WORKER = 16
PARTS_OF_EXECUTOR = 64
"""So many parts: fine enough for a bar and for workers of different speed, coarse enough to cost nothing."""
NUMBERS = ("neurons", "stored synapses")
"""What is not bytes in ``Emulator.memory()``."""
IDLE: dict[str, list[Running]] = {}
"""Emulators of the last network that this process ran samples of for others; several where threads do so."""
_LOCK = threading.Lock()


@dataclass(frozen=True, eq=False)
class SampleRecords:
    """What was recorded and counted in some samples.

    Attributes
    ----------
    buffers : list
        For each recorder the rows of its buffers.
    ends : list of int64 arrays
        What was counted until the end of each sample, in a form that does not depend on the image.
    walls : list of float
        Seconds that each took.
    last : int64 array
        What was counted until the end, that of an unfinished sample.
    steps : int
        Steps run.
    error : exception or None
        What ended them.
    """

    buffers: list[list[Array]]
    ends: list[Array]
    walls: list[float]
    last: Array
    steps: int
    error: BaseException | None


def begin_sample(emulator: Running, k: int, at: int, choose: Sequence[Callable[[int], None]]) -> None:
    """Begin sample k, whose events are those in place `at`."""
    emulator.image.arena.reset()
    emulator.image.arena["sample"][0] = k
    for one in choose:
        one(at)


def record(
    emulator: Running, steps: int, first: int, end: int, choose: Sequence[Callable[[int], None]], at: int
) -> SampleRecords:
    """Run samples first..end - 1; those of `choose` count from sample `at` on."""
    counters, image = emulator._counters, emulator.image
    for recorded in image.recorded:
        recorded.recorder.forget(keep_blocks=True)
    before, start = counters.snapshot(), counters.summed()
    ends: list[Array] = []
    walls: list[float] = []
    error: BaseException | None = None
    try:
        for k in range(first, end):
            begin = time.perf_counter()
            begin_sample(emulator, k, k - at, choose)
            check = partial(emulator._check_overflow, before, f"sample {k}, ")
            emulator._pacer.run(steps, Progress(steps, False), check, _at_once)
            ends.append(counters.summed() - start)
            walls.append(time.perf_counter() - begin)
    except LoihiEmuError as problem:
        error = problem
    now = counters.snapshot()
    buffers = [recorded.recorder.taken(before.filled, now.filled) for recorded in image.recorded]
    return SampleRecords(buffers, ends, walls, counters.summed() - start, now.total - before.total, error)


def _at_once(chunk: Callable[[], int]) -> int:
    return chunk()


class Copy:
    """What a copy of this process does: it has the emulator and all samples."""

    def __init__(self, emulator: Running, steps: int, samples: Samples) -> None:
        self.emulator, self.steps = emulator, steps
        self.choose = [given.start(emulator.image.inputs[name]) for name, given in samples.items()]

    def __call__(self, task: tuple[int, int]) -> SampleRecords:
        """Run samples first..end - 1."""
        return record(self.emulator, self.steps, *task, self.choose, 0)


class Remote:
    """What another process does: it makes the emulator of a network once, and gets the samples of each part."""

    def __init__(self, emulator: Running, steps: int) -> None:
        network, image = emulator.network, emulator.image
        parameters = {name: image.group(name).parameters[name] for name in network.populations}
        self.program = pickle.dumps((type(emulator), network, emulator.overflow, parameters))
        self.key, self.steps = sha256(self.program).hexdigest(), steps

    def __call__(self, task: tuple[int, int, Samples]) -> SampleRecords:
        """Run samples first..end - 1, whose events are given."""
        first, end, samples = task
        with _LOCK:
            for key in [key for key in IDLE if key != self.key]:
                del IDLE[key]
            idle = IDLE.setdefault(self.key, [])
            emulator = idle.pop() if idle else None
        emulator = emulator or self._made()
        inputs = emulator.image.inputs
        found = record(
            emulator, self.steps, first, end, [given.start(inputs[name]) for name, given in samples.items()], first
        )
        for name in samples:
            inputs[name].point_own()
        with _LOCK:
            if self.key in IDLE:
                IDLE[self.key].append(emulator)
        return found

    def _made(self) -> Running:
        emulator_of, network, overflow, parameters = pickle.loads(self.program)
        emulator: Running = emulator_of(network, overflow=overflow)
        image = emulator.image
        for name, values in parameters.items():
            image.group(name).parameters[name] = values
        for group in image.groups:
            image.refresh(group)
        return emulator


def parts(
    emulator: Running,
    steps: int,
    samples: Samples,
    count: int,
    workers: int,
    executor: Executor | None,
) -> Generator[SampleRecords, None, None]:
    """Run samples elsewhere; parts come in order.

    Raises
    ------
    SimulationError
        A worker has ended; the text says in which samples.
    OutOfMemoryError
        So many workers do not fit into memory.
    """
    where = "run_samples"
    number = min(count, PARTS_OF_EXECUTOR if executor is not None else PARTS_PER_WORKER * workers)
    edges = [count * k // number for k in range(number + 1)]
    spans = list(pairwise(edges))
    copies = executor is None and may_fork()
    if executor is None:
        _check_room(emulator, min(workers, number), copies)
    try:
        if copies:
            yield from in_processes(Copy(emulator, steps, samples), spans, workers, where, fork=True)
            return
        cut = _Cut(spans, samples)
        function = Remote(emulator, steps)
        if executor is None:
            yield from in_processes(function, cut, workers, where, fork=False)
        else:
            yield from in_executor(function, cut, executor, where)
    except Failure as failure:
        first, end = spans[failure.number]
        error = failure.error
        if isinstance(error, SimulationError) and error.__cause__ is None:
            text = f"run_samples, samples {first} to {end - 1}: {error} Those before are in emulator.recording."
            raise SimulationError(text) from None
        raise error from error.__cause__
    finally:
        IDLE.clear()  # of threads of this process


def _check_room(emulator: Running, workers: int, copies: bool) -> None:
    """Raise if the images of so many workers do not fit into the memory that is free; copies share all but state."""
    memory = emulator.image.memory()
    each = memory["state"] if copies else sum(n for name, n in memory.items() if name not in NUMBERS)
    room_for("run_samples", {f"{workers} workers": workers * each}, "Fewer workers need less.")


class _Cut(Sequence[Any]):
    """Tasks for other processes, each with its samples, cut when it is given out."""

    def __init__(self, spans: list[tuple[int, int]], samples: Samples) -> None:
        self._spans, self._samples = spans, samples

    def __len__(self) -> int:
        return len(self._spans)

    def __getitem__(self, k: Any) -> Any:
        first, end = self._spans[k]
        return first, end, {name: given.part(first, end) for name, given in self._samples.items()}


def take_in(emulator: Running, part: SampleRecords) -> None:
    """Add what was recorded elsewhere to what was recorded here."""
    counters, ends = emulator._counters, emulator._sample_ends
    before = counters.values()
    wall = ends[-1][1] if ends else 0.0
    with _uninterrupted():
        for recorded, arrays in zip(emulator.image.recorded, part.buffers, strict=True):
            recorded.recorder.append(arrays)
        counters.add(part.last)
        for counted, seconds in zip(part.ends, part.walls, strict=True):
            wall += seconds
            ends.append((before + counters.spread(counted), wall))
    if part.error is not None:
        raise with_cause(part.error)


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Let Ctrl-C wait for a moment, where that is possible."""
    mask = getattr(signal, "pthread_sigmask", None)
    if mask is None:
        yield
        return
    before = mask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        mask(signal.SIG_SETMASK, before)
