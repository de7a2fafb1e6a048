"""Partitions by Mt-KaHyPar (MIT licence), where it is installed: ``pip install "loihi_emu[mapping]"``.

It takes one weight of a vertex: the largest share of a core's compartments or synaptic memory that a neuron takes. What
it finds is measured like every other candidate, and refined within all limits.

Gottesbüren, Heuer, Maas, Sanders and Schlag, "Scalable High-Quality Hypergraph Partitioning", 2024.
"""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray

from loihi_emu.mapping.partition.hypergraph import Hypergraph

SEED, THREADS = 1, 1
"""With one thread the same seed gives the same partition."""
VERTEX, EDGE = 1 << 14, 1 << 30
"""A full core in weights of vertices, and all messages in weights of hyperedges."""


def installed() -> bool:
    """Whether Mt-KaHyPar is installed."""
    return find_spec("mtkahypar") is not None


@cache
def _library() -> Any:
    """What makes contexts and hypergraphs; a process starts its threads once."""
    import mtkahypar

    return mtkahypar.initialize(THREADS, False)


def partitioned(nets: Hypergraph, size: NDArray[np.float64], count: int) -> NDArray[np.int64] | None:
    """The core of each neuron, with few messages between so many cores; None if they cannot hold the neurons.

    Parameters
    ----------
    nets : Hypergraph
    size : float64 array
        Share of a core that each neuron takes.
    count : int
        Cores.
    """
    import mtkahypar

    edges, weights = _edges(nets)
    if not edges or count < 2:
        return None
    vertices = np.maximum(1, np.round(size * VERTEX)).astype(np.int64)
    library = _library()
    mtkahypar.set_seed(SEED)
    context = library.context_from_preset(mtkahypar.PresetType.DEFAULT)
    context.set_partitioning_parameters(count, 0.0, mtkahypar.Objective.KM1)
    context.set_individual_target_block_weights([VERTEX] * count)
    context.logging = False
    try:
        graph = library.create_hypergraph(context, len(size), len(edges), edges, vertices.tolist(), weights)
        return np.asarray(graph.partition(context).get_partition(), np.int64)
    except (mtkahypar.InvalidInputError, mtkahypar.InvalidParameterError, mtkahypar.SystemError):
        return None


def _edges(nets: Hypergraph) -> tuple[list[list[int]], list[int]]:
    """A hyperedge for each list that sends something, of its source and its targets, and its messages as a weight."""
    sends = (nets.source >= 0) & (nets.weight > 0)
    targets = np.repeat(np.arange(nets.neurons), np.diff(nets.starts))
    lists, pins = (np.concatenate(pair) for pair in ((nets.nets, np.flatnonzero(sends)), (targets, nets.source[sends])))
    pairs = np.unique(lists[sends[lists]].astype(np.int64) * nets.neurons + pins[sends[lists]])
    of, pin = np.divmod(pairs, nets.neurons)
    first = np.flatnonzero(np.diff(of, prepend=-1))
    edges = [part.tolist() for part in np.split(pin, first[1:])]
    weight = nets.weight[of[first]]
    scaled = (
        np.maximum(1, np.round(weight * (EDGE / max(weight.sum(), 1e-300)))).astype(np.int64) if len(of) else weight
    )
    some = [k for k, edge in enumerate(edges) if len(edge) > 1]
    return [edges[k] for k in some], [int(scaled[k]) for k in some]
