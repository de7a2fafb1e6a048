"""Whether an assignment keeps the limits of cores, chips and boards; one error that says what to do if not."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from loihi_emu.boards import Board
from loihi_emu.errors import MappingError
from loihi_emu.mapping.advice import chip_advice, core_advice
from loihi_emu.mapping.assignment import Assignment
from loihi_emu.mapping.layout import Layout, in_order
from loihi_emu.mapping.problem import Problem
from loihi_emu.mapping.profiles import SETTINGS, Profiles, part_of, values_of
from loihi_emu.mapping.use import Use

DIFFERENCES = {
    "noise": "target, exp or offset of their noise",
    "decay_u": "du: 0 needs that decays of u count as they are, 4096 that they count one more",
    "decay_v": "dv: 0 needs that decays of v count as they are, 4096 that they count one more",
    "epoch": "t_epoch of the rules by which connections onto them learn",
}
"""What neurons differ in that cannot share a core, by setting."""


def within_limits(problem: Problem, assignment: Assignment, use: Use) -> bool:
    """Whether every core has what it needs and holds neurons that can share it."""
    for name, resource in problem.limits.items():
        if resource.limit is not None and use.budgets[name].max(initial=0) > resource.limit:
            return False
    try:
        _check_shared(problem, assignment, in_order(assignment.count, problem.chip))
    except MappingError:
        return False
    return True


def check_cores(problem: Problem, assignment: Assignment, use: Use, layout: Layout) -> None:
    """Raise if a core needs more of something than it has, or holds neurons that cannot share one.

    Raises
    ------
    MappingError
        Names core, resource, have and need, what of the core needs most of it, and what would fit.
    """
    for name, resource in problem.limits.items():
        if resource.limit is None:
            continue
        over = np.flatnonzero(use.budgets[name] > resource.limit)
        if len(over):
            core = int(over[np.argmax(use.budgets[name][over])])
            most, advice = core_advice(problem, assignment, use, core, name)
            raise MappingError(
                f"{_core(layout, core)}{most}: needs {use.budgets[name][core]} {resource.text}, has {resource.limit}. "
                f"{advice}",
                resource=name, need=int(use.budgets[name][core]), have=resource.limit,
            )  # fmt: skip
    _check_shared(problem, assignment, layout)


def _cores(number: int) -> str:
    return f"{number} core{'s' * (number != 1)}"


def _core(layout: Layout, core: int) -> str:
    return f"chip {layout.chip[core]}, core {layout.core[core]}"


def _check_shared(problem: Problem, assignment: Assignment, layout: Layout) -> None:
    """Raise if neurons on one core differ in what the whole core shares."""
    profiles = problem.profiles
    if _alike(profiles):
        return
    shared: dict[int, tuple[int, str]] = {}
    settings: list[dict[int, tuple[int, str]]] = [{} for _ in SETTINGS]
    for core, name, neurons, _ in assignment.parts():
        values = part_of(problem.profiles.core[name], neurons)
        first = shared.setdefault(core, (int(values.flat[0]), name))
        if np.any(values != first[0]):
            raise MappingError(
                f'{_core(layout, core)}: populations "{first[1]}" and "{name}" differ in vmin or vmax, which a core '
                "has once. Place neurons with other limits on another core.",
                resource="vmin, vmax", need=2, have=1,
            )  # fmt: skip
        for setting, known, identities in zip(SETTINGS, settings, profiles.settings[name], strict=True):
            for number in set(values_of(identities, neurons)) - {0}:
                here = known.setdefault(core, (number, name))
                if here[0] != number:
                    both = f'populations "{here[1]}" and "{name}"' if here[1] != name else f'neurons of "{name}"'
                    raise MappingError(
                        f"{_core(layout, core)}: {both} differ in {DIFFERENCES[setting]}, which a core has once. "
                        "Place one of them on another core.",
                        resource=setting, need=2, have=1,
                    )  # fmt: skip


def _alike(profiles: Profiles) -> bool:
    """Whether all neurons have the same of all that a core has once, so that nothing is to be looked up."""
    if any(a.ndim for a in profiles.core.values()) or len({int(a) for a in profiles.core.values()}) > 1:
        return False
    for each in zip(*profiles.settings.values(), strict=True):
        if len({number for identities in each for number in values_of(identities, slice(None))} - {0}) > 1:
            return False
    return True


def chips_suffice(problem: Problem, use: Use, layout: Layout, boards: tuple[Board, ...] | None) -> bool:
    """Whether there are enough chips, and none has too many synapses."""
    most = problem.chip.synapses
    few = most is None or bool(_synapses(problem, use, layout).max(initial=0) <= most)
    return few and layout.chips <= _chips_there(problem, layout, boards)


def _synapses(problem: Problem, use: Use, layout: Layout) -> NDArray[np.int64]:
    """Synapses on each chip; none are counted where a chip has no limit of them."""
    by_chip = np.zeros(layout.chips, np.int64)
    for row in use.lists if problem.chip.synapses is not None else ():
        by_chip[layout.chip[row.core]] += row.stored
    return by_chip


def _chips_there(problem: Problem, layout: Layout, boards: tuple[Board, ...] | None) -> int:
    """Chips that there are."""
    return sum(b.most for b in boards) if boards else problem.chip.max_chips or layout.chips


def check_chips(problem: Problem, use: Use, layout: Layout, boards: tuple[Board, ...] | None) -> None:
    """Raise if there are not enough chips, or a chip has too many synapses.

    Raises
    ------
    MappingError
        Names what is needed and there, and what would fit.
    """
    chip, by_chip, have = problem.chip, _synapses(problem, use, layout), _chips_there(problem, layout, boards)
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
    cores = int(np.count_nonzero(use.budgets["compartments"]))
    raise MappingError(
        f'network "{problem.name}": needs {layout.chips} chips ({_cores(cores)}), {where} has {have} '
        f"({_cores(have * chip.usable_cores)}). {chip_advice(problem, use, layout.chips, have)}",
        resource="chips", need=layout.chips, have=have,
    )  # fmt: skip
