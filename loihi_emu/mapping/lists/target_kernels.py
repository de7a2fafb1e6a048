# mypy: allow-untyped-defs, allow-incomplete-defs
"""Kernels: what the lists of one part of a core need, found target by target, and how many neurons fit into a core.

Arguments: `g` are the ListsByTarget of a population, `w` the Scratch (``records.py``); `neurons` and their compartments
`slots` ascend. Sources of convolutions are units: the channels of one pixel (at most 32 of a group), which can share an
axon.
"""

import numpy as np

from loihi_emu.jit import entry, kernel
from loihi_emu.mapping.lists.format_kernels import (
    add_found,
    add_singles,
    add_units,
    choose,
    extend_list,
    index_of,
    start_list,
)
from loihi_emu.mapping.lists.records import TOTALS

DIRECT = 1 << 16
"""So many lists have a place each; of more, those found have places in a table that fits into the processor's cache."""
PRIMES = (2147483647, 2147483629)


@kernel
def place_of(i, mask):
    """Where to look for list i first in a table of mask + 1 places; if mask is -1, its own place."""
    return (np.int64(i) * 2654435769 >> 13) & mask if mask >= 0 else np.int64(i)


@kernel
def collect(g, c, neurons, slots, n, most, w, mask, found):
    """Find the lists of connection c on a core, and what is to know of each; stops when there are more than `most`.

    Returns the number of lists found, and of neurons looked at.
    """
    offset, tapped, places, touched = g.offsets[c], g.descriptions[c].units > 0, w.places, w.touched
    for k in range(n):
        slot = slots[k]
        for e in range(g.starts[c, neurons[k]], g.starts[c, neurons[k] + 1]):
            i = offset + g.synapses[e]
            place = place_of(i, mask)
            while places[place] > 0 and touched[places[place] - 1] != i:
                place = (place + 1) & mask
            r = np.int64(places[place]) - 1
            if r < 0:
                r = found
                found += 1
                places[place] = found
                touched[r] = i
                start_list(w.stats[r], slot)
                w.stats[r].pattern = 0
                w.stats[r].pattern_ = 0
                w.stats[r].place = place
            else:
                extend_list(w.stats[r], slot)
            if tapped:
                s, tap = w.stats[r], g.taps[e]
                part = np.int64(slot - s.first) * 7919 + 1
                s.pattern = ((s.pattern * np.int64(48271) + part) % PRIMES[0] * 69621 + tap) % PRIMES[0]
                s.pattern_ = ((s.pattern_ * np.int64(40014) + part) % PRIMES[1] * 40692 + tap) % PRIMES[1]
        if found > most:
            return found, k + 1
    return found, n


@kernel
def collect_matrix(present, d, neurons, slots, first, last, by_source):
    """Synapses, first and last compartment, and largest gap (rows of `by_source`) of the lists of a dense connection.

    For neurons first..last - 1 of `neurons` in compartments `slots`; of sources without synapses there only the first
    row, 0, is meaningful.
    """
    columns, rows, start, step, at = d.columns, d.rows, d.start, d.step, d.at
    counts, firsts, lasts, gaps = by_source[0], by_source[1], by_source[2], by_source[3]
    counts[:columns] = 0
    gaps[:columns] = 1
    for k in range(first, last):
        row = (neurons[k] - start) // step
        if row < 0 or row >= rows or start + row * step != neurons[k]:
            continue
        slot = slots[k]
        begin = at + row * columns
        for i in range(columns):
            here = np.int32(present[begin + i])
            known = counts[i] > 0
            gap = slot - lasts[i] if known else 1
            gaps[i] = max(gaps[i], gap) if here else gaps[i]
            firsts[i] = firsts[i] if known else slot
            lasts[i] = slot if here else lasts[i]
            counts[i] += here


@kernel
def append_lists(d, offset, w, found):
    """Append the lists of a dense connection that have synapses to those found."""
    for i in range(d.columns):
        if w.by_source[0, i]:
            s = w.stats[found]
            s.synapses = w.by_source[0, i]
            s.first = w.by_source[1, i]
            s.last = w.by_source[2, i]
            s.gap = w.by_source[3, i]
            s.place = 0
            w.touched[found] = offset + i
            found += 1
    return found


@kernel
def mask_of(g, neurons, n, lists):
    """Places, less 1, of a table that is at most half full with the lists of n neurons; -1 if all have their own."""
    if lists <= DIRECT:
        return -1
    synapses = 0
    for c in range(g.starts.shape[0]):
        for k in range(0 if g.descriptions[c].columns else n):
            synapses += g.starts[c, neurons[k] + 1] - g.starts[c, neurons[k]]
    size = 2
    while size < 2 * min(synapses, lists):
        size *= 2
    return size - 1


@kernel
def measure_first(g, neurons, slots, n, most, w):
    """Measure what the first n neurons need of a core; stops when there are more than `most` lists.

    Fills ``w.totals``, and ``w.touched`` with the lists found, connection by connection. Returns how many these are,
    and the neurons looked at.
    """
    mask = mask_of(g, neurons, n, w.touched.shape[0])
    found, seen = 0, n
    w.totals[:] = np.zeros(1, TOTALS)[0]
    for c in range(g.descriptions.shape[0]):
        before = found
        d = g.descriptions[c]
        if d.columns:
            collect_matrix(g.present, d, neurons, slots, 0, n, w.by_source)
            found = append_lists(d, g.offsets[c], w, found)
            seen = n
        else:
            found, seen = collect(g, c, neurons, slots, n, most, w, mask, found)
        if found > most:
            break
        total = w.totals[c]
        highest = 0
        for k in range(before, found):
            highest = max(highest, w.stats[k].last)
        index = max(index_of(highest, d.index_least), d.one_index)
        total.index = index
        total.found = found - before
        w.stamps[2, 0] += 1  # counts the calls
        if d.units:
            add_units(
                total, d, w.stats, w.touched, g.offsets[c], before, found, index, w.tables, w.stamps, w.stamps[2, 0]
            )
        else:
            singles = 0
            for r in range(before, found):
                singles += add_found(total, d, w.stats[r], index)
            add_singles(total, d, singles, index)
        choose(total, d)
    for k in range(found):
        w.places[w.stats[k].place] = 0
    return found, seen


@entry
def measure(g, neurons, slots, w):
    """Measure what neurons need of a core; returns the number of lists found. See :func:`measure_first`."""
    return measure_first(g, neurons, slots, neurons.shape[0], w.touched.shape[0], w)[0]


@kernel
def within_axons(g, neurons, most, axons, marks):
    """How many of the first `most` neurons, in any order, have lists for so many input axons, none of convolutions."""
    marks[:] = 0
    taken = 0
    looked = most
    for k in range(most):
        t = neurons[k]
        for c in range(g.descriptions.shape[0]):
            d = g.descriptions[c]
            if d.columns:
                row = (t - d.start) // d.step
                if 0 <= row < d.rows and d.start + row * d.step == t:
                    begin = d.at + row * d.columns
                    for i in range(d.columns):
                        new = g.present[begin + i] > marks[g.offsets[c] + i]
                        taken += new * d.axon_slots
                        marks[g.offsets[c] + i] |= new
            else:
                for e in range(g.starts[c, t], g.starts[c, t + 1]):
                    i = g.offsets[c] + g.synapses[e]
                    taken += (1 - marks[i]) * d.axon_slots
                    marks[i] = 1
        if taken > axons:
            looked = k
            break
    return looked


@entry
def first_within(g, neurons, axons, w):
    """See :func:`within_axons`."""
    return within_axons(g, neurons, neurons.shape[0], axons, w.marks)


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
        found, seen = measure_first(g, neurons, slots, n, axons_left, w)
        tried, tight = n, True
        if found > axons_left:  # a list takes one axon or more
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
            n = within_axons(g, neurons, looked, axons_left, w.marks)
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
