"""Virtual chips and cores: where a network goes, whether it fits, and what it sends."""

from loihi_emu.mapping.estimate import Estimate
from loihi_emu.mapping.model import Assignment, Layout, Problem, assigned, tiles
from loihi_emu.mapping.placed_network import Location
from loihi_emu.mapping.placement import Placement
from loihi_emu.mapping.strategies import Proposal, Strategy

__all__ = [
    "Assignment", "Estimate", "Layout", "Location", "Placement", "Problem", "Proposal", "Strategy", "assigned", "tiles",
]  # fmt: skip
