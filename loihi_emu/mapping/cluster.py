"""Neurons that send each other many spikes, put together: an order of all neurons in which they stand side by side."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from loihi_emu.mapping import cluster_kernels as k
from loihi_emu.mapping.filling import Run
from loihi_emu.mapping.nets import Nets
from loihi_emu.mapping.problem import Problem
from loihi_emu.mapping.use import Use

LEVELS = 12
"""Times that clusters are clustered again, at most."""
PASSES = 6
"""Passes of label propagation over all vertices."""
SHRINK = 0.97
"""Clusters are not clustered again when no fewer than this share of them would be left."""
ORDER_MOST = 20_000
"""With more clusters than this no order is looked for: it takes a time of the number's square."""
FADE = 0.5
"""What the pull of clusters on earlier cores is worth from core to core."""


def clustered_runs(problem: Problem, nets: Nets, use: Use, ties: Any, share: float) -> list[Run] | None:
    """Runs of neurons, cluster by cluster, each cluster beside those that it is tied to.

    Parameters
    ----------
    problem : Problem
    nets : Nets
    use : Use
        Of the sequential assignment: from it follows about how much of a core each neuron takes.
    ties : scipy.sparse.csr_matrix
        How strongly neurons are tied.
    share : float
        Largest size of a cluster, as a share of a core.
    """
    size = size_of_neurons(problem, nets, use)
    labels = np.arange(nets.neurons)
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
        onto = sparse.csr_matrix((np.ones(len(found)), (found, np.arange(len(found)))))
        graph = (onto @ graph @ onto.T).tocsr()
        graph.setdiag(0)
        graph.sort_indices()
    if len(sizes) > ORDER_MOST:
        return None
    order = np.zeros(len(sizes), np.int64)
    k.order_clusters(graph.indptr, graph.indices, graph.data, sizes, FADE, order)
    return _runs(nets, labels, order)


def size_of_neurons(problem: Problem, nets: Nets, use: Use) -> NDArray[np.float64]:
    """About which share of a core each neuron takes: of its compartments, its synaptic memory or its output axons."""
    synapses = sum(row.synapses for row in use.lists)
    each = float(use.budgets["synaptic_bits"].sum()) / max(1, synapses)
    into = np.diff(nets.starts) * each
    out = nets.flat(use.fanout)
    shares = (into / problem.limit("synaptic_bits"), out / problem.limit("axons_out"))
    return np.asarray(np.maximum(np.maximum(*shares), 1 / problem.limit("compartments")))


def _runs(nets: Nets, labels: NDArray[np.int64], order: NDArray[np.int64]) -> list[Run]:
    """Neurons by cluster in order, within a cluster by population."""
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    names = list(nets.offsets)
    bases = np.asarray([nets.offsets[name] for name in names])
    neurons = np.argsort(rank[labels], kind="stable")
    population = np.searchsorted(bases, neurons, "right") - 1
    cluster = rank[labels][neurons]
    change = np.flatnonzero((np.diff(cluster) != 0) | (np.diff(population) != 0)) + 1
    runs = []
    for part in np.split(neurons, change):
        number = int(np.searchsorted(bases, part[0], "right")) - 1
        runs.append((names[number], (part - bases[number]).astype(np.int32)))
    return runs
