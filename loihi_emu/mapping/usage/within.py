"""Whether an assignment keeps the limits of cores, chips and boards."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from loihi_emu.chips.boards import Board
from loihi_emu.mapping.model import (
    SETTINGS,
    WHOLE_CORE,
    Assignment,
    Layout,
    Problem,
    part_of,
    values_of,
)
from loihi_emu.mapping.usage.cores import CoreUsage


class Conflict(NamedTuple):
    """Neurons on one core that differ in what a core has once.

    Attributes
    ----------
    core : int
    setting : str
        What they differ in: one of SETTINGS, or "vmin, vmax".
    populations : (str, str)
        Theirs; twice the same where neurons of one population differ.
    """

    core: int
    setting: str
    populations: tuple[str, str]


def within_limits(problem: Problem, assignment: Assignment, usage: CoreUsage) -> bool:
    """Whether every core has what it needs and holds neurons that can share it."""
    kept = all(
        resource.limit is None or usage.budgets[name].max(initial=0) <= resource.limit
        for name, resource in problem.limits.items()
    )
    return kept and conflict_of(problem, assignment) is None


def conflict_of(problem: Problem, assignment: Assignment) -> Conflict | None:
    """The first neurons on one core that differ in what a core has once; None if there are none."""
    profiles = problem.profiles
    if profiles.alike:
        return None
    shared: dict[int, tuple[int, str]] = {}
    settings: list[dict[int, tuple[int, str]]] = [{} for _ in SETTINGS]
    for core, name, neurons, _ in assignment.parts():
        values = part_of(profiles.core[name], neurons)
        first = shared.setdefault(core, (int(values.flat[0]), name))
        if np.any(values != first[0]):
            return Conflict(core, ", ".join(WHOLE_CORE), (first[1], name))
        for setting, known, identities in zip(SETTINGS, settings, profiles.settings[name], strict=True):
            for number in set(values_of(identities, neurons)) - {0}:
                here = known.setdefault(core, (number, name))
                if here[0] != number:
                    return Conflict(core, setting, (here[1], name))
    return None


def chips_suffice(problem: Problem, usage: CoreUsage, layout: Layout, boards: tuple[Board, ...] | None) -> bool:
    """Whether there are enough chips, and none has too many synapses."""
    most = problem.chip.synapses
    few = most is None or bool(synapses_by_chip(problem, usage, layout).max(initial=0) <= most)
    return few and layout.chips <= chips_there(problem, layout, boards)


def synapses_by_chip(problem: Problem, usage: CoreUsage, layout: Layout) -> NDArray[np.int64]:
    """Synapses on each chip; none are counted where a chip has no limit of them."""
    by_chip = np.zeros(layout.chips, np.int64)
    for row in usage.lists if problem.chip.synapses is not None else ():
        by_chip[layout.chip[row.core]] += row.stored
    return by_chip


def chips_there(problem: Problem, layout: Layout, boards: tuple[Board, ...] | None) -> int:
    """Chips that there are."""
    return sum(b.most for b in boards) if boards else problem.chip.max_chips or layout.chips
