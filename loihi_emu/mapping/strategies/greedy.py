"""Strategy "greedy": few cores, found quickly."""

from __future__ import annotations

from loihi_emu.chips.boards import Board
from loihi_emu.errors import MappingError
from loihi_emu.mapping.model import Problem
from loihi_emu.mapping.strategies.locality import assign_by_locality, distance_in_order
from loihi_emu.mapping.strategies.sequential import assign_in_order, fewest
from loihi_emu.mapping.strategies.strategy import Measured, Proposal
from loihi_emu.mapping.traffic import Rates

WASTEFUL = 1.25
"""With no more cores than so many times the fewest there could be, no other way to fill them is tried."""


class Greedy:
    """Cores filled one after the other, chips in order."""

    name = "greedy"

    def propose(self, problem: Problem, rates: Rates, boards: tuple[Board, ...] | None) -> Proposal:
        """The fewest cores found."""
        return Proposal(*assign_greedily(problem))


def assign_greedily(problem: Problem) -> Measured:
    """Fill cores with the neurons in order; if that takes many, by what they are connected to, if that takes fewer.

    Raises
    ------
    MappingError
        A neuron that fits on no core.
    """
    try:
        in_order = assign_in_order(problem)
    except MappingError:
        local = assign_by_locality(problem, None) if distance_in_order(problem) else None
        if local is None:
            raise
        return local
    cores = in_order[0].count  # where those that belong together are numbered so that they share one, there is no need
    if cores > WASTEFUL * fewest(problem) and distance_in_order(problem) > problem.neurons / cores:
        return assign_by_locality(problem, cores - 1) or in_order
    return in_order
