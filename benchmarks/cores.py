"""Several threads beside one: the same networks, the time on the wall; and what two cores of this machine can give."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from benchmarks import learning
from benchmarks.lava_recurrent import LARGE, sparse_program
from benchmarks.race import Emulated, race
from benchmarks.rows import Row, ratio
from benchmarks.sizes import FULL, Size, workloads
from loihi_emu.demo.column import column_network
from loihi_emu.jit.together import cores
from loihi_emu.network.network import Network
from loihi_emu.run.emulator import Emulator

COLUMN = "column"
LIMITS = {"W1": 1 / 1.3, "W1b": 1 / 1.75, "W5": 1 / 1.75, COLUMN: 1 / 1.75, "STDP": None, "sweep": None}
"""Time of two threads, to that of one."""
SCALE, TINY_SCALE = 0.3, 0.02
"""How large a part of the cortical column."""
APART = "apart"


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
            note = "half the time of two emulators beside each other: what two cores of this machine can give"
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
    if name in dict(learning.TASKS):
        task = learning.task_of(name, size.layer, size.steps(dict(learning.TASKS)[name]), size.rounds)
        yield task.network(), task.steps, f"{task.n} x {task.n} plastic synapses, dw = {task.rule}"
        return
    for workload in workloads(name, size):
        yield workload.network(), workload.steps, workload.text


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
