"""Strategy "traffic": neurons that send each other many spikes come together."""

from __future__ import annotations

from loihi_emu.chips.boards import Board
from loihi_emu.mapping.model import Problem
from loihi_emu.mapping.strategies.strategy import Proposal
from loihi_emu.mapping.traffic import Rates


class LowTraffic:
    """Few messages between chips, then between cores, then over few tiles.

    Parameters
    ----------
    partitioner : bool
        Whether Mt-KaHyPar is asked too where it is installed (``pip install "loihi_emu[mapping]"``), for two minutes at
        most; what it finds is measured like everything else.
    """

    name = "traffic"

    def __init__(self, partitioner: bool = True) -> None:
        self.partitioner = partitioner

    def propose(self, problem: Problem, rates: Rates, boards: tuple[Board, ...] | None) -> Proposal:
        """The best of several partitions, never a worse one than "greedy" gives."""
        from loihi_emu.mapping.strategies.traffic import least_traffic  # and with it scipy.sparse, which takes its time

        return least_traffic(problem, rates, boards, self.partitioner)
