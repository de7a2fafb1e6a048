"""Errors for what a strategy of the user's proposes: each neuron on one core, in a compartment of its own."""

from __future__ import annotations

from typing import Any

import numpy as np

from loihi_emu.errors import MappingError, invalid, shown_of, unknown
from loihi_emu.mapping.model import Assignment, Layout, Problem
from loihi_emu.numeric import ranged, whole


def check_proposal(problem: Problem, proposal: Any, strategy: str) -> None:
    """Raise unless a proposal gives all neurons, and each core where there is a layout, a place of its own.

    Raises
    ------
    ValidationError, UnknownNameError
        It is no Proposal of an Assignment; a population that is none; cores or compartments that are no whole numbers,
        a wrong number of them, or numbers beyond those there are.
    MappingError
        A population without cores; two neurons in one compartment; two cores at one place.
    """
    where = f'strategy "{strategy}"'
    if not (isinstance(proposal, tuple) and len(proposal) == 3 and isinstance(proposal[0], Assignment)):
        raise invalid(where, "propose", shown_of(proposal), "a Proposal of an Assignment: Proposal(assigned(cores))")
    assignment, _, layout = proposal
    count, places = assignment.count, []
    for name in (*assignment.cores, *assignment.slots):
        if name not in problem.populations:
            raise unknown("population", name, problem.populations, where=where)
    for name, population in problem.populations.items():
        if name not in assignment.cores or name not in assignment.slots:
            raise MappingError(f"{where}: got no cores for {name!r}, each population needs them.")
        core, slot = (
            _numbers(f'{where}, population "{name}"', what, given[name], population.size, limit, "neuron")
            for what, given, limit in (("cores", assignment.cores, count), ("slots", assignment.slots, 1 << 31))
        )
        places.append(core << 32 | slot)
    _check_apart(f"{where}: got two neurons in compartment", "core", np.concatenate(places))
    if layout is not None:
        if not isinstance(layout, Layout):
            raise invalid(where, "layout", shown_of(layout), "a Layout, or None")
        chip = _numbers(where, "layout.chip", layout.chip, count, 1 << 31, "core")
        core = _numbers(where, "layout.core", layout.core, count, problem.chip.usable_cores, "core")
        _check_apart(f"{where}: got two cores as core", "chip", chip << 32 | core)


def _numbers(where: str, name: str, given: Any, size: int, limit: int, of: str) -> Any:
    """One whole number for each neuron or core, below a limit."""
    numbers = ranged(where, name, whole(where, name, given), 0, limit - 1)
    if numbers.shape != (size,):
        raise invalid(where, name, f"shape {numbers.shape}", f"shape ({size},), one for each {of}")
    return numbers


def _check_apart(text: str, of: str, places: Any) -> None:
    """Raise if a place, a number and 32 bits further up what it is of, is there twice."""
    ordered = np.sort(places)
    repeated = ordered[1:][ordered[1:] == ordered[:-1]]
    if repeated.size:
        raise MappingError(f"{text} {repeated[0] & 0xFFFFFFFF} of {of} {repeated[0] >> 32}.")
