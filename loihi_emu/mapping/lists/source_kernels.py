# mypy: allow-untyped-defs, allow-incomplete-defs
"""Kernels: what the lists of all parts of a population need, found source by source, one connection at a time.

A part is the population's neurons on one core. Going through a connection as it is stored, each source's lists on all
cores come up together, and nothing has to be searched: measured target by target, part by part
(:mod:`loihi_emu.mapping.lists.target_kernels`), typical networks take 1.3 to 1.8 times as long to place.
"""

import numpy as np

from loihi_emu.jit import entry, kernel
from loihi_emu.mapping.lists.format_kernels import (
    add_found,
    add_list,
    add_singles,
    choose,
    extend_list,
    index_of,
    start_list,
)
from loihi_emu.mapping.lists.records import TOTALS
from loihi_emu.mapping.lists.target_kernels import collect_matrix


@kernel
def begin(starts, d, order, bounds, slots, totals, singles):
    """Clear the totals of all parts but for the width of an index."""
    totals[:] = np.zeros(1, TOTALS)[0]
    singles[:] = 0
    for p in range(totals.shape[0]):
        highest = 0
        for k in range(bounds[p], bounds[p + 1]):
            if starts[order[k] + 1] > starts[order[k]]:
                highest = max(highest, slots[order[k]])
        totals[p].index = index_of(highest, d.index_least)


@kernel
def finish(d, totals, singles):
    """Add the lists of one synapse and find the cheapest form on each part."""
    for p in range(totals.shape[0]):
        add_singles(totals[p], d, singles[p], totals[p].index)
        totals[p].found = totals[p].lists
        choose(totals[p], d)


@entry
def measure_rows(
    indptr, indices, first, last, start, step, starts, d, order, bounds, slots, part, fanout, singles, stats,
    touched, totals,
):  # fmt: skip
    """Measure a sparse connection: sources first..last - 1, of which the first of all begin it and the last end it.

    Parameters
    ----------
    indptr, indices : int64 and int32 arrays
        Targets by source, ascending.
    start, step : int
        Target k is neuron ``start + k * step``.
    starts : int64 array (neurons + 1)
        Synapses onto each neuron by this connection, accumulated.
    d : DESCRIPTION
    order, bounds : int32 and int64 arrays
        Neurons part by part, ascending, and where each part begins.
    slots, part : int32 arrays (neurons)
        Compartment and part; compartments ascend with the neurons of a part.
    fanout : int64 array (sources)
        The lists of each source are added to it.
    singles : int64 array (parts)
        Scratch.
    stats, touched : LIST and int32 arrays (parts)
        Scratch.
    totals : TOTALS array (parts)
        Filled.
    """
    if first == 0:
        begin(starts, d, order, bounds, slots, totals, singles)
        for p in range(stats.shape[0]):
            stats[p].source = 0
    for i in range(first, last):
        found = 0
        for k in range(indptr[i], indptr[i + 1]):
            t = start + indices[k] * step
            p, slot = part[t], slots[t]
            if stats[p].source != i + 1:
                touched[found] = p
                found += 1
                start_list(stats[p], slot)
                stats[p].source = i + 1
            else:
                extend_list(stats[p], slot)
        for r in range(found):
            p = touched[r]
            singles[p] += add_found(totals[p], d, stats[p], totals[p].index)
        fanout[i] += found
    if last == indptr.shape[0] - 1:
        finish(d, totals, singles)


@entry
def measure_matrix(
    present, starts, d, order, bounds, slots, ordered, fanout, singles, by_source, totals
):  # fmt: skip
    """Measure a dense connection.

    Parameters
    ----------
    present : uint8 array
        Matrices of dense connections: 1 where there is a synapse.
    starts, d, order, bounds, slots, fanout, singles, totals
        As of :func:`measure_rows`.
    ordered : int32 array (neurons)
        Compartments of the neurons in `order`.
    by_source : int32 array (4, sources)
        Scratch.
    """
    begin(starts, d, order, bounds, slots, totals, singles)
    for p in range(totals.shape[0]):
        collect_matrix(present, d, order, ordered, bounds[p], bounds[p + 1], by_source)
        for i in range(d.columns):
            n = np.int64(by_source[0, i])
            fanout[i] += n > 0
            if n == 1:
                singles[p] += 1
            elif n > 1:
                first, last, gap = np.int64(by_source[1, i]), np.int64(by_source[2, i]), np.int64(by_source[3, i])
                add_list(totals[p], d, n, first, last, gap, totals[p].index)
    finish(d, totals, singles)
