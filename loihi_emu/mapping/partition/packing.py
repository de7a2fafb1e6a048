"""Pieces of a network put on cores, and on chips: those that are tied together come together, within all capacities."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from loihi_emu.mapping.arrays import Index, Integers, Numbers
from loihi_emu.mapping.model import Problem
from loihi_emu.mapping.partition.chips import annealed
from loihi_emu.mapping.partition.clusters import contracted
from loihi_emu.mapping.partition.hypergraph import Hypergraph

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
DESCENT = 50_000_000
"""Exchanges that the descent at the end may look at, about."""
CHIP_FULL = 0.97
"""Share of a chip's cores that pieces may add up to, since cores do not all become full."""


def equal_pieces(size: Numbers, place: Integers) -> Integers:
    """Piece of each neuron if an order of all is cut into equal ones; neurons in the same place stay in order."""
    order = np.argsort(place, kind="stable")
    passed = np.cumsum(size[order]) - size[order] / 2
    piece = np.empty(len(size), np.int64)
    piece[order] = np.unique((passed * PIECES).astype(np.int64), return_inverse=True)[1]
    return piece


def pieces_of_populations(problem: Problem, size: Numbers) -> Integers:
    """Piece of each neuron if small populations stay whole and large ones are cut into equal parts."""
    pieces, count = [], 0
    for part in problem.by_population(size).values():
        parts = max(1, math.ceil(part.sum() * PARTS - 1e-6))
        passed = (np.cumsum(part) - part / 2) / part.sum() * parts
        pieces.append(count + passed.astype(np.int64))
        count += parts
    return np.unique(np.concatenate(pieces), return_inverse=True)[1].reshape(-1)


def sizes_of_pieces(problem: Problem, nets: Hypergraph, size: Numbers, piece: Integers, *, lists: bool) -> Numbers:
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
    pairs = np.repeat(piece, np.diff(nets.starts)) * len(nets.source) + nets.nets
    pairs, length = np.unique(pairs, return_counts=True)
    of, net = np.divmod(pairs, len(nets.source))
    bits = nets.bits[nets.kind[net], np.minimum(length, nets.bits.shape[1] - 1)]
    counts = np.bincount(piece)
    needs = {"compartments": counts, "axons_in": np.bincount(of, nets.slots[net], len(counts))}
    needs["synaptic_bits"] = np.bincount(of, bits, len(counts))
    return np.stack([each / problem.limit(name) for name, each in needs.items()], 1)


def packed(sizes: Numbers, ties: Any, piece: Integers, most: int) -> Integers | None:
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


def packed_by_chip(sizes: Numbers, ties: Any, piece: Integers, cores: int) -> tuple[Integers, Integers] | None:
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
            core = _exchanged(graph[here][:, here], sizes[here], max(1 + SLACK, float(sizes[here].max())), cores)
            if core is None:
                return None
            part[here] = chip * cores + core
    left, numbers = np.unique(part[piece], return_inverse=True)
    return numbers.reshape(-1).astype(np.int64), left // cores


def _exchanged(graph: Any, sizes: Numbers, capacity: float, most: int) -> Index | None:
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
    if graph.sum() > 0 and used > 1:
        graph.sort_indices()
        proposals = min(PROPOSALS, PROPOSALS_PER_PIECE * n, EDGES // max(1, graph.nnz // n))
        annealed(graph, sizes, used, capacity, n, part, proposals, 0, min(10, DESCENT // (n * n)))
    return part
