"""Whether an assignment keeps the limits of cores, chips and boards."""

from __future__ import annotations

import numpy as np

from loihi_emu.chips.boards import Board
from loihi_emu.mapping.model import SETTINGS, Assignment, Layout, Problem, values_of
from loihi_emu.mapping.usage.cores import CoreUsage


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


def conflict_of(problem: Problem, assignment: Assignment) -> tuple[int, str, tuple[str, str]] | None:
    """The first core with neurons that differ in what a core has once; None if there is none.

    With what they differ in, one of SETTINGS, and their populations: twice the same where neurons of one differ.
    """
    profiles = problem.profiles
    if profiles.alike:
        return None
    settings: list[dict[int, tuple[int, str]]] = [{} for _ in SETTINGS]
    for core, name, neurons, _ in assignment.parts():
        for setting, known, identities in zip(SETTINGS, settings, profiles.settings[name], strict=True):
            for number in set(values_of(identities, neurons)) - {0}:
                here = known.setdefault(core, (number, name))
                if here[0] != number:
                    return core, setting, (here[1], name)
    return None


def excess_of_chips(
    problem: Problem, usage: CoreUsage, layout: Layout, boards: tuple[Board, ...] | None
) -> tuple[str, int, int, int] | None:
    """Of what there is too little: "synapses" of a chip, or "chips"; what is needed and there; the chip with most.

    None if there are enough chips, and none has too many synapses. Where a chip has no limit of them none are counted.
    """
    most, by_chip = problem.chip.synapses, np.zeros(layout.chips, np.int64)
    for row in usage.lists if most is not None else ():
        by_chip[layout.chip[row.core]] += row.stored
    fullest = int(by_chip.argmax()) if len(by_chip) else 0
    if most is not None and by_chip.max(initial=0) > most:
        return "synapses", int(by_chip[fullest]), most, fullest
    have = sum(b.most for b in boards) if boards else problem.chip.max_chips or layout.chips
    return ("chips", layout.chips, have, fullest) if layout.chips > have else None
