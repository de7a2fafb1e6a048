"""Whether an assignment keeps the limits of cores, chips and boards."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from loihi_emu.chips.boards import Board
from loihi_emu.mapping.arrays import Integers
from loihi_emu.mapping.model import SETTINGS, Assignment, Layout, Problem, values_of
from loihi_emu.mapping.usage.cores import CoreUsage


class Conflict(NamedTuple):
    """Neurons on one core that differ in what a core has once.

    Attributes
    ----------
    core : int
    setting : str
        What they differ in: one of SETTINGS.
    populations : (str, str)
        Theirs; twice the same where neurons of one population differ.
    """

    core: int
    setting: str
    populations: tuple[str, str]


def within_limits(problem: Problem, assignment: Assignment, usage: CoreUsage) -> bool:
    """Whether every core has what it needs and holds neurons that can share it."""
    return excess_of(problem, usage) is None and conflict_of(problem, assignment) is None


def excess_of(problem: Problem, usage: CoreUsage, *names: str) -> tuple[str, int] | None:
    """The first of these resources, or of all, of which a core needs more than it has, and the core that needs most."""
    for name in names or usage.budgets:
        needs = usage.budgets[name]
        if needs.max(initial=0) > problem.limit(name):
            return name, int(needs.argmax())
    return None


def conflict_of(problem: Problem, assignment: Assignment) -> Conflict | None:
    """The first neurons on one core that differ in what a core has once; None if there are none."""
    profiles = problem.profiles
    if profiles.alike:
        return None
    settings: list[dict[int, tuple[int, str]]] = [{} for _ in SETTINGS]
    for core, name, neurons, _ in assignment.parts():
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


def synapses_by_chip(problem: Problem, usage: CoreUsage, layout: Layout) -> Integers:
    """Synapses on each chip; none are counted where a chip has no limit of them."""
    by_chip = np.zeros(layout.chips, np.int64)
    for row in usage.lists if problem.chip.synapses is not None else ():
        by_chip[layout.chip[row.core]] += row.stored
    return by_chip


def chips_there(problem: Problem, layout: Layout, boards: tuple[Board, ...] | None) -> int:
    """Chips that there are."""
    return sum(b.most for b in boards) if boards else problem.chip.max_chips or layout.chips
