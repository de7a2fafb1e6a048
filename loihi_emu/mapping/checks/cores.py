"""Errors for cores and chips that need more than they have: what, how much, and what to do."""

from __future__ import annotations

import numpy as np

from loihi_emu.chips.boards import Board
from loihi_emu.errors import MappingError
from loihi_emu.mapping.checks.advice import chip_advice, core_advice
from loihi_emu.mapping.model import Assignment, Layout, Problem
from loihi_emu.mapping.usage import CoreUsage, conflict_of, excess_of, excess_of_chips
from loihi_emu.text_tables import counted

DIFFERENCES = {
    "vmin, vmax": "vmin or vmax",
    "noise": "target, exp or offset of their noise",
    "decay_u": "du: 0 needs that decays of u count as they are, 4096 that they count one more",
    "decay_v": "dv: 0 needs that decays of v count as they are, 4096 that they count one more",
    "epoch": "t_epoch of the rules by which connections onto them learn",
}
"""What neurons differ in that cannot share a core, by setting."""


def check_cores(problem: Problem, assignment: Assignment, usage: CoreUsage, layout: Layout) -> None:
    """Raise if a core needs more of something than it has, or holds neurons that cannot share one.

    Raises
    ------
    MappingError
        Names core, resource, have and need, what of the core needs most of it, and what would fit.
    """
    if excess := excess_of(problem, usage):
        name, core = excess
        need, have = int(usage.budgets[name][core]), problem.limit(name)
        most, advice = core_advice(problem, assignment, usage, core, name)
        raise MappingError(
            f"{layout.place(core)}{most}: needs {need} {problem.limits[name].text}, has {have}. {advice}",
            resource=name, need=need, have=have,
        )  # fmt: skip
    _check_shared(problem, assignment, layout)


def _check_shared(problem: Problem, assignment: Assignment, layout: Layout) -> None:
    """Raise if neurons on one core differ in what the whole core shares."""
    conflict = conflict_of(problem, assignment)
    if conflict is None:
        return
    core, setting, (first, second) = conflict
    who = f'populations "{first}" and "{second}"' if first != second else f'neurons of "{first}"'
    text = f"{who} differ in {DIFFERENCES[setting]}, which a core has once. Place one of them on another core."
    raise MappingError(f"{layout.place(core)}: {text}", resource=setting, need=2, have=1)


def check_chips(problem: Problem, usage: CoreUsage, layout: Layout, boards: tuple[Board, ...] | None) -> None:
    """Raise if there are not enough chips, or a chip has too many synapses.

    Raises
    ------
    MappingError
        Names what is needed and there, and what would fit.
    """
    excess, chip = excess_of_chips(problem, usage, layout, boards), problem.chip
    if excess is None:
        return
    resource, need, have, fullest = excess
    if resource == "synapses":
        raise MappingError(
            f'network "{problem.name}", chip {fullest}: needs {need} synapses, {chip.name} has {have}. Spread the '
            "network over more chips.",
            resource=resource, need=need, have=have,
        )  # fmt: skip
    where = " + ".join(b.name for b in boards) if boards else chip.name
    cores = int(np.count_nonzero(usage.budgets["compartments"]))
    raise MappingError(
        f'network "{problem.name}": needs {need} chips ({counted(cores, "core")}), {where} has {have} '
        f"({counted(have * chip.usable_cores, 'core')}). {chip_advice(problem, usage, need, have)}",
        resource=resource, need=need, have=have,
    )  # fmt: skip
