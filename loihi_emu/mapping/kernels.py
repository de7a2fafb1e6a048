"""Kernels of the mapper: synapses by target, and the memory that a core's share of them takes.

The synapses into a population are held by target neuron: of neuron t and connection c they are
``sources[starts[c, t]:starts[c, t + 1]]``, each naming the list it belongs to. A list is what an input axon of a core
points to: the synapses that one source has on that core. Sources of convolutions are units: the channels of one pixel
(at most 32 of a group), which can share an axon.

A list's memory depends on how many synapses it has on the core, on the compartments they span, and on the largest gap
between two of them. :func:`measure` finds these for the neurons of one part of a core, and sums up what the lists
cost in every format; ``formats.py`` names the rules.
"""

import numpy as np

from loihi_emu.jit import entry, kernel

# ---- columns of the description of a connection
SYNAPSE_BITS = 0  # weight, delay and tag
HEADER_BITS = 1  # of a block
BLOCK = 2  # synapses per block
WORD = 3  # memory is taken in words of 2 to this power bits
SLOTS = 4  # input axon slots that a list takes
CHUNKS = 5  # units per pixel of a convolution; 0 if sources are neurons
GROUP_CHUNKS = 6  # units per pixel and group
LAST_ATOMS = 7  # channels of the last unit of a group; all others have ATOMS
BASES = 8  # the base of a list that several pixels share is below this compartment
WIDE = 9  # bits of the index of lists that are all sparse, to have formats in common; 0 if the cheapest are chosen
FIELDS = 10

# ---- columns of what a part of a core needs for one connection
LISTS = 0
SYNAPSES = 1
DENSE, SPARSE = 2, 3  # bits if all lists were of that format (-1: not possible)
MIXED = 4  # bits with the cheaper of both for each list; the next three with run-length too, by width of the skip
OF_DENSE = 8  # lists of MIXED + k that are dense: four columns; then those that are run-length
OF_RUNS = 12
AXONS = 16  # input axon slots: plain, then pop16, then pop32
SHARED = 19  # bits of pop16, of pop32 (convolutions only)
DISTINCT = 21  # lists stored under pop16, under pop32
INDEX = 23  # bits of a compartment index in the sparse format
FOUND = 24  # lists found; of convolutions, units
RELATIVE = 25  # bits of an index from the base on under pop16, under pop32
WITHOUT = 27  # bits of pop16, of pop32 without indices (-1: not possible)
STORED = 29  # synapses that are stored under pop16, under pop32
TOTALS = 31

SKIP1, SKIP2, SKIP3 = 2, 4, 6
SKIPS = (SKIP1, SKIP2, SKIP3)
"""Widths of the skip field of run-length lists that are tried."""
INDEX_LEAST = 6
"""Bits of the narrowest compartment index (nengo-loihi's ``INDEX_BITS_MAP``: 6..12)."""
ATOMS = 32
POP16_STEP = 4
PRIMES = (2147483647, 2147483629)


@kernel
def list_bits(n, bits, header, block, word):
    """Bits of a list of n synapses: blocks of at most `block`, each with a header, rounded up to words."""
    up = (1 << word) - 1
    if n <= block:
        return ((n * bits + header + up) >> word) << word
    rest = n % block
    last = ((rest * bits + header + up) >> word) << word if rest else 0
    return n // block * (((block * bits + header + up) >> word) << word) + last


@kernel
def bits_for(value):
    """Bits of an unsigned field that holds `value`."""
    bits = 0
    while value > 0:
        value >>= 1
        bits += 1
    return bits


@kernel
def place_of(i, mask):
    """Where to look for list i first in a table of mask + 1 places."""
    return (np.int64(i) * 2654435769 >> 13) & mask


@kernel
def gather(starts, sources, taps, c, tapped, offset, neurons, slots, n, most, stats, touched, places, mask, found):
    """Statistics of the lists of connection c on a core; stops when there are more than `most` lists.

    Columns of stats: synapses, first and last compartment, largest gap (-1 after a compartment that comes twice), the
    pattern: two polynomials of the compartments from the first on and the numbers of the weights, modulo primes; and
    the place in the table of places, in which lists are found by their numbers.

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
                stats[r, 0] = 0
                stats[r, 1] = slot
                stats[r, 3] = 1
                stats[r, 4] = 0
                stats[r, 5] = 0
                stats[r, 6] = place
            elif stats[r, 3] >= 0:
                gap = slot - stats[r, 2]
                if gap == 0:
                    stats[r, 3] = -1
                elif gap > stats[r, 3]:
                    stats[r, 3] = gap
            stats[r, 0] += 1
            stats[r, 2] = slot
            if tapped:
                part = np.int64(slot - stats[r, 1]) * 7919 + 1
                stats[r, 4] = ((stats[r, 4] * np.int64(48271) + part) % PRIMES[0] * 69621 + taps[e]) % PRIMES[0]
                stats[r, 5] = ((stats[r, 5] * np.int64(40014) + part) % PRIMES[1] * 40692 + taps[e]) % PRIMES[1]
        if found > most:
            return found, k + 1
    return found, n


@kernel
def runs_or(best, n, gap, skip, bits, header, block, word):
    """Bits of a list that is stored run-length with a skip field of so many bits, or else `best`."""
    if gap < 0 or gap > 1 << skip:
        return best
    return min(best, list_bits(n, bits + skip, header, block, word))


@kernel
def add_lists(total, fields, stats, first, last, index):
    """Add lists first..last - 1 of a plain connection to the totals of all formats."""
    bits, header, block, word = fields[SYNAPSE_BITS], fields[HEADER_BITS], fields[BLOCK], fields[WORD]
    synapses, dense, sparse = 0, 0, 0
    possible = True
    best0, best1, best2, best3 = 0, 0, 0, 0
    dense0, dense1, dense2, dense3 = 0, 0, 0, 0
    runs1, runs2, runs3 = 0, 0, 0
    for i in range(first, last):
        n, gap = np.int64(stats[i, 0]), np.int64(stats[i, 3])
        synapses += n
        with_index = list_bits(n, bits + index, header, block, word)
        sparse += with_index
        best, is_dense = with_index, 0
        possible &= gap >= 0
        if gap >= 0:
            without = list_bits(np.int64(stats[i, 2] - stats[i, 1] + 1), bits, header, block, word)
            dense += without
            if without <= best:
                best, is_dense = without, 1
        best0 += best
        dense0 += is_dense
        if n == 1:  # one synapse is dense
            best1, best2, best3 = best1 + best, best2 + best, best3 + best
            dense1, dense2, dense3 = dense1 + 1, dense2 + 1, dense3 + 1
            continue
        found = runs_or(best, n, gap, SKIP1, bits, header + index, block, word)
        best1 += found
        runs1 += found < best
        dense1 += is_dense & (found == best)
        found = runs_or(best, n, gap, SKIP2, bits, header + index, block, word)
        best2 += found
        runs2 += found < best
        dense2 += is_dense & (found == best)
        found = runs_or(best, n, gap, SKIP3, bits, header + index, block, word)
        best3 += found
        runs3 += found < best
        dense3 += is_dense & (found == best)
    total[LISTS] = last - first
    total[SYNAPSES] = synapses
    total[AXONS] = (last - first) * fields[SLOTS]
    total[SPARSE] = sparse
    total[DENSE] = dense if possible else -1
    total[MIXED], total[MIXED + 1], total[MIXED + 2], total[MIXED + 3] = best0, best1, best2, best3
    total[OF_DENSE], total[OF_DENSE + 1], total[OF_DENSE + 2], total[OF_DENSE + 3] = dense0, dense1, dense2, dense3
    total[OF_RUNS + 1], total[OF_RUNS + 2], total[OF_RUNS + 3] = runs1, runs2, runs3


@kernel
def seen_before(table, stamps, stamp, key):
    """Whether a pattern was met since the stamp changed; remembers it. The table is never more than half full."""
    place = (key ^ (key >> 31)) & (table.shape[0] - 1)
    while stamps[place] == stamp:
        if table[place] == key:
            return True
        place = (place + 1) & (table.shape[0] - 1)
    stamps[place] = stamp
    table[place] = key
    return False


@kernel
def beyond_base(first, kind, bases):
    """How far a shared list of pop16 (kind 0) or pop32 (1) begins behind the largest base that there is for it."""
    return first - (first if kind else first - first % POP16_STEP) % bases


@kernel
def add_unit(total, fields, stats, i, index, chunk, atoms, tables, stamps, stamp):
    """Add the list of a unit of a convolution: alone for each channel, or shared under pop16 and pop32."""
    n, first = np.int64(stats[i, 0]), np.int64(stats[i, 1])
    bits, header, block, word = fields[SYNAPSE_BITS], fields[HEADER_BITS], fields[BLOCK], fields[WORD]
    span = stats[i, 2] - first + 1
    total[LISTS] += atoms
    total[SYNAPSES] += n * atoms
    total[SPARSE] += list_bits(n, bits + index, header, block, word) * atoms
    total[DENSE] += list_bits(span, bits, header, block, word) * atoms
    total[AXONS] += atoms * fields[SLOTS]
    pattern = np.int64(stats[i, 4]) << 31 | np.int64(stats[i, 5])
    for kind in range(2):
        total[AXONS + 1 + kind] += fields[SLOTS]
        beyond = beyond_base(first, kind, fields[BASES])
        if seen_before(tables[kind], stamps[kind], stamp, pattern ^ (beyond << 20 | chunk)):
            continue
        total[DISTINCT + kind] += atoms
        total[STORED + kind] += n * atoms
        total[SHARED + kind] += list_bits(n * atoms, bits + total[RELATIVE + kind], header, block, word)
        if beyond or span > n:
            total[WITHOUT + kind] = -1
        elif total[WITHOUT + kind] >= 0:
            total[WITHOUT + kind] += list_bits(n * atoms, bits, header, block, word)


@kernel
def add_units(total, fields, stats, touched, offset, first, last, index, tables, stamps, stamp):
    """Add lists first..last - 1 of a convolution, all in one format: with indices, or without if no list needs them."""
    for kind in range(2):
        highest = 0
        for i in range(first, last):
            begins = np.int64(stats[i, 1])
            highest = max(highest, stats[i, 2] - begins + beyond_base(begins, kind, fields[BASES]))
        total[RELATIVE + kind] = max(INDEX_LEAST, bits_for(highest))
    for i in range(first, last):
        chunk = (touched[i] - offset) % fields[CHUNKS]
        atoms = fields[LAST_ATOMS] if (chunk + 1) % fields[GROUP_CHUNKS] == 0 else ATOMS
        add_unit(total, fields, stats, i, index, chunk, atoms, tables, stamps, stamp)
    total[MIXED] = min(total[SPARSE], total[DENSE])
    for kind in range(2):
        if 0 <= total[WITHOUT + kind] <= total[SHARED + kind]:
            total[SHARED + kind] = total[WITHOUT + kind]
            total[RELATIVE + kind] = 0


@kernel
def table_size(starts, neurons, n, most):
    """Places of a table, a power of two, that is at most half full with the lists of n neurons."""
    synapses = 0
    for c in range(starts.shape[0]):
        for k in range(n):
            synapses += starts[c, neurons[k] + 1] - starts[c, neurons[k]]
    size = 2
    while size < 2 * min(synapses, most):
        size *= 2
    return size


@kernel
def measured(
    starts, sources, taps, offsets, fields, neurons, slots, n, most,
    stats, touched, places, tables, stamps, totals,
):  # fmt: skip
    """See :func:`measure`; stops when there are more than `most` lists. Returns also the neurons looked at."""
    mask = table_size(starts, neurons, n, touched.shape[0]) - 1
    found, seen = 0, n
    totals[:] = 0
    for c in range(fields.shape[0]):
        before = found
        chunks = fields[c, CHUNKS]
        found, seen = gather(
            starts, sources, taps, c, chunks > 0, offsets[c], neurons, slots, n, most,
            stats, touched, places, mask, found,
        )  # fmt: skip
        if found > most:
            break
        total = totals[c]
        highest = 0
        for k in range(before, found):
            highest = max(highest, stats[k, 2])
        index = max(INDEX_LEAST, bits_for(highest), fields[c, WIDE])
        total[INDEX] = index
        total[FOUND] = found - before
        stamps[2, 0] += 1  # counts the calls
        stamp = stamps[2, 0]
        if not chunks:
            add_lists(total, fields[c], stats, before, found, index)
        else:
            add_units(
                total, fields[c], stats, touched, offsets[c], before, found, index, tables, stamps, stamp
            )  # fmt: skip
    for k in range(found):
        places[stats[k, 6]] = 0
    return found, seen


@kernel
def needed(totals, fields):
    """Bits and input axon slots of all connections, each in its cheapest form."""
    bits, axons = 0, 0
    for c in range(fields.shape[0]):
        total = totals[c]
        best, slots = total[MIXED], total[AXONS]
        if fields[c, CHUNKS]:
            for kind in range(2):
                if total[SHARED + kind] < best + 1 - kind:  # of equal ones pop16, which takes fewest axons
                    best, slots = total[SHARED + kind], total[AXONS + 1 + kind]
        elif fields[c, WIDE]:
            best = total[SPARSE]
        else:
            for s in range(3):
                best = min(best, total[MIXED + 1 + s])
        bits += best
        axons += slots
    return bits, axons


@entry
def need(totals, fields):
    """See :func:`needed`; callable from Python."""
    return needed(totals, fields)


@entry
def measure(
    starts, sources, taps, offsets, fields, neurons, slots, n, stats, touched, places, tables, stamps, totals
):  # fmt: skip
    """Measure what the first n of `neurons`, in compartments `slots` of a core, need of it; returns the lists found.

    Parameters
    ----------
    starts : int64 array (connections, neurons + 1)
    sources, taps : int32 arrays
        List of each synapse; for convolutions also the number of its weight.
    offsets : int64 array
        Number of the first list of each connection.
    fields : int64 array (connections, FIELDS)
    neurons, slots : int32 arrays
        Both ascending.
    stats : int32 array (lists, 8)
        Scratch.
    touched : int32 array (lists)
        Filled with the lists found, connection by connection.
    places : int32 array
        Scratch, a table at least twice as long as there are lists; zero before and after.
    tables, stamps : int64 arrays
        Scratch for patterns.
    totals : int64 array (connections, TOTALS)
        Filled.
    """
    found, _ = measured(
        starts, sources, taps, offsets, fields, neurons, slots, n, touched.shape[0],
        stats, touched, places, tables, stamps, totals,
    )  # fmt: skip
    return found


@entry
def longest(
    starts, sources, taps, offsets, fields, neurons, slots, most, guess, bits_left, axons_left,
    stats, touched, places, tables, stamps, totals,
):  # fmt: skip
    """How many of the first `most` neurons fit into what is left of a core's memory and input axons.

    Returns also the bits and the axons that they take.
    """
    low, high = 0, most + 1  # low fits, high does not
    low_bits, low_axons = 0, 0
    n = min(max(guess, 1), most)
    step = 1
    while high - low > 1:
        found, seen = measured(
            starts, sources, taps, offsets, fields, neurons, slots, n, axons_left,
            stats, touched, places, tables, stamps, totals,
        )  # fmt: skip
        if found > axons_left:  # a list takes one axon or more
            high = n
            n = seen - 1
        else:
            bits, axons = needed(totals, fields)
            if bits <= bits_left and axons <= axons_left:
                low, low_bits, low_axons = n, bits, axons
            else:
                high = n
            # what is needed grows about in proportion: try where it meets what is left, else near the best known
            n = int(n * min(bits_left / max(bits, 1), axons_left / max(axons, 1)))
        if n <= low:
            n = low + step
            step *= 2
        elif n >= high:
            n = high - step
            step *= 2
        if not low < n < high:
            n = (low + high) // 2
    return low, low_bits, low_axons
