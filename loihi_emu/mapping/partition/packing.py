"""Pieces of a network put on cores, and on chips: those that are tied together come together, within all capacities."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from loihi_emu.mapping.model import Problem
from loihi_emu.mapping.partition import annealing_kernels as p
from loihi_emu.mapping.partition import cluster_kernels as k
from loihi_emu.mapping.partition.clusters import Index, Shares, contracted
from loihi_emu.mapping.partition.hypergraph import Hypergraph
from loihi_emu.mapping.stopping import stoppable

TABLE_MOST = 1 << 24
"""Pieces times cores up to which pieces are exchanged between cores."""
PIECES = 16
"""Equal pieces of an order that a core holds."""
PARTS = 4
"""Populations that are larger than a core's share of this are cut."""
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
CHIP_FULL = 0.97
"""Share of a chip's cores that pieces may add up to, since cores do not all become full."""


def equal_pieces(size: Shares, place: Index) -> Index:
    """Piece of each neuron if an order of all is cut into equal ones; neurons in the same place stay in order."""
    order = np.argsort(place, kind="stable")
    passed = np.cumsum(size[order]) - size[order] / 2
    piece = np.empty(len(size), np.int64)
    piece[order] = np.unique((passed * PIECES).astype(np.int64), return_inverse=True)[1]
    return piece


def pieces_of_populations(nets: Hypergraph, size: Shares) -> Index:
    """Piece of each neuron if small populations stay whole and large ones are cut into equal parts."""
    pieces, count = [], 0
    for part in nets.parts(size).values():
        parts = max(1, math.ceil(part.sum() * PARTS - 1e-6))
        passed = (np.cumsum(part) - part / 2) / part.sum() * parts
        pieces.append(count + passed.astype(np.int64))
        count += parts
    return np.unique(np.concatenate(pieces), return_inverse=True)[1].reshape(-1)


def sizes_of_pieces(problem: Problem, nets: Hypergraph, size: Shares, piece: Index, *, lists: bool) -> Shares:
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
    usage = np.zeros((3, int(piece.max()) + 1), np.int64)
    order = np.argsort(piece, kind="stable")
    scratch = np.zeros(len(nets.source), np.int32)
    k.count_pieces(nets.starts, nets.nets, nets.slots, nets.bits, nets.kind, order, piece, scratch, usage)
    names = ("compartments", "axons_in", "synaptic_bits")
    shares = [row / problem.limit(name) for row, name in zip(usage, names, strict=True)]
    return np.ascontiguousarray(np.stack(shares, 1))


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
    if len(sizes) * most > TABLE_MOST:
        return None
    part = _exchanged(contracted(ties, piece), sizes, max(1 + SLACK, float(sizes.max())), most)
    return None if part is None else np.unique(part[piece], return_inverse=True)[1].reshape(-1).astype(np.int64)


def packed_by_chip(sizes: Shares, ties: Any, piece: Index, cores: int) -> tuple[Index, Index] | None:
    """The core of each neuron, and the chip of each core: pieces go to chips of so many cores first, then to cores.

    None where one chip is enough, there are too many pieces, or a chip's pieces need too many cores.
    """
    capacity = cores * CHIP_FULL
    chips = math.ceil(float(sizes.sum(axis=0).max()) / capacity)
    if chips < 2 or len(sizes) * max(chips, cores) > TABLE_MOST:
        return None
    graph = contracted(ties, piece)
    chip_of = _exchanged(graph, sizes, capacity, chips)
    if chip_of is None:
        return None
    part = np.zeros(len(sizes), np.int64)
    for chip in range(chips):
        here = np.flatnonzero(chip_of == chip)
        if len(here):
            found = _exchanged(graph[here][:, here], sizes[here], max(1 + SLACK, float(sizes[here].max())), cores)
            if found is None:
                return None
            part[here] = chip * cores + found
    left, numbers = np.unique(part[piece], return_inverse=True)
    return numbers.reshape(-1).astype(np.int64), left // cores


def _exchanged(graph: Any, sizes: Shares, capacity: float, most: int) -> NDArray[np.int32] | None:
    """Put pieces on at most so many cores (or chips), tied ones together; None if impossible."""
    n = len(sizes)
    part = np.zeros(n, np.int32)
    load = np.zeros((most + 1, sizes.shape[1]))
    for number, share in enumerate(sizes):
        part[number] = np.argmax(np.all(load + share <= capacity, axis=1))
        if part[number] == most:
            return None
        load[part[number]] += share
    used = int(part.max()) + 1
    average = float(graph.sum()) / n
    if average > 0 and used > 1:
        graph.sort_indices()
        proposals = min(PROPOSALS, PROPOSALS_PER_PIECE * n, EDGES // max(1, graph.nnz // n))
        stoppable(
            p.anneal, graph.indptr, graph.indices, graph.data, sizes, used, capacity, n, part, proposals,
            HOT * average, COLD * average, 0, min(10, DESCENT // (n * n)),
        )  # fmt: skip
    return part
