"""The network, the chip's limits, and the core and compartment of each neuron: what the others speak of."""

from loihi_emu.mapping.model.assignment import MOST_CORES, Assignment, Parts, assigned, equal_bounds, equal_parts
from loihi_emu.mapping.model.layout import Layout, boards_of, by_chip, in_order, tiles
from loihi_emu.mapping.model.limits import SCARCE, Resource
from loihi_emu.mapping.model.problem import KINDS, Problem
from loihi_emu.mapping.model.profiles import SETTINGS, Profiles, few_enough, part_of, values_of

__all__ = [
    "KINDS", "MOST_CORES", "SCARCE", "SETTINGS", "Assignment", "Layout", "Parts", "Problem", "Profiles", "Resource",
    "assigned", "boards_of", "by_chip", "equal_bounds", "equal_parts", "few_enough", "in_order", "part_of", "tiles",
    "values_of",
]  # fmt: skip
