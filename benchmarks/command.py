"""The command ``bench``: what to measure, and printing it while it is measured."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Sequence

from benchmarks import (
    allocators,
    cliffs,
    closed_loop,
    column,
    cores,
    extras,
    lava,
    lava_recurrent,
    learning,
    memory,
    place,
    report,
    small,
    speed,
    startup,
)
from benchmarks.rows import Row
from benchmarks.sizes import FULL, NAMES, QUICK, Size

_OTHERS: dict[str, Callable[[Size], Iterator[Row]]] = {
    "W4": learning.measure,
    "cliffs": cliffs.measure,
    "small": small.measure,
    "memory": memory.measure,
    "startup": startup.measure,
    "samples": extras.samples,
    "loop": closed_loop.measure,
    "plot": extras.raster,
    "place": place.measure,
    "allocators": allocators.measure,
    "cores": cores.measure,
    "pd14": column.measure,
    "lava": lava.measure,
    "lava-sparse": lava_recurrent.measure,
    "lava-stdp": lava.measure_learning,
}
CHOICES = (*NAMES, *_OTHERS)
SLOW = ("W1b", "W5", "pd14")
"""Left out of a quick run unless they are named: so many synapses take their time to draw."""
LEFT = f"no {', '.join(SLOW)} unless named"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument(
        "--workload", nargs="+", choices=CHOICES, metavar="NAME", help=f"only these of: {', '.join(CHOICES)}"
    )
    parser.add_argument("--quick", action="store_true", help=f"fewer rounds, no empty caches, {LEFT}")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit status."""
    parser = argparse.ArgumentParser(prog="loihi_emu bench", description="Measure speed beside hand-written C.")
    add_arguments(parser)
    return run(parser.parse_args(arguments))


def run(options: argparse.Namespace) -> int:
    """Measure and print; 0 when all gates hold, 1 otherwise.

    Parameters
    ----------
    options : argparse.Namespace
        With ``workload`` (list of names or None), ``quick`` and ``json``.
    """
    size = QUICK if options.quick else FULL
    names = options.workload or [name for name in CHOICES if not (options.quick and name in SLOW)]
    about = report.facts(size.name)
    rows: list[Row] = []
    if not options.json:
        print(report.heading(about), flush=True)
    for row in measure(names, size):
        if not options.json:
            print(report.lines(row, rows[-1] if rows else None), flush=True)
        rows.append(row)
    print(report.as_json(about, rows) if options.json else f"\n{report.summary(rows)}")
    return 0 if report.passed(rows) else 1


def measure(names: list[str], size: Size) -> Iterator[Row]:
    """Measure what is named, row by row.

    Parameters
    ----------
    names : list of str
        Of :data:`CHOICES`.
    size : Size

    Raises
    ------
    SimulationError
        When C and emulator differ in any u, any v or the number of spikes.
    """
    for name in names:
        yield from _OTHERS[name](size) if name in _OTHERS else speed.measure(name, size)
