"""From cores to chips, and on a chip to places in the mesh, so that messages between chips and then hops are few.

As few chips are used as hold the cores; each takes as many as software can place on it, and they may differ in how
many they hold. A message goes to every core that it has synapses on, so what is to be lowered is the weight of cut
edges in the graph of cores. Several starts (the order of the cores, and chips grown around a core) are refined by
exchanges; the best is taken.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from loihi_emu.chips.chip import Chip
from loihi_emu.mapping.arrays import Index, Integers, Numbers
from loihi_emu.mapping.model import Layout, by_chip, in_order, tiles
from loihi_emu.mapping.partition import annealing_kernels as k
from loihi_emu.mapping.partition.graph import CoreGraph
from loihi_emu.mapping.stopping import stoppable

GROWN = 3
"""Starts with grown chips."""
PROPOSALS = 8_000_000
"""Proposals of a start, at most."""
QUICK, THOROUGH = 400, 8000
"""Proposals of a start per core: to compare assignments, and for the one that is taken."""
EDGES = 40_000
"""Where cores have many neighbours, proposals are so many per neighbour instead, times the effort."""
HOT, COLD = 1.0, 1 / 50
"""Temperatures at the beginning and at the end, in messages of an average core, or ties of an average piece."""
GROW_MOST = 1 << 14
"""More cores than this are only refined from their order: growing takes a time of the number's square."""
TABLE_MOST = 1 << 25
"""Cores times chips; where they are more, cores stay in order."""
DESCENT = 200_000_000
"""Exchanges that the descent at the end may look at."""
PLACES = 40_000
"""Proposals for the places of a chip's cores, and a share of so many for all chips:"""
ALL_PLACES = 4_000_000


def on_chips(graph: CoreGraph, chip: Chip, effort: int = QUICK) -> Layout:
    """Chips of the cores of a graph: in order, or as found where that sends less; on a chip, cores stay in order."""
    order = in_order(graph.count, chip)
    layout = by_chip(chips_of(graph, chip.usable_cores, effort))
    return layout if graph.between_chips(layout) < graph.between_chips(order) * (1 - 1e-9) else order


def arranged(graph: CoreGraph, layout: Layout, chip: Chip) -> Layout:
    """The same chips, with places on them such that messages pass few tiles."""
    place = layout.core.copy()
    for number in range(layout.chips):
        cores = np.flatnonzero(layout.chip == number)
        place[cores] = _places(graph, cores, layout.core[cores], chip, layout.chips)
    moved = Layout(layout.chip, place)
    return moved if graph.hops(moved, chip) < graph.hops(layout, chip) else layout


def chips_of(graph: CoreGraph, capacity: int, effort: int = THOROUGH) -> Index:
    """The chip of each core: the fewest chips of so many cores, with few messages between them.

    Parameters
    ----------
    graph : CoreGraph
    capacity : int
        Cores of a chip.
    effort : int
        Proposals of a start per core.
    """
    n = graph.count
    chips = -(-n // capacity)
    order = (np.arange(n) // capacity).astype(np.int32)
    both = graph.both
    if chips < 2 or both.sum() == 0 or n * chips > TABLE_MOST:
        return order
    proposals = min(PROPOSALS, effort * n, effort * EDGES // max(1, both.nnz // n))
    rounds = min(50, DESCENT // (n * n))
    best, least = order.copy(), np.inf
    for start in range(1 + GROWN * (n <= GROW_MOST)):
        part = order.copy()
        if start:
            k.grow(both.indptr, both.indices, both.data, (start - 1) * n // GROWN, capacity, part)
        cost = annealed(both, np.ones((n, 1)), chips, float(capacity), capacity, part, proposals, start, rounds)
        if cost < least * (1 - 1e-12):
            best, least = part, cost
    _, first, number = np.unique(best, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first)).astype(np.int32)[number.reshape(-1)]


def annealed(
    graph: Any, sizes: Numbers, chips: int, capacity: float, most: int, part: Index, proposals: int, seed: int,
    rounds: int,
) -> float:  # fmt: skip
    """Move vertices of a graph between chips by simulated annealing, from warm to cold; see the kernel."""
    average = float(graph.sum()) / len(part)
    arrays, heat = (graph.indptr, graph.indices, graph.data, sizes), (HOT * average, COLD * average)
    return float(stoppable(k.anneal, *arrays, chips, capacity, most, part, proposals, *heat, seed, rounds))


def _places(graph: CoreGraph, cores: Integers, given: Index, chip: Chip, chips: int) -> Index:
    """Numbers on their chip of cores that share one."""
    n = chip.usable_cores
    grid = tiles(np.arange(n, dtype=np.int32), chip)
    between = graph.both[cores][:, cores].toarray()
    average = float(between.sum()) / max(1, len(cores))
    if grid is None or average == 0:
        return given
    padded = np.zeros((n, n))  # rows beyond the cores stand for the free places
    padded[: len(cores), : len(cores)] = between
    place = np.concatenate([given, np.setdiff1d(np.arange(n), given)]).astype(np.int32)
    x, y = (np.ascontiguousarray(axis, np.int32) for axis in grid)
    proposals = min(PLACES, ALL_PLACES // chips)
    stoppable(k.arrange, padded, x, y, place, proposals, HOT * average, COLD * average, chips)
    return place[: len(cores)]
