"""Neurons that send each other many spikes, put together: an order of all neurons in which they stand side by side."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from loihi_emu.mapping.arrays import Integers, Numbers
from loihi_emu.mapping.model import Problem
from loihi_emu.mapping.partition import cluster_kernels as k
from loihi_emu.mapping.partition.hypergraph import Hypergraph
from loihi_emu.mapping.stopping import stoppable
from loihi_emu.mapping.usage import CoreUsage

LEVELS = 12
"""Times that clusters are clustered again, at most."""
PASSES = 6
"""Passes of label propagation over all vertices."""
SHRINK = 0.97
"""Clusters are not clustered again when no fewer than this share of them would be left."""
ORDER_MOST = 20_000
"""With more clusters than this no order is looked for: it takes a time of the number's square."""
INDEX = 12
"""Bits that the index of a synapse and its share of headers take, about, in long lists."""
NEAR = 2.0
"""Ties over more than so many cores count alike in comparing orders."""
FADE = 0.5
"""What the pull of clusters on earlier cores is worth from core to core."""


def clustered_place(size: Numbers, ties: Any, share: float, starts: int = 1) -> Integers | None:
    """Place of each neuron in an order in which each stands beside those that it is tied to; None if it takes too long.

    Neurons are clustered by label propagation, then the clusters, and so on; clusters are put in order.

    Parameters
    ----------
    size : float64 array
        Share of a core that each neuron takes.
    ties : scipy.sparse.csr_matrix
        How strongly neurons are tied.
    share : float
        Largest size of a cluster, as a share of a core.
    starts : int
        Orders of clusters, each from another one, of which the best is taken.
    """
    labels = np.arange(len(size))
    graph: Any = ties
    sizes: Any = size
    for level in range(LEVELS):
        clusters = np.arange(len(sizes))
        arrays = (graph.indptr, graph.indices, graph.data, sizes)
        stoppable(k.propagate, *arrays, share * (1 + 1e-6), clusters, PASSES, level)
        _, clusters = np.unique(clusters, return_inverse=True)
        count = int(clusters.max()) + 1
        if count > SHRINK * len(sizes):
            break
        labels = clusters[labels]
        sizes = np.bincount(clusters, weights=sizes)
        graph = contracted(graph, clusters)
    return _rank(graph, sizes, starts)[labels] if len(sizes) <= ORDER_MOST else None


def contracted(graph: Any, labels: Integers) -> Any:
    """The graph between groups of vertices."""
    onto = sparse.csr_matrix((np.ones(len(labels)), (labels, np.arange(len(labels)))))
    between = (onto @ graph @ onto.T).tocsr()
    between = (between - sparse.diags(between.diagonal())).tocsr()  # within a group nothing is cut
    between.eliminate_zeros()
    between.sort_indices()
    return between


def _rank(ties: Any, sizes: Numbers, starts: int) -> Integers:
    """Place of each cluster in the best of some orders."""
    n, graph = len(sizes), ties.tocoo()
    order, rank = np.zeros(n, np.int64), np.empty(n, np.int64)
    best, least = rank, np.inf
    near = NEAR * n / max(1.0, float(sizes.sum()))
    for start in range(starts if n > starts else 1):
        k.order_clusters(ties.indptr, ties.indices, ties.data, sizes, FADE, start * n // starts, order)
        rank[order] = np.arange(n)
        cost = float(graph.data @ np.minimum(np.abs(rank[graph.row] - rank[graph.col]), near))
        if cost < least:
            best, least = rank.copy(), cost
    return best


def smoothed_place(ties: Any, place: Integers, window: int, rounds: int) -> Integers:
    """Place of each neuron when each is put amid those that it is tied to, and all are counted anew, so often."""
    numbers = _counted(place)
    for _ in range(rounds):
        smoothed = np.empty(len(numbers))
        k.smooth(ties.indptr, ties.indices, ties.data, numbers, float(window), smoothed)
        numbers = _counted(smoothed)
    return numbers.astype(np.int64)


def _counted(place: NDArray[Any]) -> Numbers:
    """Number of each neuron in an order, as a float."""
    numbers = np.empty(len(place))
    numbers[np.argsort(place, kind="stable")] = np.arange(len(place))
    return numbers


def size_of_neurons(problem: Problem, nets: Hypergraph, usage: CoreUsage) -> Numbers:
    """About which share of a core each neuron takes: of its compartments or its synaptic memory."""
    synapses = sum(row.synapses for row in usage.lists)
    least = max((fields.bits for fields in problem.fields.values()), default=0) + INDEX
    each = min(float(usage.budgets["synaptic_bits"].sum()) / max(1, synapses), least)
    into = np.diff(nets.starts) * each
    return np.asarray(np.maximum(into / problem.limit("synaptic_bits"), 1 / problem.limit("compartments")))
