# mypy: allow-untyped-defs, allow-incomplete-defs
"""Kernels: what the lists of one part of a core need, found target by target, and how many neurons fit into a core.

The synapses into a population are held by target neuron: of neuron t and connection c they are
``sources[starts[c, t]:starts[c, t + 1]]``, each naming the list it belongs to. Sources of convolutions are units: the
channels of one pixel (at most 32 of a group), which can share an axon.
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
def collect(starts, sources, taps, c, tapped, offset, neurons, slots, n, most, stats, touched, places, mask, found):
    """Find the lists of connection c on a core, and what is to know of each; stops when there are more than `most`.

    Returns the number of lists found, and of neurons looked at.
    """
    for k in range(n):
        slot = slots[k]
        for e in range(starts[c, neurons[k]], starts[c, neurons[k] + 1]):
            i = offset + sources[e]
            place = place_of(i, mask)
            while places[place] > 0 and touched[places[place] - 1] != i:
                place = (place + 1) & mask
            r = np.int64(places[place]) - 1
            if r < 0:
                r = found
                found += 1
                places[place] = found
                touched[r] = i
                start_list(stats[r], slot)
                stats[r].pattern = 0
                stats[r].pattern_ = 0
                stats[r].place = place
            else:
                extend_list(stats[r], slot)
            if tapped:
                s, tap = stats[r], taps[e]
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
def append_lists(d, offset, by_source, stats, touched, found):
    """Append the lists of a dense connection that have synapses to those found."""
    for i in range(d.columns):
        if by_source[0, i]:
            s = stats[found]
            s.synapses = by_source[0, i]
            s.first = by_source[1, i]
            s.last = by_source[2, i]
            s.gap = by_source[3, i]
            s.place = 0
            touched[found] = offset + i
            found += 1
    return found


@kernel
def mask_of(starts, descriptions, neurons, n, lists):
    """Places, less 1, of a table that is at most half full with the lists of n neurons; -1 if all have their own."""
    if lists <= DIRECT:
        return -1
    synapses = 0
    for c in range(starts.shape[0]):
        for k in range(0 if descriptions[c].columns else n):
            synapses += starts[c, neurons[k] + 1] - starts[c, neurons[k]]
    size = 2
    while size < 2 * min(synapses, lists):
        size *= 2
    return size - 1


@kernel
def measured(
    starts, sources, taps, present, offsets, descriptions, neurons, slots, n, most,
    stats, touched, places, by_source, tables, stamps, totals,
):  # fmt: skip
    """See :func:`measure`; stops when there are more than `most` lists. Returns also the neurons looked at."""
    mask = mask_of(starts, descriptions, neurons, n, touched.shape[0])
    found, seen = 0, n
    totals[:] = np.zeros(1, TOTALS)[0]
    for c in range(descriptions.shape[0]):
        before = found
        d = descriptions[c]
        if d.columns:
            collect_matrix(present, d, neurons, slots, 0, n, by_source)
            found = append_lists(d, offsets[c], by_source, stats, touched, found)
            seen = n
        else:
            found, seen = collect(
                starts, sources, taps, c, d.units > 0, offsets[c], neurons, slots, n, most,
                stats, touched, places, mask, found,
            )  # fmt: skip
        if found > most:
            break
        total = totals[c]
        highest = 0
        for k in range(before, found):
            highest = max(highest, stats[k].last)
        index = max(index_of(highest, d.index_least), d.wide)
        total.index = index
        total.found = found - before
        stamps[2, 0] += 1  # counts the calls
        if d.units:
            add_units(total, d, stats, touched, offsets[c], before, found, index, tables, stamps, stamps[2, 0])
        else:
            singles = 0
            for r in range(before, found):
                singles += add_found(total, d, stats[r], index)
            add_singles(total, d, singles, index)
        choose(total, d)
    for k in range(found):
        places[stats[k].place] = 0
    return found, seen


@kernel
def needed(totals):
    """Bits and input axon slots of all connections, each in its cheapest form."""
    bits, axons = 0, 0
    for c in range(totals.shape[0]):
        bits += totals[c].bits
        axons += totals[c].axons
    return bits, axons


@entry
def measure(
    starts, sources, taps, present, offsets, descriptions, neurons, slots, n,
    stats, touched, places, by_source, tables, stamps, totals,
):  # fmt: skip
    """Measure what the first n of `neurons`, in compartments `slots` of a core, need of it; returns the lists found.

    Parameters
    ----------
    starts : int64 array (connections, neurons + 1)
    sources, taps : int32 arrays
        List of each synapse; for convolutions also the number of its weight.
    present : uint8 array
        Matrices of the dense connections, one after the other: 1 where there is a synapse.
    offsets : int64 array
        Number of the first list of each connection.
    descriptions : DESCRIPTION array (connections)
    neurons, slots : int32 arrays
        Both ascending.
    stats : LIST array (lists)
        Scratch.
    touched : int32 array (lists)
        Filled with the lists found, connection by connection.
    places : int32 array
        Scratch, a table at least twice as long as there are lists; zero before and after.
    by_source : int32 array (4, sources)
        Scratch for dense connections.
    tables, stamps : int64 arrays
        Scratch for patterns.
    totals : TOTALS array (connections)
        Filled.
    """
    found, _ = measured(
        starts, sources, taps, present, offsets, descriptions, neurons, slots, n, touched.shape[0],
        stats, touched, places, by_source, tables, stamps, totals,
    )  # fmt: skip
    return found


@kernel
def within_axons(starts, sources, present, offsets, descriptions, neurons, most, axons, marks):
    """How many of the first `most` neurons have lists for so many input axons, none of convolutions.

    `marks` (uint8, one per list) is scratch.
    """
    marks[:] = 0
    taken = 0
    looked = most
    for k in range(most):
        t = neurons[k]
        for c in range(descriptions.shape[0]):
            d = descriptions[c]
            if d.columns:
                row = (t - d.start) // d.step
                if 0 <= row < d.rows and d.start + row * d.step == t:
                    begin = d.at + row * d.columns
                    for i in range(d.columns):
                        new = present[begin + i] > marks[offsets[c] + i]
                        taken += new * d.axon_slots
                        marks[offsets[c] + i] |= new
            else:
                for e in range(starts[c, t], starts[c, t + 1]):
                    i = offsets[c] + sources[e]
                    taken += (1 - marks[i]) * d.axon_slots
                    marks[i] = 1
        if taken > axons:
            looked = k
            break
    return looked


@entry
def first_within(starts, sources, present, offsets, descriptions, neurons, most, axons, marks):
    """See :func:`within_axons`."""
    return within_axons(starts, sources, present, offsets, descriptions, neurons, most, axons, marks)


@entry
def longest(
    starts, sources, taps, present, offsets, descriptions, neurons, slots, most, guess, bits_left, axons_left,
    stats, touched, places, by_source, tables, stamps, totals, marks,
):  # fmt: skip
    """How many of the first `most` neurons fit into what is left of a core's memory and input axons.

    Returns also the bits and the axons that they take.
    """
    low, high = 0, most + 1  # low fits, high does not
    low_bits, low_axons = 0, 0
    n = min(max(guess, 1), most)
    step = 1
    countable = True
    for c in range(descriptions.shape[0]):
        countable &= descriptions[c].units == 0
    while high - low > 1:
        found, seen = measured(
            starts, sources, taps, present, offsets, descriptions, neurons, slots, n, axons_left,
            stats, touched, places, by_source, tables, stamps, totals,
        )  # fmt: skip
        tried, tight = n, True
        if found > axons_left:  # a list takes one axon or more
            high = n
            n = seen - 1
        else:
            bits, axons = needed(totals)
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
            n = within_axons(starts, sources, present, offsets, descriptions, neurons, looked, axons_left, marks)
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
