"""Neurons that send each other many spikes, put together: an order of all neurons in which they stand side by side."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from loihi_emu.mapping import cluster_kernels as k
from loihi_emu.mapping import partition_kernels as p
from loihi_emu.mapping.filling import Run
from loihi_emu.mapping.nets import Nets
from loihi_emu.mapping.problem import Problem
from loihi_emu.mapping.use import Use

Shares = NDArray[np.float64]
Index = NDArray[np.int64]

LEVELS = 12
"""Times that clusters are clustered again, at most."""
PASSES = 6
"""Passes of label propagation over all vertices."""
SHRINK = 0.97
"""Clusters are not clustered again when no fewer than this share of them would be left."""
ORDER_MOST = 20_000
"""With more clusters than this no order is looked for: it takes a time of the number's square."""
TABLE_MOST = 1 << 24
"""Pieces times cores up to which pieces are exchanged between cores."""
PIECES = 16
"""Equal pieces of an order that a core holds."""
PARTS = 4
"""Populations that are larger than a core's share of this are cut."""
INDEX = 12
"""Bits that the index of a synapse and its share of headers take, about, in long lists."""
SLACK = 1e-6
"""What the estimated sizes of pieces on a core may exceed it by."""
PROPOSALS, PROPOSALS_PER_PIECE = 1_000_000, 1000
"""Exchanges of pieces that are proposed: so many per piece, at most so many."""
EDGES = 40_000_000
"""Proposals of pieces with one neighbour each, at most; as many fewer as they have more."""
HOT, COLD = 1.0, 1 / 50
"""Temperatures at the beginning and at the end, in the ties of an average piece."""
DESCENT = 50_000_000
"""Exchanges that the descent at the end may look at, about."""
FADE = 0.5
"""What the pull of clusters on earlier cores is worth from core to core."""


@dataclass(frozen=True, eq=False)
class Clusters:
    """Clusters of neurons.

    Attributes
    ----------
    labels : int64 array
        Cluster of each neuron.
    sizes : float64 array
        About which share of a core each cluster takes.
    graph : scipy.sparse.csr_matrix
        How strongly clusters are tied.
    """

    labels: Index
    sizes: Shares
    graph: Any


def clusters_of(size: Shares, ties: Any, share: float) -> Clusters:
    """Cluster neurons by label propagation, then the clusters, and so on.

    Parameters
    ----------
    size : float64 array
        Share of a core that each neuron takes.
    ties : scipy.sparse.csr_matrix
        How strongly neurons are tied.
    share : float
        Largest size of a cluster, as a share of a core.
    """
    labels = np.arange(len(size))
    graph: Any = ties
    sizes: Any = size
    for level in range(LEVELS):
        found = np.arange(len(sizes))
        k.propagate(graph.indptr, graph.indices, graph.data, sizes, share * (1 + 1e-6), found, PASSES, level)
        _, found = np.unique(found, return_inverse=True)
        count = int(found.max()) + 1
        if count > SHRINK * len(sizes):
            break
        labels = found[labels]
        sizes = np.bincount(found, weights=sizes)
        graph = contracted(graph, found)
    return Clusters(labels, sizes, graph)


def equal_pieces(size: Shares, place: Index) -> Index:
    """Piece of each neuron if an order of all is cut into equal ones; neurons in the same place stay in order."""
    order = np.argsort(place, kind="stable")
    passed = np.cumsum(size[order]) - size[order] / 2
    piece = np.empty(len(size), np.int64)
    piece[order] = np.unique((passed * PIECES).astype(np.int64), return_inverse=True)[1]
    return piece


def pieces_of_populations(nets: Nets, size: Shares) -> Index:
    """Piece of each neuron if small populations stay whole and large ones are cut into equal parts."""
    pieces, count = [], 0
    for part in nets.parts(size).values():
        parts = max(1, math.ceil(part.sum() * PARTS - 1e-6))
        passed = (np.cumsum(part) - part / 2) / part.sum() * parts
        pieces.append(count + passed.astype(np.int64))
        count += parts
    return np.unique(np.concatenate(pieces), return_inverse=True)[1].reshape(-1)


def sizes_of_pieces(problem: Problem, nets: Nets, size: Shares, piece: Index, *, lists: bool) -> Shares:
    """Shares of a core that pieces take of its resources.

    Parameters
    ----------
    problem, nets
    size : float64 array
        Share of a core that each neuron takes.
    piece : int64 array
        Of each neuron.
    lists : bool
        Whether pieces have few lists in common, so that synaptic memory and input axons add up.
    """
    if not lists:
        return np.asarray(np.bincount(piece, weights=size)[:, None])
    use = np.zeros((3, int(piece.max()) + 1), np.int64)
    order = np.argsort(piece, kind="stable")
    scratch = np.zeros(len(nets.source), np.int32)
    k.count_pieces(nets.starts, nets.nets, nets.slots, nets.bits, nets.kind, order, piece, scratch, use)
    names = ("compartments", "axons_in", "synaptic_bits")
    return np.ascontiguousarray(np.stack([row / problem.limit(name) for row, name in zip(use, names, strict=True)], 1))


def packed(sizes: Shares, ties: Any, piece: Index, most: int) -> Index | None:
    """The core of each neuron: pieces fill cores in order, then are exchanged between them.

    Parameters
    ----------
    sizes : float64 array (pieces, resources)
    ties : scipy.sparse.csr_matrix
        How strongly neurons are tied.
    piece : int64 array
        Of each neuron.
    most : int
        Cores, at most.

    Returns
    -------
    int64 array or None
        None if there are too many pieces, or they need too many cores.
    """
    n = len(sizes)
    capacity = max(1 + SLACK, float(sizes.max()))
    if n * most > TABLE_MOST:
        return None
    part = np.zeros(n, np.int32)
    load = np.zeros((most + 1, sizes.shape[1]))
    for number, share in enumerate(sizes):
        part[number] = np.argmax(np.all(load + share <= capacity, axis=1))
        if part[number] == most:
            return None
        load[part[number]] += share
    cores = int(part.max()) + 1
    if cores < 2:
        return None
    graph = contracted(ties, piece)
    average = float(graph.data.sum()) / n
    if average > 0:
        proposals = min(PROPOSALS, PROPOSALS_PER_PIECE * n, EDGES // max(1, graph.nnz // n))
        p.anneal(
            graph.indptr, graph.indices, graph.data, sizes, cores, capacity, n, part, proposals, HOT * average,
            COLD * average, 0, min(10, DESCENT // (n * n)),
        )  # fmt: skip
    return np.unique(part[piece], return_inverse=True)[1].reshape(-1).astype(np.int64)


def contracted(graph: Any, labels: Index) -> Any:
    """The graph between groups of vertices."""
    onto = sparse.csr_matrix((np.ones(len(labels)), (labels, np.arange(len(labels)))))
    found = (onto @ graph @ onto.T).tocsr()
    found.setdiag(0)
    found.eliminate_zeros()
    found.sort_indices()
    return found


def _rank(clusters: Clusters) -> Index:
    """Place of each cluster in an order in which each stands beside those that it is tied to."""
    order = np.zeros(len(clusters.sizes), np.int64)
    graph = clusters.graph
    k.order_clusters(graph.indptr, graph.indices, graph.data, clusters.sizes, FADE, order)
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    return rank


def place_of(clusters: Clusters) -> Index | None:
    """Place of each neuron in the order of clusters."""
    return _rank(clusters)[clusters.labels] if len(clusters.sizes) <= ORDER_MOST else None


def size_of_neurons(problem: Problem, nets: Nets, use: Use) -> Shares:
    """About which share of a core each neuron takes: of its compartments or its synaptic memory."""
    synapses = sum(row.synapses for row in use.lists)
    least = max((fields.bits for fields in problem.fields.values()), default=0) + INDEX
    each = min(float(use.budgets["synaptic_bits"].sum()) / max(1, synapses), least)
    into = np.diff(nets.starts) * each
    return np.asarray(np.maximum(into / problem.limit("synaptic_bits"), 1 / problem.limit("compartments")))


def runs_of(nets: Nets, place: Index) -> list[Run]:
    """Runs of neurons by place in an order, in the same place by population."""
    names = list(nets.offsets)
    bases = np.asarray([nets.offsets[name] for name in names])
    neurons = np.argsort(place, kind="stable")
    population = np.searchsorted(bases, neurons, "right") - 1
    change = np.flatnonzero((np.diff(place[neurons]) != 0) | (np.diff(population) != 0)) + 1
    runs = []
    for part in np.split(neurons, change):
        number = int(np.searchsorted(bases, part[0], "right")) - 1
        runs.append((names[number], (part - bases[number]).astype(np.int32)))
    return runs
