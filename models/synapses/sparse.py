# mypy: allow-untyped-defs, allow-incomplete-defs
"""Sparse synapses: rows of packed 32-bit words, index of the target | weight << 16, one row per source neuron.

A source neuron's row holds all its sparse synapses onto one target group, whatever connections they came from. The
weight is the effective one in units of 64 (16 bits signed: an 8-bit mantissa shifted by up to 7, see
:mod:`loihi_emu.rules.weights`). A target group of more than 65536 neurons is reached in chunks of that size.
With delays, one byte per synapse says how many steps later the event arrives.

A loop over a row's words ends where no processor foresees it, and to find the next row takes as long as twenty events.
So short rows of some spikes are listed first, as blocks of eight words, and asked for; then all blocks are added in one
loop, and what is left of each row in another.
"""

import numpy as np

from loihi_emu.jit import address_of, disjoint, float64s, int32s, kernel, leaf, part, prefetch, room, uint32s, whole
from loihi_emu.models.layout import CHUNK, PROJECTION, valued
from loihi_emu.models.records import NUMBER, array
from loihi_emu.models.synapses.float_leaves import float_leaves

i32 = np.int32
i64 = np.int64
u64 = np.uint64

# Where the rows start: chunks x (sources + 1). Integer synapses are packed words, those in float64 targets and weights.
SPARSE = PROJECTION.extended(
    "Sparse", rows=array("int64"), packed=array("uint32"), chunks=NUMBER, sources=NUMBER, delays=array("uint8")
)
FLOATING = PROJECTION.extended(
    "SparseFloat",
    rows=array("int64"),
    targets=array("int32"),
    weights=array("float64"),
    sources=NUMBER,
    delays=array("uint8"),
)
VALUED = valued(FLOATING)

_LOW = np.uint32(0xFFFF)
_LINES, _AHEAD = 6, 3
"""So many cache lines of a short row are asked for; long ones are asked for while the row so many before is added."""
_SHORT = 64
"""Words of a row on average, below which rows are listed. Measured: those of 40 take 0.76 of the time, of 80 1.14."""
STEP, _BITS = 8, 3
"""Words of a block. Behind the last row there are so many more, of target and weight 0: they are read, not added."""
_ROWS, _LIST, _LONG = 32, 256, 2 * STEP
"""Rows, and blocks, that are listed at a time; a row of more blocks is added at once."""
_BLOCKS, _ENDS, _LEFT = room(np.int64, _LIST + _LONG + STEP), room(np.int64, _ROWS), room(np.int64, _ROWS)


@kernel
def add(q, word, payload):
    """Add one packed synapse to its target's accumulator; sums wrap at 32 bits."""
    target = u64(word & _LOW)
    q[target] = i32(q[target] + i32(i32(i32(word) >> 16) * payload))


@disjoint
def add_block(q, row):
    """Add eight binary synapses."""
    w0, w1, w2, w3, w4, w5, w6, w7 = row[0], row[1], row[2], row[3], row[4], row[5], row[6], row[7]
    add(q, w0, i32(1))
    add(q, w1, i32(1))
    add(q, w2, i32(1))
    add(q, w3, i32(1))
    add(q, w4, i32(1))
    add(q, w5, i32(1))
    add(q, w6, i32(1))
    add(q, w7, i32(1))


@disjoint
def add_row(q, row):
    """Add one row of binary synapses, eight at a time."""
    whole = row.shape[0] // STEP
    for block in range(whole):
        add_block(q, part(row, block * STEP, STEP))
    for k in range(whole * STEP, row.shape[0]):
        add(q, row[k], i32(1))


@disjoint
def add_row_asking(q, row, ahead):
    """Add one row of binary synapses, and ask for as many from an address on.

    Left alone, the processor finds a row's first lines late, each time anew: 20 million synapses took 1.75 times as
    long on one with Zen 5.
    """
    whole = row.shape[0] // STEP
    for block in range(whole):
        prefetch(ahead + 4 * STEP * block)
        add_block(q, part(row, block * STEP, STEP))
    for k in range(whole * STEP, row.shape[0]):
        add(q, row[k], i32(1))


@disjoint
def add_some(q, row, n):
    """Add n binary synapses, at most seven: of others that are there the weights count as 0."""
    for k in range(STEP - 1):
        word = row[k]
        add(q, word if k < n else word & _LOW, i32(1))


@disjoint
def list_blocks(blocks, first, address):
    """List eight blocks, one behind the other."""
    for k in range(STEP):
        blocks[u64(first) + u64(k)] = address + i64(4 * STEP * k)


@kernel
def add_long_rows(d, q, rows, index):
    """Add the rows of binary synapses of all neurons that spiked; returns how many synapses."""
    words, count, events = address_of(d.packed, 0), index.shape[0], 0
    for k in range(count):
        source = u64(index[u64(k)])  # unsigned: no code for counting from the end
        first, end = rows[source], rows[source + u64(1)]
        later = index[u64(min(k + _AHEAD, count - 1))]
        add_row_asking(q, part(d.packed, first, end - first), words + 4 * rows[u64(later)])
        events += end - first
    return events


@kernel
def add_short_rows(d, q, rows, index):
    """The same, for rows most of which are short."""
    words, count, events, k = address_of(d.packed, 0), index.shape[0], 0, 0
    blocks, ends, left = _BLOCKS(), _ENDS(), _LEFT()
    while k < count:
        listed = number = 0
        while k < count and number < _ROWS and listed <= _LIST:
            source = u64(index[u64(k)])
            first, end = rows[source], rows[source + u64(1)]
            length = end - first
            full, address, last = length >> _BITS, words + 4 * first, words + 4 * end
            events += length
            for line in range(_LINES):
                prefetch(min(address + 64 * line, last))
            if full > _LONG:
                add_row(q, part(d.packed, first, full << _BITS))
            else:
                list_blocks(blocks, listed, address)
                if full > STEP:
                    list_blocks(blocks, listed + STEP, address + 4 * STEP * STEP)
                listed += full
            ends[u64(number)], left[u64(number)] = address + 4 * STEP * full, length & (STEP - 1)
            number += 1
            k += 1
        for block in range(listed):
            add_block(q, uint32s(blocks[u64(block)], STEP))
        for row in range(number):
            add_some(q, uint32s(ends[u64(row)], STEP), left[u64(row)])
    return events


@disjoint
def add_row_graded(q, row, payload, ahead):
    """Add one row of synapses multiplied by a payload, and ask for as many from an address on."""
    whole = row.shape[0] // STEP
    for block in range(whole):
        prefetch(ahead + 4 * STEP * block)
        for k in range(STEP):
            add(q, row[block * STEP + k], payload)
    for k in range(whole * STEP, row.shape[0]):
        add(q, row[k], payload)


@kernel
def add_row_delayed(q, row, delays, payload, slot, slots, n, base, ahead, delays_ahead):
    """Add one row of synapses, each into the ring slot of its delay, and ask for as many from two addresses on.

    ``base`` is the chunk's first target.
    """
    for k in range(row.shape[0]):
        if k & (STEP - 1) == 0:
            prefetch(ahead + 4 * k)
            prefetch(delays_ahead + k)
        arrival = slot + np.int64(delays[k])
        arrival = arrival - slots if arrival >= slots else arrival
        word = row[k]
        target = u64(arrival * n + base + np.int64(word & _LOW))
        q[target] = i32(q[target] + i32(i32(i32(word) >> 16) * payload))


@leaf
def step(address, time):
    """Deliver this step's events through sparse synapses."""
    d = SPARSE(address)
    count = d.count[0]
    if count == 0:
        return
    index = whole(d.index, count)
    graded = d.graded != 0 and bool(d.payload)
    payload = whole(d.payload if graded else d.index, count)
    slots, n, sources = d.slots, d.n, d.sources
    slot = (time + d.offset) % slots
    events = 0
    for chunk in range(d.chunks):
        rows = part(d.rows, chunk * (sources + 1), sources + 1)
        base = chunk * CHUNK
        width = min(CHUNK, n - base)
        q = int32s(d.ring + 4 * (slot * n + base), width)
        ring = int32s(d.ring, slots * n)
        if not graded and not d.delays:
            short = rows[sources] - rows[0] < _SHORT * sources
            events += add_short_rows(d, q, rows, index) if short else add_long_rows(d, q, rows, index)
            continue
        for k in range(count):
            source = u64(index[u64(k)])
            first, end = rows[source], rows[source + u64(1)]
            row = part(d.packed, first, end - first)
            events += end - first
            weight = payload[k] if graded else i32(1)
            later = rows[u64(index[u64(min(k + _AHEAD, count - 1))])]
            ahead = address_of(d.packed, later)
            if d.delays:
                delays, delays_ahead = part(d.delays, first, end - first), address_of(d.delays, later)
                add_row_delayed(ring, row, delays, weight, slot, slots, n, base, ahead, delays_ahead)
            else:
                add_row_graded(q, row, weight, ahead)
    d.events[0] += events


@disjoint
def add_row_float(q, targets, weights, factor, targets_ahead, weights_ahead):
    """Add one row of float64 synapses multiplied by a payload, and ask for as many from two addresses on."""
    whole = targets.shape[0] // STEP
    for block in range(whole):
        prefetch(targets_ahead + 4 * STEP * block)
        prefetch(weights_ahead + 8 * STEP * block)
        for k in range(block * STEP, block * STEP + STEP):
            q[u64(targets[k])] += weights[k] * factor
    for k in range(whole * STEP, targets.shape[0]):
        q[u64(targets[k])] += weights[k] * factor


@kernel
def add_row_float_delayed(ring, targets, weights, delays, factor, slot, slots, n, targets_ahead, weights_ahead):
    """The same, each into the ring slot of its delay."""
    for k in range(targets.shape[0]):
        if k & (STEP - 1) == 0:
            prefetch(targets_ahead + 4 * k)
            prefetch(weights_ahead + 8 * k)
        arrival = slot + i64(delays[k])
        arrival = arrival - slots if arrival >= slots else arrival
        ring[u64(arrival * n + i64(targets[k]))] += weights[k] * factor


@kernel
def deliver_float(d, time, graded, payload):
    """Deliver this step's events through float64 synapses (separate indices, weights and delays)."""
    count = d.count[0]
    index = whole(d.index, count)
    slots, n = d.slots, d.n
    slot = (time + d.offset) % slots
    rows = whole(d.rows, d.sources + 1)
    ring = float64s(d.ring, slots * n)
    events = 0
    for k in range(count):
        first, end = rows[index[k]], rows[index[k] + 1]
        targets, weights = part(d.targets, first, end - first), part(d.weights, first, end - first)
        later = rows[index[min(k + _AHEAD, count - 1)]]
        targets_ahead, weights_ahead = address_of(d.targets, later), address_of(d.weights, later)
        factor = float(payload[k]) if graded else 1.0
        events += end - first
        if d.delays:
            delays = part(d.delays, first, end - first)
            add_row_float_delayed(ring, targets, weights, delays, factor, slot, slots, n, targets_ahead, weights_ahead)
        else:
            add_row_float(part(ring, slot * n, n), targets, weights, factor, targets_ahead, weights_ahead)
    d.events[0] += events


step_float, step_valued = float_leaves(deliver_float, FLOATING, VALUED)
