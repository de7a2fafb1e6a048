"""Strategy "greedy": few cores, found quickly."""

from __future__ import annotations

from loihi_emu.chips.boards import Board
from loihi_emu.errors import MappingError
from loihi_emu.mapping.model import Assignment, Problem
from loihi_emu.mapping.strategies.locality import assign_by_locality, is_local
from loihi_emu.mapping.strategies.sequential import assign_in_order, fewest
from loihi_emu.mapping.strategies.strategy import Proposal
from loihi_emu.mapping.traffic import Rates
from loihi_emu.mapping.usage import CoreUsage

WASTEFUL = 1.25
"""With no more cores than so many times the fewest there could be, no other way to fill them is tried."""


class Greedy:
    """Cores filled one after the other, chips in order."""

    name = "greedy"

    def propose(self, problem: Problem, rates: Rates, boards: tuple[Board, ...] | None) -> Proposal:
        """The fewest cores found."""
        return Proposal(*assign_greedily(problem))


def assign_greedily(problem: Problem) -> tuple[Assignment, CoreUsage]:
    """Fill cores with the neurons in order; if that takes many, by what they are connected to, if that takes fewer.

    Raises
    ------
    MappingError
        A neuron that fits on no core.
    """
    try:
        found = assign_in_order(problem)
    except MappingError:
        other = assign_by_locality(problem, None) if is_local(problem) else None
        if other is None:
            raise
        return other
    if found[0].count > WASTEFUL * fewest(problem) and is_local(problem):
        return assign_by_locality(problem, found[0].count - 1) or found
    return found
