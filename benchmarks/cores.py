"""Several threads beside one: the same networks, the time on the wall; and what two cores of this machine can give."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from benchmarks import learning
from benchmarks.lava_recurrent import LARGE, sparse_program
from benchmarks.race import Emulated, race
from benchmarks.rows import Row, ratio
from benchmarks.sizes import FULL, Size, workloads
from loihi_emu import Conv2D, LearningRule, Trace
from loihi_emu.demo.column import column_network
from loihi_emu.jit.together import cores
from loihi_emu.network.network import Network
from loihi_emu.run.emulator import Emulator

COLUMN = "column"
LIMITS = {
    "W1": 1 / 1.3, "W1b": 1 / 1.75, "W5": None, COLUMN: None,
    "STDP": None, "sweep": None, "Lava STDP": None, "Lava sweep": None, "taps": None,
}  # fmt: skip
"""Time of two threads, to that of one, where that has a limit; the whole column's is in ``benchmarks/column.py``."""
SCALE, TINY_SCALE = 0.3, 0.02
"""How large a part of the cortical column."""
APART = "apart"
BIAS = 1000
"""Of neurons behind a kernel that learns: each spikes once in some hundred steps."""
LAVA, SLOWER = "Lava ", 4
"""Before the name of a workload: under the rules "lava", which take so many times as long or more."""


def measure(size: Size) -> Iterator[Row]:
    """Race two threads, and as many as there are cores, with one; nothing on a machine of one core.

    Two emulators beside each other, which share nothing but the machine, show what is possible: half of their time, to
    that of one.
    """
    numbers = sorted({2, cores()}) if cores() > 1 else []
    for name in LIMITS if numbers else ():
        for network, steps, text in _networks(name, size):
            runners = {str(k): Emulated(Emulator(network, threads=k)) for k in (1, *numbers)}
            with ThreadPoolExecutor(2) as pool:
                beside = Beside(network, pool)
                laps = race(runners | {APART: beside}, steps, size.rounds, clock=time.perf_counter)
            lap, one = laps[APART], laps["1"]
            for k in numbers:
                limit = LIMITS[name] if k == 2 and size.cold else None
                yield ratio(
                    f"cores {name}", f"{k} threads, to one", laps[str(k)], one, limit, f"{text}; time on the wall"
                )
            note = (
                "half the time of two emulators beside each other: what two cores of this machine can give; "
                f"2 threads take {2 * laps['2'].ratio / lap.ratio:.2f} times that"
            )
            low, high = lap.low / 2, lap.high / 2
            yield Row(
                f"cores {name}", "2 cores, at best", lap.ratio / 2, "x", None, low, high, lap.us / 2, one.us, note
            )
    if numbers:
        yield from _lava(size, numbers)


def _lava(size: Size, numbers: list[int]) -> Iterator[Row]:
    """A Lava program of the size of W1b."""
    neurons, fan_out = size.large
    programs = {str(k): sparse_program(neurons, fan_out, LARGE, k) for k in (1, *numbers)}
    laps = race(programs, size.steps(120), size.rounds, clock=time.perf_counter)
    for k in numbers:
        note = f"Lava program, {neurons} LIF, {neurons * fan_out / 1e6:.3g}M synapses in Sparse; time on the wall"
        yield ratio("cores Lava", f"{k} threads, to one", laps[str(k)], laps["1"], None, note)
    for program in programs.values():
        program.lead.stop()


def _networks(name: str, size: Size) -> Iterator[tuple[Network, int, str]]:
    """Networks of that name, the steps of a round, and a text."""
    if name == COLUMN:
        scale = SCALE if size.column >= FULL.column else TINY_SCALE
        yield column_network(scale), size.steps(2000), f"cortical column at scale {scale:g}"
        return
    what = name.removeprefix(LAVA)
    if what in dict(learning.TASKS):
        rules, slower = ("chip", 1) if what == name else ("lava", SLOWER)
        steps = size.steps(dict(learning.TASKS)[what] // slower)
        task = learning.task_of(what, size.layer, steps, size.rounds)
        yield task.network(rules), steps, f'rules "{rules}", {task.n} x {task.n} plastic synapses, dw = {task.rule}'
        return
    if name == "taps":
        width = int(size.layer**0.5)
        yield taps_network(width), size.steps(200), f"a kernel that learns, {width} x {width} x 8 neurons, 16 channels"
        return
    for workload in workloads(name, size):
        yield workload.network(), workload.steps, workload.text


def taps_network(width: int) -> Network:
    """A convolution that learns by the spikes of both sides."""
    rng = np.random.default_rng(1)
    net, trace = Network("taps", seed=1), Trace(16, 10)
    source = net.input("source", (width, width, 8), rate=0.01)
    cells = net.population(
        "cells", (width, width, 16), vth=2000, bias=BIAS, v=rng.integers(0, 2000 * 64, width**2 * 16)
    )
    rule = LearningRule("2^-6*x1*y0 - 2^-6*y1*x0", x1=trace, y1=trace)
    net.connect(source, cells, Conv2D(rng.integers(0, 30, (16, 3, 3, 8)), padding=1), learning=rule)
    return net


class Beside(Emulated):
    """Two emulators of one network, each with one thread, that run at the same time; the first one is compared."""

    def __init__(self, network: Network, pool: ThreadPoolExecutor) -> None:
        super().__init__(Emulator(network))
        self._other, self._pool = Emulated(Emulator(network)), pool

    def run(self, steps: int) -> None:
        """Run so many steps of both."""
        other = self._pool.submit(self._other.run, steps)
        super().run(steps)
        other.result()
