# mypy: allow-untyped-defs, allow-incomplete-defs
"""Dense synapses: one byte per weight, rows by source neuron, any number of connections ("parts") in one call.

A weight is ``(byte + offset) << shift``: offset and shift are the connection's, and every matrix whose effective
weights span at most 255 steps of a power of two is stored so (8-bit mantissas of one sign mode always do). A row is
cut into tiles of up to TILE targets. In a tile the bytes of target j and of target j + half stand side by side, so that
a 16-bit word holds both and sums of up to 256 rows are made with one mask and one shift per word; eight rows at a time.
"""

import numpy as np

from loihi_emu.jit import (
    address_of,
    disjoint,
    float64s,
    int32s,
    kernel,
    leaf,
    part,
    uint8s,
    uint16s,
    whole,
    wide_vectors,
)
from loihi_emu.models.layout import PROJECTION, valued
from loihi_emu.models.records import NUMBER, Record, array
from loihi_emu.models.synapses.float_leaves import float_leaves

i32 = np.int32
u16 = np.uint16

# A part: from the source neurons first <= i < end to so many targets (width) from one on. The stride is the bytes of a
# row: its targets, rounded up to pairs. All synapses have one delay, or a byte each in the order of the weights.
PART = Record(
    "DensePart",
    first=NUMBER,
    end=NUMBER,
    target=NUMBER,
    width=NUMBER,
    stride=NUMBER,
    weights=NUMBER,
    offset=NUMBER,
    shift=NUMBER,
    delay=NUMBER,
    delays=array("uint8"),
)

# Scratch is 2 * TILE sums of 16 bits and as many zeros.
DENSE = PROJECTION.extended("Dense", part_count=NUMBER, scratch=array("uint16"), parts=array(PART))
VALUED = valued(DENSE)

TILE = 2048
FLUSH = 256
"""So many rows of bytes (at most 255 each) fit in 16-bit sums."""


@kernel
def lower_bound(index, count, value):
    """Position of the first of ``count`` ascending indices that is at least ``value``."""
    if count == 0 or index[0] >= value:
        return 0
    if index[count - 1] < value:
        return count
    low, high = 0, count
    while low < high:
        middle = (low + high) >> 1
        if index[middle] < value:
            low = middle + 1
        else:
            high = middle
    return low


@disjoint
def sum_eight(low, high, r0, r1, r2, r3, r4, r5, r6, r7):
    """Add eight rows: low bytes of the words to ``low``, high bytes to ``high``."""
    wide_vectors()
    for j in range(low.shape[0]):
        a0, a1, a2, a3, a4, a5, a6, a7 = r0[j], r1[j], r2[j], r3[j], r4[j], r5[j], r6[j], r7[j]
        x = u16(u16(u16(a0 & 0xFF) + u16(a1 & 0xFF)) + u16(u16(a2 & 0xFF) + u16(a3 & 0xFF)))
        y = u16(u16(u16(a4 & 0xFF) + u16(a5 & 0xFF)) + u16(u16(a6 & 0xFF) + u16(a7 & 0xFF)))
        low[j] = u16(low[j] + u16(x + y))
        x = u16(u16(u16(a0 >> 8) + u16(a1 >> 8)) + u16(u16(a2 >> 8) + u16(a3 >> 8)))
        y = u16(u16(u16(a4 >> 8) + u16(a5 >> 8)) + u16(u16(a6 >> 8) + u16(a7 >> 8)))
        high[j] = u16(high[j] + u16(x + y))


@disjoint
def sum_two(low, high, r0, r1):
    """Add two rows."""
    wide_vectors()
    for j in range(low.shape[0]):
        low[j] = u16(low[j] + u16(u16(r0[j] & 0xFF) + u16(r1[j] & 0xFF)))
        high[j] = u16(high[j] + u16(u16(r0[j] >> 8) + u16(r1[j] >> 8)))


@disjoint
def flush(q, sums, offset, shift):
    """Add 16-bit sums, with the offsets of their rows, to the accumulators and clear the sums."""
    wide_vectors()
    for i in range(q.shape[0]):
        q[i] = i32(q[i] + i32(i32(i32(sums[i]) + offset) << i32(shift & 31)))
        sums[i] = u16(0)


@kernel
def add_rows(q, index, first, weights, stride, offset, shift, scratch):
    """Add the rows of binary events to one tile ``q``, whose bytes begin at ``weights`` in the first row."""
    m = q.shape[0]
    half = (m + 1) >> 1
    low, high = uint16s(scratch, half), uint16s(scratch + 2 * TILE, half)
    nothing = scratch + 4 * TILE
    count = index.shape[0]
    done = 0
    while done < count:
        batch = min(FLUSH, count - done)
        end = done + batch
        k = done
        while k + 8 <= end:
            sum_eight(
                low,
                high,
                uint16s(weights + (index[k] - first) * stride, half),
                uint16s(weights + (index[k + 1] - first) * stride, half),
                uint16s(weights + (index[k + 2] - first) * stride, half),
                uint16s(weights + (index[k + 3] - first) * stride, half),
                uint16s(weights + (index[k + 4] - first) * stride, half),
                uint16s(weights + (index[k + 5] - first) * stride, half),
                uint16s(weights + (index[k + 6] - first) * stride, half),
                uint16s(weights + (index[k + 7] - first) * stride, half),
            )
            k += 8
        while k < end:
            one = weights + (index[k] - first) * stride
            two = weights + (index[k + 1] - first) * stride if k + 1 < end else nothing
            sum_two(low, high, uint16s(one, half), uint16s(two, half))
            k += 2
        flush(q[:half], low, i32(offset * batch), shift)
        flush(q[half:], high, i32(offset * batch), shift)
        high[half - 1] = 0
        done = end


@kernel
def place(i, width):
    """Where in a row the byte of target i stands."""
    tile = i // TILE * TILE
    within = i - tile
    half = (min(TILE, width - tile) + 1) >> 1
    return tile + (2 * within if within < half else 2 * (within - half) + 1)


@disjoint
def add_scaled(low, high, row, offset, factor):
    """Add one row of a tile times a payload (its power of two included) to the accumulators of low and high bytes."""
    wide_vectors()
    for j in range(high.shape[0]):
        word = row[j]
        low[j] = i32(low[j] + i32(i32(i32(word & 0xFF) + offset) * factor))
        high[j] = i32(high[j] + i32(i32(i32(word >> 8) + offset) * factor))
    for j in range(high.shape[0], low.shape[0]):
        low[j] = i32(low[j] + i32(i32(i32(row[j] & 0xFF) + offset) * factor))


@kernel
def add_delayed(ring, row, delays, width, offset, shift, payload, slot, slots, n, target):
    """Add one row, each synapse into the ring slot of its delay."""
    for i in range(width):
        k = place(i, width)
        arrival = slot + np.int64(delays[k])
        arrival = arrival - slots if arrival >= slots else arrival
        weight = i32(i32(i32(row[k]) + offset) << shift)
        j = arrival * n + target + i
        ring[j] = i32(ring[j] + i32(weight * payload))


@leaf
def step(address, time):
    """Deliver this step's events through dense synapses."""
    d = DENSE(address)
    count = d.count[0]
    if count == 0:
        return
    every = whole(d.index, count)
    graded = d.graded != 0 and bool(d.payload)
    payloads = whole(d.payload if graded else d.index, count)
    slots, n = d.slots, d.n
    scratch = address_of(d.scratch, 0)
    events = 0
    for p in range(d.part_count):
        one = d.parts[p]
        first = one.first
        low = lower_bound(every, count, first) if first > 0 else 0
        high = lower_bound(every, count, one.end)
        if low == high:
            continue
        width, target, weights, stride = one.width, one.target, one.weights, one.stride
        slot = (time + d.offset + one.delay) % slots
        events += (high - low) * width
        offset, shift = i32(one.offset), i32(one.shift)
        if one.delays:
            ring = int32s(d.ring, slots * n)
            for k in range(low, high):
                at_row = (every[k] - first) * stride
                row, delays = uint8s(weights + at_row, stride), part(one.delays, at_row, stride)
                payload = payloads[k] if graded else i32(1)
                add_delayed(ring, row, delays, width, offset, shift, payload, slot, slots, n, target)
        else:
            for start in range(0, width, TILE):
                q = int32s(d.ring + 4 * (slot * n + target + start), min(TILE, width - start))
                if graded:
                    half = (q.shape[0] + 1) >> 1
                    for k in range(low, high):
                        row = uint16s(weights + start + (every[k] - first) * stride, half)
                        add_scaled(q[:half], q[half:], row, offset, i32(payloads[k] << shift))
                else:
                    add_rows(q, every[low:high], first, weights + start, stride, offset, shift, scratch)
    d.events[0] += events


@disjoint
def add_row_float(q, row, factor):
    """Add one row of float64 weights multiplied by a payload."""
    for i in range(q.shape[0]):
        q[i] += row[i] * factor


@kernel
def deliver_float(d, time, graded, payloads):
    """Deliver this step's events through float64 weights (8 bytes each; offset and shift are not used)."""
    count = d.count[0]
    every = whole(d.index, count)
    slots, n = d.slots, d.n
    ring = float64s(d.ring, slots * n)
    events = 0
    for p in range(d.part_count):
        one = d.parts[p]
        low, high = lower_bound(every, count, one.first), lower_bound(every, count, one.end)
        width, target = one.width, one.target
        slot = (time + d.offset + one.delay) % slots
        events += (high - low) * width
        for k in range(low, high):
            at_row = (every[k] - one.first) * width
            row = float64s(one.weights + 8 * at_row, width)
            factor = float(payloads[k]) if graded else 1.0
            if one.delays:
                delays = part(one.delays, at_row, width)
                for i in range(width):
                    ring[((slot + np.int64(delays[i])) % slots) * n + target + i] += row[i] * factor
            else:
                q = ring[slot * n + target : slot * n + target + width]
                add_row_float(q, row, factor)
    d.events[0] += events


step_float, step_valued = float_leaves(deliver_float, DENSE, VALUED)
