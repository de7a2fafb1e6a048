"""Kernels of the mapper: the memory that lists of synapses take in every format; ``formats.py`` names the rules.

A list is what an input axon of a core points to: the synapses that one source has on that core. What it takes depends
on how many synapses it has, on the compartments they span, and on the largest gap between two of them.
"""

import numpy as np

from loihi_emu.jit import kernel

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
POP32_SLOTS = 10  # output axon slots that a source takes for lists under pop32
COLUMNS = 11  # sources of a dense connection; 0 of others
ROWS, START, STEP = 12, 13, 14  # its targets are the neurons START, START + STEP, ...
AT = 15  # where its matrix (targets, sources) begins
INDEX_LEAST = 16  # bits of the narrowest index of a compartment; 0 if indices take no memory
FIELDS = 17

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
CHOICE = 31  # the cheapest: k of MIXED + k, of convolutions 0 for lists alone, 1 for pop16, 2 for pop32
BITS, TAKEN = 32, 33  # bits and input axon slots of the cheapest
OUT = 34  # output axon slots of each source, if the lists are stored so
TOTALS = 35

SKIP1, SKIP2, SKIP3 = 2, 4, 6
SKIPS = (SKIP1, SKIP2, SKIP3)
"""Widths of the skip field of run-length lists that are tried."""
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
def index_of(highest, least):
    """Bits of the index of compartments 0..highest."""
    return max(least, bits_for(highest)) if least else 0


@kernel
def runs_or(best, n, gap, skip, bits, header, block, word):
    """Bits of a list that is stored run-length with a skip field of so many bits, or else `best`."""
    if gap < 0 or gap > 1 << skip:
        return best
    return min(best, list_bits(n, bits + skip, header, block, word))


@kernel
def row_of(stats, r):
    """Synapses, first and last compartment, and largest gap of a list."""
    return np.int64(stats[r, 0]), np.int64(stats[r, 1]), np.int64(stats[r, 2]), np.int64(stats[r, 3])


@kernel
def add_list(total, fields, n, first, last, gap, index):
    """Add a plain connection's list of two synapses or more to the totals of all formats."""
    bits, header, block, word = fields[SYNAPSE_BITS], fields[HEADER_BITS], fields[BLOCK], fields[WORD]
    sparse = list_bits(n, bits + index, header, block, word)
    best, is_dense = sparse, 0
    if gap < 0:  # two synapses onto one compartment
        total[DENSE] = -1
    else:
        dense = list_bits(last - first + 1, bits, header, block, word)
        if total[DENSE] >= 0:
            total[DENSE] += dense
        if dense <= best:
            best, is_dense = dense, 1
    total[LISTS] += 1
    total[SYNAPSES] += n
    total[SPARSE] += sparse
    total[MIXED] += best
    total[OF_DENSE] += is_dense
    for s in range(1, 4):
        found = runs_or(best, n, gap, SKIPS[s - 1], bits, header + index, block, word)
        total[MIXED + s] += found
        total[OF_RUNS + s] += found < best
        total[OF_DENSE + s] += is_dense & (found == best)


@kernel
def add_singles(total, fields, count, index):
    """Add so many lists of one synapse, which are stored dense, and then count the axons of all lists."""
    bits, header, block, word = fields[SYNAPSE_BITS], fields[HEADER_BITS], fields[BLOCK], fields[WORD]
    dense = count * list_bits(1, bits, header, block, word)
    total[LISTS] += count
    total[SYNAPSES] += count
    total[SPARSE] += count * list_bits(1, bits + index, header, block, word)
    if total[DENSE] >= 0:
        total[DENSE] += dense
    for s in range(4):
        total[MIXED + s] += dense
        total[OF_DENSE + s] += count
    total[AXONS] = total[LISTS] * fields[SLOTS]


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
        total[RELATIVE + kind] = index_of(highest, fields[INDEX_LEAST])
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
def choose(total, fields):
    """Find the cheapest form of a connection's lists; of equal ones pop16, which takes fewest axons."""
    choice = 0
    if fields[CHUNKS]:
        bits = total[MIXED]
        for kind in range(2):
            if total[SHARED + kind] < bits + 1 - kind:
                choice, bits = kind + 1, total[SHARED + kind]
        total[TAKEN] = total[AXONS + choice]
    else:
        for s in range(1, 4):
            if total[MIXED + s] < total[MIXED + choice]:
                choice = s
        bits = total[SPARSE] if fields[WIDE] else total[MIXED + choice]
        total[TAKEN] = total[AXONS]
    total[CHOICE], total[BITS] = choice, bits
    total[OUT] = fields[POP32_SLOTS] if fields[CHUNKS] and choice == 2 else 1
