"""Kernels that measure all parts of a population at once, connection by connection.

A part is the population's neurons on one core. Where a connection is gone through by source, as it is stored, each
source's lists on all cores come up together, and nothing has to be searched; see :mod:`loihi_emu.mapping.kernels` for
measuring one part alone.
"""

import numpy as np

from loihi_emu.jit import entry, kernel
from loihi_emu.mapping.kernels import gather_matrix
from loihi_emu.mapping.list_kernels import (
    COLUMNS,
    FOUND,
    INDEX,
    INDEX_LEAST,
    LISTS,
    add_list,
    add_singles,
    choose,
    index_of,
    row_of,
)


@kernel
def begin(starts, fields, order, bounds, slots, totals, singles):
    """Clear the totals of all parts but for the width of an index."""
    totals[:] = 0
    singles[:] = 0
    for p in range(totals.shape[0]):
        highest = 0
        for k in range(bounds[p], bounds[p + 1]):
            if starts[order[k] + 1] > starts[order[k]]:
                highest = max(highest, slots[order[k]])
        totals[p, INDEX] = index_of(highest, fields[INDEX_LEAST])


@kernel
def finish(fields, totals, singles):
    """Add the lists of one synapse and find the cheapest form on each part."""
    for p in range(totals.shape[0]):
        add_singles(totals[p], fields, singles[p], totals[p, INDEX])
        totals[p, FOUND] = totals[p, LISTS]
        choose(totals[p], fields)


@entry
def sweep_rows(
    indptr, indices, first, last, start, step, starts, fields, order, bounds, slots, part, fanout, singles, stats,
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
    fields : int64 array (FIELDS)
    order, bounds : int32 and int64 arrays
        Neurons part by part, ascending, and where each part begins.
    slots, part : int32 arrays (neurons)
        Compartment and part; compartments ascend with the neurons of a part.
    fanout : int64 array (sources)
        The lists of each source are added to it.
    singles : int64 array (parts)
        Scratch.
    stats, touched : int32 arrays (parts, 8) and (parts)
        Scratch.
    totals : int64 array (parts, TOTALS)
        Filled.
    """
    if first == 0:
        begin(starts, fields, order, bounds, slots, totals, singles)
        stats[:, 4] = 0  # the source (from 1 on) that the other columns are of
    for i in range(first, last):
        found = 0
        for k in range(indptr[i], indptr[i + 1]):
            t = start + indices[k] * step
            p, slot = part[t], slots[t]
            if stats[p, 4] != i + 1:
                touched[found] = p
                found += 1
                stats[p, 0], stats[p, 1], stats[p, 3], stats[p, 4] = 1, slot, 1, i + 1
            else:
                stats[p, 0] += 1
                gap = slot - stats[p, 2]
                if gap == 0:
                    stats[p, 3] = -1
                elif stats[p, 3] >= 0 and gap > stats[p, 3]:
                    stats[p, 3] = gap
            stats[p, 2] = slot
        for r in range(found):
            p = touched[r]
            if stats[p, 0] == 1:
                singles[p] += 1
            else:
                add_list(totals[p], fields, *row_of(stats, p), totals[p, INDEX])
        fanout[i] += found
    if last == indptr.shape[0] - 1:
        finish(fields, totals, singles)


@entry
def sweep_matrix(
    present, starts, fields, order, bounds, slots, ordered, fanout, singles, by_source, totals
):  # fmt: skip
    """Measure a dense connection.

    Parameters
    ----------
    present : uint8 array
        Matrices of dense connections: 1 where there is a synapse.
    starts, fields, order, bounds, slots, fanout, singles, totals
        As of :func:`sweep_rows`.
    ordered : int32 array (neurons)
        Compartments of the neurons in `order`.
    by_source : int32 array (4, sources)
        Scratch.
    """
    begin(starts, fields, order, bounds, slots, totals, singles)
    for p in range(totals.shape[0]):
        gather_matrix(present, fields, order, ordered, bounds[p], bounds[p + 1], by_source)
        for i in range(fields[COLUMNS]):
            n = np.int64(by_source[0, i])
            fanout[i] += n > 0
            if n == 1:
                singles[p] += 1
            elif n > 1:
                first, last, gap = np.int64(by_source[1, i]), np.int64(by_source[2, i]), np.int64(by_source[3, i])
                add_list(totals[p], fields, n, first, last, gap, totals[p, INDEX])
    finish(fields, totals, singles)
