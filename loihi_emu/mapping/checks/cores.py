"""Errors for cores and chips that need more than they have: what, how much, and what to do."""

from __future__ import annotations

import numpy as np

from loihi_emu.chips.boards import Board
from loihi_emu.errors import MappingError
from loihi_emu.mapping.checks.advice import chip_advice, core_advice
from loihi_emu.mapping.model import Assignment, Layout, Problem
from loihi_emu.mapping.usage import CoreUsage, chips_there, conflict_of, excess_of, synapses_by_chip
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
    first, second = conflict.populations
    who = f'populations "{first}" and "{second}"' if first != second else f'neurons of "{first}"'
    text = f"{who} differ in {DIFFERENCES[conflict.setting]}, which a core has once. Place one of them on another core."
    raise MappingError(f"{layout.place(conflict.core)}: {text}", resource=conflict.setting, need=2, have=1)


def check_chips(problem: Problem, usage: CoreUsage, layout: Layout, boards: tuple[Board, ...] | None) -> None:
    """Raise if there are not enough chips, or a chip has too many synapses.

    Raises
    ------
    MappingError
        Names what is needed and there, and what would fit.
    """
    chip, by_chip = problem.chip, synapses_by_chip(problem, usage, layout)
    have = chips_there(problem, layout, boards)
    if chip.synapses is not None and by_chip.max(initial=0) > chip.synapses:
        worst = int(by_chip.argmax())
        raise MappingError(
            f'network "{problem.name}", chip {worst}: needs {by_chip[worst]} synapses, {chip.name} has '
            f"{chip.synapses}. Spread the network over more chips.",
            resource="synapses", need=int(by_chip[worst]), have=chip.synapses,
        )  # fmt: skip
    if layout.chips <= have:
        return
    where = " + ".join(b.name for b in boards) if boards else chip.name
    cores = int(np.count_nonzero(usage.budgets["compartments"]))
    raise MappingError(
        f'network "{problem.name}": needs {layout.chips} chips ({counted(cores, "core")}), {where} has {have} '
        f"({counted(have * chip.usable_cores, 'core')}). {chip_advice(problem, usage, layout.chips, have)}",
        resource="chips", need=layout.chips, have=have,
    )  # fmt: skip
