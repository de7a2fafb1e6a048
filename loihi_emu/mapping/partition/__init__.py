"""Parts of a network that exchange few messages: the hypergraph of its lists, clusters, packing, refinement, chips."""

from loihi_emu.mapping.partition.chips import THOROUGH, arranged, chips_of, on_chips
from loihi_emu.mapping.partition.clusters import clustered_place, size_of_neurons, smoothed_place
from loihi_emu.mapping.partition.graph import CoreGraph, core_graph
from loihi_emu.mapping.partition.hypergraph import Hypergraph, hypergraph_of

__all__ = [
    "THOROUGH", "CoreGraph", "Hypergraph", "arranged", "chips_of", "clustered_place", "core_graph", "hypergraph_of",
    "on_chips", "size_of_neurons", "smoothed_place",
]  # fmt: skip
