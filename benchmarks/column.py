"""A cortical column (Potjans and Diesmann 2014) against real time, with NEST and Brian2 beside it where they are.

Each runs in a process of its own, one after the other, round by round. NEST_PYTHON and BRIAN2_PYTHON name interpreters
that have them; without, this one is looked into.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from statistics import median

from benchmarks.rows import Row
from benchmarks.simulators.columns import measure_one
from benchmarks.sizes import Size

THREADS = 2
SCALES = {"full": (1.0, 1000.0), "quick": (0.3, 300.0)}
"""By the name of a size: part of the column, and ms of biological time; any other size is a very small one."""
FASTER = 1.75
"""Two threads against one, of the whole column, where there are two processors."""
WHOLE = 4.0
"""Times real time of the whole column with two threads."""
MOST_TURNS = 3
"""Each builds the whole column twice."""


def measure(size: Size) -> Iterator[Row]:
    """Rows of times real time, in wall time; the other simulators for a tenth of the column, and that beside them."""
    scale, ms = SCALES.get(size.name, (0.02, 20.0))
    group = f"column at scale {scale:g}"
    runs = _turns(scale, ms, size)
    for threads, times in runs.items():
        limit = WHOLE if scale == 1 and threads == THREADS else None
        note = f"wall time of {ms:g} ms after 100 ms"
        what = f"{threads} thread{'s' if threads > 1 else ''}, times real time"
        yield Row(group, what, median(times), "x", limit, min(times), max(times), note=note)
    share = [many / one for one, many in zip(runs[1], runs[THREADS], strict=True)]
    note = "of the wall time of one thread; processors that others use show here"
    most = 1 / FASTER if scale == 1 else None
    yield Row(group, f"{THREADS} threads beside one", median(share), "x", most, min(share), max(share), note=note)
    tenth = min(scale, 0.1)
    others = {"loihi_emu": sys.executable, "nest": _python("nest"), "brian2": _python("brian2")}
    if others["nest"] or others["brian2"]:
        for name, python in others.items():
            if python:
                times = _rounds(name, python, tenth, ms, size)
                note = "wall time, one thread"
                yield Row(
                    f"column at scale {tenth:g}", name, median(times), "x", None, min(times), max(times), note=note
                )


def _turns(scale: float, ms: float, size: Size) -> dict[int, list[float]]:
    """Times real time with one thread and with several, in turns, each in a process of its own."""
    runs: dict[int, list[float]] = {1: [], THREADS: []}
    for seed in range(1, min(size.repeats, MOST_TURNS) + 1):
        for threads, times in runs.items():
            run = measure_one(sys.executable, "loihi_emu", scale, ms, seed, threads)
            times.append(run["times_real_time"])
    return runs


def _rounds(name: str, python: str, scale: float, ms: float, size: Size) -> list[float]:
    """Times real time of a simulator, run by run, with one thread."""
    return [measure_one(python, name, scale, ms, seed, 1)["times_real_time"] for seed in range(1, size.repeats + 1)]


def _python(module: str) -> str | None:
    """An interpreter that has a simulator."""
    return os.environ.get(f"{module.upper()}_PYTHON") or (sys.executable if find_spec(module) else None)
