"""What a strategy is: it proposes which core each neuron goes to; what that takes is counted and checked elsewhere."""

from __future__ import annotations

from typing import NamedTuple, Protocol, runtime_checkable

from loihi_emu.chips.boards import Board
from loihi_emu.mapping.model import Assignment, Layout, Problem
from loihi_emu.mapping.traffic import Rates
from loihi_emu.mapping.usage import CoreUsage

Measured = tuple[Assignment, CoreUsage]
"""An assignment and what it takes of every core."""


class Proposal(NamedTuple):
    """What a strategy proposes.

    Attributes
    ----------
    assignment : Assignment
        Core and compartment of each neuron.
    usage : CoreUsage, optional
        What it takes, where the strategy has measured it; counted anew for strategies that are not the package's own.
    layout : Layout, optional
        Chip of each core. Default: chip after chip in order.
    """

    assignment: Assignment
    usage: CoreUsage | None = None
    layout: Layout | None = None


@runtime_checkable
class Strategy(Protocol):
    """A way to place networks; any object with this method is one.

    Limits are checked on what it proposes, and no result of a run depends on it.

    Examples
    --------
    >>> import numpy as np
    >>> from loihi_emu import Network
    >>> from loihi_emu.mapping import Proposal, assigned
    >>> class Spread:
    ...     name = "spread"
    ...     def propose(self, problem, rates, boards):
    ...         return Proposal(assigned({p.name: np.arange(p.size) % 4 for p in problem.populations.values()}))
    >>> net = Network()
    >>> cells = net.population("cells", 100, vth=1)
    >>> net.place(strategy=Spread())
    <Placement of "network" on Loihi 1: 100 neurons on 4 cores of 1 chip, strategy 'spread'>
    """

    name: str

    def propose(self, problem: Problem, rates: Rates, boards: tuple[Board, ...] | None) -> Proposal:
        """Propose a core for each neuron.

        Parameters
        ----------
        problem : Problem
            The network, the chip's limits, and the lists into each population.
        rates : dict
            Population or input name to the spikes per step of each neuron, a float64 array; ones where none are given.
        boards : tuple of Board or None
            Those that it has to fit on; None for as many chips as needed.
        """
