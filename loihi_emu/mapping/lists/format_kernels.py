# mypy: allow-untyped-defs, allow-incomplete-defs
"""Kernels: the memory that lists of synapses take in every format; ``formats.py`` names the rules.

A list is what an input axon of a core points to: the synapses that one source has on that core. What it takes depends
on how many synapses it has, on the compartments they span, and on the largest gap between two of them. Arguments: `d`
is the DESCRIPTION of a connection, `s` a LIST, `total` the TOTALS of its lists on a part of a core (``records.py``).
"""

import numpy as np

from loihi_emu.jit import kernel
from loihi_emu.mapping.lists.records import ATOMS, SKIPS, TWICE

POP16_STEP = 4


@kernel
def rounded(bits, word):
    """Bits rounded up to words of 2 to the power `word` bits."""
    return ((bits + (1 << word) - 1) >> word) << word


@kernel
def blocks_of(n, block):
    """Full blocks of a list of n synapses, and those in the last one; division is slow on many processors."""
    full = n // block if n > block else 0
    return full, n - full * block


@kernel
def list_bits(full, rest, bits, header, block, word):
    """Bits of a list: of its full blocks and of the last one, each with a header, rounded up to words."""
    last = rounded(rest * bits + header, word) if rest else 0
    return full * rounded(block * bits + header, word) + last if full else last


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
def add_list(total, d, n, first, last, gap, index):
    """Add a plain connection's list of two synapses or more to the totals of all formats."""
    bits, header, block, word = d.synapse_bits, d.header_bits, d.block, d.word
    full, rest = blocks_of(n, block)
    sparse = list_bits(full, rest, bits + index, header, block, word)
    best, is_dense = sparse, 0
    if gap >= TWICE:
        total.dense = -1
    else:
        dense = list_bits(*blocks_of(last - first + 1, block), bits, header, block, word)
        if total.dense >= 0:
            total.dense += dense
        if dense <= best:
            best, is_dense = dense, 1
    total.lists += 1
    total.synapses += n
    total.sparse += sparse
    total.mixed[0] += best
    total.dense_lists[0] += is_dense
    for k in range(1, 4):
        cheapest, skip = best, SKIPS[k - 1]
        if gap <= 1 << skip:
            cheapest = min(best, list_bits(full, rest, bits + skip, header + index, block, word))
        total.mixed[k] += cheapest
        total.run_lists[k] += cheapest < best
        total.dense_lists[k] += is_dense & (cheapest == best)


@kernel
def add_found(total, d, n, first, last, gap, index):
    """Add a list; returns 1 if it has a single synapse, and is left to :func:`add_singles`."""
    if n == 1:
        return 1
    add_list(total, d, np.int64(n), np.int64(first), np.int64(last), np.int64(gap), index)
    return 0


@kernel
def add_singles(total, d, count, index):
    """Add so many lists of one synapse, which are stored dense, and then count the axons of all lists."""
    bits, header, block, word = d.synapse_bits, d.header_bits, d.block, d.word
    dense = count * list_bits(0, 1, bits, header, block, word)
    total.lists += count
    total.synapses += count
    total.sparse += count * list_bits(0, 1, bits + index, header, block, word)
    if total.dense >= 0:
        total.dense += dense
    for k in range(4):
        total.mixed[k] += dense
        total.dense_lists[k] += count
    total.plans[0] = total.lists * d.axon_slots


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
def add_unit(total, d, s, index, unit, atoms, tables, stamps, stamp):
    """Add the list of a unit of a convolution: alone for each channel, or shared under pop16 and pop32."""
    n, first = np.int64(s.synapses), np.int64(s.first)
    bits, header, block, word = d.synapse_bits, d.header_bits, d.block, d.word
    span = s.last - first + 1
    total.lists += atoms
    total.synapses += n * atoms
    total.sparse += list_bits(*blocks_of(n, block), bits + index, header, block, word) * atoms
    total.dense += list_bits(*blocks_of(span, block), bits, header, block, word) * atoms
    total.plans[0] += atoms * d.axon_slots
    full, rest = blocks_of(n * atoms, block)
    pattern = np.int64(s.pattern) << 31 | np.int64(s.pattern_)
    for kind in range(2):
        total.plans[1 + kind] += d.axon_slots
        beyond = beyond_base(first, kind, d.bases)
        if seen_before(tables[kind], stamps[kind], stamp, pattern ^ (beyond << 20 | unit)):
            continue
        total.distinct[kind] += atoms
        total.stored[kind] += n * atoms
        total.shared[kind] += list_bits(full, rest, bits + total.relative[kind], header, block, word)
        if beyond or span > n:
            total.bare[kind] = -1
        elif total.bare[kind] >= 0:
            total.bare[kind] += list_bits(full, rest, bits, header, block, word)


@kernel
def add_units(total, d, stats, touched, offset, first, last, index, tables, stamps, stamp):
    """Add lists first..last - 1 of a convolution, all in one format: with indices, or without if no list needs them."""
    for kind in range(2):
        highest = 0
        for i in range(first, last):
            s = stats[touched[i]]
            begins = np.int64(s.first)
            highest = max(highest, s.last - begins + beyond_base(begins, kind, d.bases))
        total.relative[kind] = index_of(highest, d.index_least)
    for i in range(first, last):
        unit = (touched[i] - offset) % d.units
        atoms = d.last_atoms if (unit + 1) % d.group_units == 0 else ATOMS
        add_unit(total, d, stats[touched[i]], index, unit, atoms, tables, stamps, stamp)
    total.mixed[0] = min(total.sparse, total.dense)
    for kind in range(2):
        if 0 <= total.bare[kind] <= total.shared[kind]:
            total.shared[kind] = total.bare[kind]
            total.relative[kind] = 0


@kernel
def choose(total, d):
    """Find the cheapest form of a connection's lists; of equal ones pop16, which takes fewest axons."""
    choice = 0
    if d.units:
        bits = total.mixed[0]
        for kind in range(2):
            if total.shared[kind] < bits + 1 - kind:
                choice, bits = kind + 1, total.shared[kind]
        total.axons = total.plans[choice]
    else:
        for k in range(1, 4):
            if total.mixed[k] < total.mixed[choice]:
                choice = k
        bits = total.sparse if d.one_index else total.mixed[choice]
        total.axons = total.plans[0]
    total.choice = choice
    total.bits = bits
    total.slots_out = d.pop32_slots if d.units and choice == 2 else 1
