# mypy: allow-untyped-defs, allow-incomplete-defs
"""Kernels: what the lists onto parts of a population need, and how many neurons fit into a core.

Arguments: `g` are the ListsByTarget of a population, `w` the Scratch (``records.py``); `neurons` and their compartments
`slots` ascend. Sources of convolutions are units: the channels of one pixel (at most 32 of a group), which can share an
axon.
"""

import numpy as np

from loihi_emu.jit import disjoint, entry, kernel
from loihi_emu.mapping.lists.format_kernels import add_found, add_singles, add_units, choose, index_of
from loihi_emu.mapping.lists.records import TOTALS, TWICE

PRIMES = (2147483647, 2147483629)


@kernel
def collect(g, c, neurons, slots, n, most, w, stamp, lists):
    """Find the lists of connection c on a core, and what is to know of each; stops when there are more than `most`.

    Returns the number of lists found, and of neurons looked at.
    """
    offset, synapses, starts, stats = g.offsets[c], g.synapses, g.starts[c], w.stats
    for k in range(n):
        slot = slots[k]
        for e in range(starts[neurons[k]], starts[neurons[k] + 1]):
            i = offset + synapses[e]
            s = stats[i]
            if s.stamp != stamp:
                w.touched[lists] = i
                lists += 1
                s.stamp = stamp
                s.synapses, s.first, s.last, s.gap = 1, slot, slot, 1
            else:
                gap = slot - s.last
                s.gap = max(s.gap, gap if gap else TWICE)
                s.synapses += 1
                s.last = slot
        if lists > most:
            return lists, k + 1
    return lists, n


@kernel
def find_patterns(g, c, neurons, slots, n, w, first, last):
    """Find the patterns of lists first..last - 1 of those found, which are a convolution's."""
    for r in range(first, last):
        w.stats[w.touched[r]].pattern, w.stats[w.touched[r]].pattern_ = 0, 0
    for k in range(n):
        for e in range(g.starts[c, neurons[k]], g.starts[c, neurons[k] + 1]):
            s, tap = w.stats[g.offsets[c] + g.synapses[e]], g.taps[e]
            part = np.int64(slots[k] - s.first) * 7919 + 1
            s.pattern = ((s.pattern * np.int64(48271) + part) % PRIMES[0] * 69621 + tap) % PRIMES[0]
            s.pattern_ = ((s.pattern_ * np.int64(40014) + part) % PRIMES[1] * 40692 + tap) % PRIMES[1]


@disjoint
def add_row(present, slot, counts, firsts, lasts, gaps):
    """Add the synapses onto one neuron to the lists of a dense connection."""
    for i in range(present.shape[0]):
        here, known = present[i] != 0, counts[i] > 0
        gap = np.int32(slot - lasts[i])
        gaps[i] = gap if here & known & (gap > gaps[i]) else gaps[i]
        firsts[i] = firsts[i] if known else slot
        lasts[i] = slot if here else lasts[i]
        counts[i] = np.int32(counts[i] + here)


@kernel
def collect_matrix(g, d, neurons, slots, n, by_source):
    """Find the lists of a dense connection on a core: fill its DenseLists `by_source`."""
    counts, firsts, lasts, gaps = by_source
    counts[: d.columns] = 0
    gaps[: d.columns] = 1
    for k in range(n):
        at = g.rows[d.dense, neurons[k]]
        if at >= 0:
            add_row(g.present[at : at + d.columns], slots[k], counts, firsts, lasts, gaps)


@kernel
def highest_slot(g, c, neurons, slots, n):
    """The last compartment with a synapse by connection c."""
    for k in range(n - 1, -1, -1):
        if g.starts[c, neurons[k] + 1] > g.starts[c, neurons[k]]:
            return slots[k]
    return 0


@kernel
def add_matrix(total, d, offset, index, w, lists):
    """Add the lists of a dense connection that have synapses; returns the lists found and those of one synapse."""
    singles, (counts, firsts, lasts, gaps) = 0, w.by_source
    for i in range(d.columns):
        if counts[i] > 0:
            w.touched[lists] = offset + i
            lists += 1
            singles += add_found(total, d, counts[i], firsts[i], lasts[i], gaps[i], index)
    return lists, singles


@kernel
def measure_first(g, neurons, slots, n, most, w, totals):
    """Measure what the first n neurons need of a core; stops when there are more than `most` lists.

    Fills `totals`, and ``w.touched`` with the lists found, connection by connection. Returns how many these are, and
    the neurons looked at.
    """
    lists, seen = 0, n
    totals[:] = np.zeros(1, TOTALS)[0]
    for c in range(g.descriptions.shape[0]):
        first, singles = lists, 0
        d, total, offset = g.descriptions[c], totals[c], g.offsets[c]
        w.measurements[0] += 1
        stamp = w.measurements[0]
        total.index = max(index_of(highest_slot(g, c, neurons, slots, n), d.index_least), d.one_index)
        if d.columns:
            collect_matrix(g, d, neurons, slots, n, w.by_source)
            lists, singles = add_matrix(total, d, offset, total.index, w, lists)
            seen = n
        else:
            lists, seen = collect(g, c, neurons, slots, n, most, w, stamp, lists)
        if lists > most:
            break
        total.found = lists - first
        if d.units:
            find_patterns(g, c, neurons, slots, n, w, first, lists)
            add_units(total, d, w.stats, w.touched, offset, first, lists, total.index, w.tables, w.stamps, stamp)
        else:
            for r in range(first, 0 if d.columns else lists):
                s = w.stats[w.touched[r]]
                singles += add_found(total, d, s.synapses, s.first, s.last, s.gap, total.index)
            add_singles(total, d, singles, total.index)
        choose(total, d)
    return lists, seen


@entry
def measure(g, neurons, slots, w):
    """Measure what neurons need of a core; returns the number of lists found. See :func:`measure_first`."""
    return measure_first(g, neurons, slots, neurons.shape[0], w.touched.shape[0], w, w.totals)[0]


@entry
def measure_parts(g, order, slots, bounds, w, totals, taken):
    """Measure several parts of a population.

    Parameters
    ----------
    order, slots : int32 arrays (neurons)
        Neurons part by part, and their compartments.
    bounds : int64 array (parts + 1)
        Where each part begins.
    totals : TOTALS array (parts, connections)
        Filled.
    taken : int64 array (lists)
        The output axon slots that each list takes are added.
    """
    for p in range(totals.shape[0]):
        first, last = bounds[p], bounds[p + 1]
        measure_first(g, order[first:last], slots[first:last], last - first, w.touched.shape[0], w, totals[p])
        r = 0
        for c in range(totals.shape[1]):
            for _ in range(totals[p, c].found):
                taken[w.touched[r]] += totals[p, c].slots_out
                r += 1


@kernel
def new_axons(g, t, mark, marks, counts):
    """Input axon slots of the lists onto a neuron that do not have the mark; they get it, and are counted."""
    slots = 0
    for c in range(g.descriptions.shape[0]):
        d, offset, count = g.descriptions[c], g.offsets[c], 0
        at = g.rows[d.dense, t] if d.columns else -1
        for i in range(offset, offset + d.columns if at >= 0 else offset):
            new = g.present[at + i - offset] > 0 and marks[i] != mark
            marks[i] = mark if new else marks[i]
            counts[i] += new
            count += new
        first, last = (0, 0) if d.columns else (g.starts[c, t], g.starts[c, t + 1])
        for e in range(first, last):
            i = offset + g.synapses[e]
            new = marks[i] != mark
            marks[i] = mark
            counts[i] += new
            count += new
        slots += count * d.axon_slots
    return slots


@entry
def count_axons(g, order, bounds, marks, counts, axons):
    """Add to each list the number of parts that it is in, and to each part its input axon slots; without convolutions.

    Parameters
    ----------
    order : int32 array (neurons)
        Part by part.
    bounds : int64 array (parts + 1)
        Where each part begins.
    marks, counts : int64 arrays (lists)
        Scratch without marks of parts; added to.
    axons : int64 array (parts)
        Added to.
    """
    for p in range(axons.shape[0]):
        for k in range(bounds[p], bounds[p + 1]):
            axons[p] += new_axons(g, order[k], -1 - p, marks, counts)


@kernel
def within_axons(g, neurons, most, axons, w):
    """How many of the first `most` neurons, in any order, have lists for so many input axons, none of convolutions."""
    w.measurements[0] += 1
    for k in range(most):
        axons -= new_axons(g, neurons[k], w.measurements[0], w.marks, w.counts)
        if axons < 0:
            return k
    return most


@entry
def longest(g, neurons, slots, guess, bits_left, axons_left, w):
    """How many of the first neurons fit into what is left of a core's memory and input axons.

    Returns also the bits and the axons that they take.
    """
    most = neurons.shape[0]
    low, high = 0, most + 1  # low fits, high does not
    low_bits, low_axons = 0, 0
    n = min(max(guess, 1), most)
    step = 1
    countable = True
    for c in range(g.descriptions.shape[0]):
        countable &= g.descriptions[c].units == 0
    while high - low > 1:
        lists, seen = measure_first(g, neurons, slots, n, axons_left, w, w.totals)
        tried, tight = n, True
        if lists > axons_left:  # a list takes one axon or more
            high = n
            n = seen - 1
        else:
            bits, axons = 0, 0
            for c in range(w.totals.shape[0]):
                bits += w.totals[c].bits
                axons += w.totals[c].axons
            if bits <= bits_left and axons <= axons_left:
                low, low_bits, low_axons = n, bits, axons
            else:
                high = n
            # what is needed grows about in proportion: try where it meets what is left, else near the best known
            tight = axons * bits_left > bits * axons_left
            n = int(n * min(bits_left / max(bits, 1), axons_left / max(axons, 1)))
        if tight and countable:  # then count exactly, once
            countable = False
            looked = min(tried + tried // 4 + 1, high - 1)
            n = within_axons(g, neurons, looked, axons_left, w)
            if n < looked:
                high = n + 1
        if n <= low:
            n = low + step
            step *= 2
        elif n >= high:
            n = high - step
            step *= 2
        if not low < n < high:
            n = (low + high) // 2
    return low, low_bits, low_axons
