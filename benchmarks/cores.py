"""Several threads beside one: the same networks, the time on the wall."""

from __future__ import annotations

import time
from collections.abc import Iterator

from benchmarks.race import Emulated, race
from benchmarks.rows import Row, ratio
from benchmarks.sizes import Size, workloads
from loihi_emu.jit.together import cores
from loihi_emu.run.emulator import Emulator

LIMITS = {"W1": 1 / 1.3, "W1b": 1 / 1.75, "W5": 1 / 1.75}
"""Time of two threads, to that of one."""


def measure(size: Size) -> Iterator[Row]:
    """Race two threads, and as many as there are cores, with one; nothing on a machine of one core."""
    numbers = sorted({2, cores()}) if cores() > 1 else []
    for name in LIMITS if numbers else ():
        for workload in workloads(name, size):
            network = workload.network()
            runners = {str(k): Emulated(Emulator(network, threads=k)) for k in (1, *numbers)}
            laps = race(runners, workload.steps, size.rounds, clock=time.perf_counter)
            for k in numbers:
                limit = LIMITS[name] if k == 2 and size.cold else None
                note = f"{workload.text}; time on the wall"
                yield ratio(f"cores {name}", f"{k} threads, to one", laps[str(k)], laps["1"], limit, note)
