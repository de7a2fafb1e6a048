"""Strategy "manual": the user says which core each neuron goes to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from loihi_emu.chips.boards import Board
from loihi_emu.errors import MappingError, invalid, shown_of, unknown
from loihi_emu.mapping.model import MOST_CORES, Assignment, Problem, assigned
from loihi_emu.mapping.strategies.strategy import Proposal
from loihi_emu.mapping.traffic import Rates
from loihi_emu.numeric import ranged, whole


class Manual:
    """Cores from a dict, or from a function of the network that returns one."""

    name = "manual"

    def __init__(self, cores: Mapping[Any, Any] | Callable[[Any], Any]) -> None:
        self.cores = cores

    def propose(self, problem: Problem, rates: Rates, boards: tuple[Board, ...] | None) -> Proposal:
        """The cores given."""
        cores = self.cores(problem.network) if callable(self.cores) else self.cores
        if not isinstance(cores, Mapping):
            raise invalid("place", "strategy", f"a function that returned {shown_of(cores)}", "a dict of cores")
        return Proposal(assignment_of(problem, cores))


def assignment_of(problem: Problem, given: Mapping[Any, Any]) -> Assignment:
    """Take cores from a dict of population (or its name) to one core or one for each neuron.

    Core ``c`` is core ``c % n`` of chip ``c // n``, with the n cores that software can place on.

    Raises
    ------
    MappingError
        A population that is not named.
    ValidationError, UnknownNameError
        Cores that are no whole numbers, a wrong number of them, an unknown population, one that is named twice.
    """
    cores = {}
    for key, value in given.items():
        name = getattr(key, "name", key)
        if name not in problem.populations:
            raise unknown("population", name, problem.populations, where="strategy")
        where, size = f'strategy, population "{name}"', problem.populations[name].size
        if name in cores:
            raise invalid(where, "cores", "two entries, by name and by population", "one")
        array = ranged(where, "cores", whole(where, "cores", value), 0, MOST_CORES - 1)
        if array.ndim and array.size != size:
            raise invalid(where, "cores", f"shape {array.shape}", f"one core, or one for each of {size} neurons")
        cores[name] = np.broadcast_to(array.reshape(-1) if array.ndim else array, size).astype(np.int32)
    missing = [name for name in problem.populations if name not in cores]
    if missing:
        raise MappingError(
            f"strategy: got no cores for {', '.join(map(repr, missing))}, each population needs them. "
            f'Name {"it" if len(missing) == 1 else "them"} too, or use strategy="greedy".'
        )
    return assigned({name: cores[name] for name in problem.populations})
