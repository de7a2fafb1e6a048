"""Taking turns: contestants run the same number of steps one after the other, round by round.

Times are CPU seconds of this process (all its threads), so that other work on the machine does not count; the ratio is
taken within a round, where the machine is as fast for one as for the other.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from loihi_emu.errors import SimulationError
from loihi_emu.run.emulator import Emulator


class Contestant(Protocol):
    """What can run steps and show where it stands."""

    @property
    def u(self) -> NDArray[Any]:
        """Currents of all neurons."""

    @property
    def v(self) -> NDArray[Any]:
        """Voltages of all neurons."""

    @property
    def spikes(self) -> int:
        """Spikes of all neurons so far."""

    def run(self, steps: int) -> None:
        """Run so many steps."""


class Emulated:
    """An emulator as a contestant; with `neurons`, only the first so many are compared."""

    def __init__(self, emulator: Emulator, neurons: int | None = None) -> None:
        self.emulator = emulator
        self._compared = neurons
        self._names = list(emulator.network.populations)
        self.spikes = 0
        self.overflows = 0

    @property
    def u(self) -> NDArray[Any]:
        """Currents of all neurons."""
        return self._state("u")

    @property
    def v(self) -> NDArray[Any]:
        """Voltages of all neurons."""
        return self._state("v")

    def _state(self, variable: str) -> NDArray[Any]:
        return np.concatenate([self.emulator.get(name, variable) for name in self._names])[: self._compared]

    def run(self, steps: int) -> None:
        """Run so many steps."""
        stats = self.emulator.run(steps, progress=False).stats
        self.spikes += sum(stats["spikes"][name] for name in self._names)
        self.overflows += sum(sum(row.values()) for row in stats["overflow"].values())


@dataclass(frozen=True)
class Lap:
    """How one contestant did.

    Attributes
    ----------
    us : float
        Median CPU microseconds per step.
    ratio, low, high : float
        To the reference's time in the same round: median, least, greatest.
    """

    us: float
    ratio: float
    low: float
    high: float


def race(
    contestants: Mapping[str, Contestant], steps: int, rounds: int, same: bool = True,
    clock: Callable[[], float] = time.process_time,
) -> dict[str, Lap]:  # fmt: skip
    """Let all run `rounds` times `steps` steps in turn, after one round that does not count.

    Parameters
    ----------
    contestants : dict
        The first is the reference. The order turns around from round to round.
    steps, rounds : int
    same : bool
        Whether they compute the same.
    clock : callable
        Seconds: of CPU time, or on the wall.

    Raises
    ------
    SimulationError
        When they should and do not agree on every u, every v and the number of spikes at the end.
    """
    taken: dict[str, list[float]] = {name: [] for name in contestants}
    order = list(contestants)
    for number in range(rounds + 1):
        for name in order if number % 2 else order[::-1]:
            begin = clock()
            contestants[name].run(steps)
            took = clock() - begin
            if number:
                taken[name].append(took)
    if same:
        check_equal(contestants)
    reference = taken[order[0]]
    laps: dict[str, Lap] = {}
    for name, times in taken.items():
        ratios = [mine / other for mine, other in zip(times, reference, strict=True)]
        laps[name] = Lap(1e6 * median(times) / steps, median(ratios), min(ratios), max(ratios))
    return laps


def check_equal(contestants: Mapping[str, Contestant]) -> None:
    """Raise unless all are in the same state to the bit."""
    (name, first), *others = contestants.items()
    for other_name, other in others:
        for what in ("u", "v"):
            mine, its = getattr(first, what), getattr(other, what)
            differing = np.flatnonzero(mine != its)
            if differing.size:
                k = int(differing[0])
                raise SimulationError(
                    f'"{name}" and "{other_name}" differ in {what} of {differing.size} of {mine.size} neurons: '
                    f"{int(mine[k])} and {int(its[k])} at neuron {k}. One of them computes something else."
                )
        if first.spikes != other.spikes:
            raise SimulationError(f'"{name}" counts {first.spikes} spikes, "{other_name}" {other.spikes}.')
