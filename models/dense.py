"""Dense synapses: one byte per weight, rows by source neuron, any number of connections ("parts") in one call.

A weight is ``(byte + offset) << shift``: offset and shift are the connection's, and every matrix whose effective
weights span at most 255 steps of a power of two is stored so (8-bit mantissas of one sign mode always do). Eight rows
are added at a time in 16 bits, which cannot overflow for 248 rows of bytes, before they meet the 32-bit accumulators.
"""

import numpy as np

from loihi_emu.jit import float64s, int8s, int16s, int32s, int64s, kernel, leaf, uint8s
from loihi_emu.models import layout as at

i16 = np.int16
i32 = np.int32

PARTS = at.P_FIRST  # number of parts
SCRATCH = at.P_FIRST + 1  # address of TILE int16
TABLE = at.P_FIRST + 2  # first part; each has PART_WORDS words:

FIRST, END = 0, 1  # source neurons FIRST <= i < END
TARGET, WIDTH = 2, 3  # first target neuron, number of targets
WEIGHTS = 4  # address of the bytes, (END - FIRST) x WIDTH
OFFSET, SHIFT = 5, 6
DELAY = 7  # steps, the same for all synapses of the part
DELAYS = 8  # address of one byte a synapse, or 0
PART_WORDS = 9

TILE = 2048
GROUP = 8
FLUSH = 248


@kernel
def lower_bound(index, count, value):
    """Position of the first of ``count`` ascending indices that is at least ``value``."""
    low, high = 0, count
    while low < high:
        middle = (low + high) >> 1
        if index[middle] < value:
            low = middle + 1
        else:
            high = middle
    return low


@kernel
def sum_eight(total, r0, r1, r2, r3, r4, r5, r6, r7):
    """Add eight rows of bytes to 16-bit sums."""
    for i in range(total.shape[0]):
        a = i16(i16(i16(r0[i]) + i16(r1[i])) + i16(i16(r2[i]) + i16(r3[i])))
        b = i16(i16(i16(r4[i]) + i16(r5[i])) + i16(i16(r6[i]) + i16(r7[i])))
        total[i] = i16(total[i] + i16(a + b))


@kernel
def sum_one(total, row):
    """Add one row of bytes to 16-bit sums."""
    for i in range(total.shape[0]):
        total[i] = i16(total[i] + i16(row[i]))


@kernel
def flush(q, total, offset, shift):
    """Add 16-bit sums, with the offsets of their rows, to the accumulators and clear them."""
    for i in range(total.shape[0]):
        q[i] = i32(q[i] + i32(i32(i32(total[i]) + offset) << shift))
        total[i] = i16(0)


@kernel
def add_scaled(q, row, offset, factor):
    """Add one row times a payload (its power of two included) to the accumulators."""
    for i in range(q.shape[0]):
        q[i] = i32(q[i] + i32(i32(i32(row[i]) + offset) * factor))


@kernel
def add_rows(q, index, first, weights, width, start, offset, shift, scratch):
    """Add the rows of binary events to ``q``, whose first element is target ``start`` of the part."""
    m = q.shape[0]
    total = scratch[:m]
    count = index.shape[0]
    done = 0
    while done < count:
        batch = min(FLUSH, count - done)
        k = done
        while k + GROUP <= done + batch:
            base = weights + start
            sum_eight(
                total,
                int8s(base + (index[k] - first) * width, m),
                int8s(base + (index[k + 1] - first) * width, m),
                int8s(base + (index[k + 2] - first) * width, m),
                int8s(base + (index[k + 3] - first) * width, m),
                int8s(base + (index[k + 4] - first) * width, m),
                int8s(base + (index[k + 5] - first) * width, m),
                int8s(base + (index[k + 6] - first) * width, m),
                int8s(base + (index[k + 7] - first) * width, m),
            )
            k += GROUP
        while k < done + batch:
            sum_one(total, int8s(weights + start + (index[k] - first) * width, m))
            k += 1
        flush(q, total, i32(offset * batch), i32(shift))
        done += batch


@kernel
def add_delayed(ring, row, delays, offset, shift, payload, slot, slots, n, target):
    """Add one row, each synapse into the ring slot of its delay."""
    for i in range(row.shape[0]):
        arrival = slot + np.int64(delays[i])
        arrival = arrival - slots if arrival >= slots else arrival
        weight = i32(i32(i32(row[i]) + offset) << shift)
        j = arrival * n + target + i
        ring[j] = i32(ring[j] + i32(weight * payload))


@leaf
def step(address, time):
    """Deliver this step's events through dense synapses."""
    parts = int64s(address, TABLE)[PARTS]
    d = int64s(address, TABLE + parts * PART_WORDS)
    count = int64s(d[at.S_COUNT], 1)[0]
    if count == 0:
        return
    every = int32s(d[at.S_INDEX], count)
    graded = d[at.P_GRADED] != 0 and d[at.S_PAYLOAD] != 0
    payloads = int32s(d[at.S_PAYLOAD] if graded else d[at.S_INDEX], count)
    slots, n = d[at.P_SLOTS], d[at.P_N]
    scratch = int16s(d[SCRATCH], TILE)
    events = 0
    for p in range(parts):
        part = d[TABLE + p * PART_WORDS : TABLE + (p + 1) * PART_WORDS]
        low = lower_bound(every, count, part[FIRST]) if part[FIRST] > 0 else 0
        high = lower_bound(every, count, part[END])
        if low == high:
            continue
        first, width, target, weights = part[FIRST], part[WIDTH], part[TARGET], part[WEIGHTS]
        slot = (time + d[at.P_OFFSET] + part[DELAY]) % slots
        events += (high - low) * width
        offset, shift = i32(part[OFFSET]), i32(part[SHIFT])
        if part[DELAYS]:
            ring = int32s(d[at.P_RING], slots * n)
            for k in range(low, high):
                at_row = (every[k] - first) * width
                row, delays = int8s(weights + at_row, width), uint8s(part[DELAYS] + at_row, width)
                payload = payloads[k] if graded else i32(1)
                add_delayed(ring, row, delays, offset, shift, payload, slot, slots, n, target)
        elif graded:
            q = int32s(d[at.P_RING] + 4 * (slot * n + target), width)
            for k in range(low, high):
                row = int8s(weights + (every[k] - first) * width, width)
                add_scaled(q, row, offset, i32(payloads[k] << shift))
        else:
            index = every[low:high]
            for start in range(0, width, TILE):
                q = int32s(d[at.P_RING] + 4 * (slot * n + target + start), min(TILE, width - start))
                add_rows(q, index, first, weights, width, start, offset, shift, scratch)
    int64s(d[at.P_EVENTS], 1)[0] += events


@leaf
def step_float(address, time):
    """Deliver this step's events through float64 weights (8 bytes each; offset and shift are not used)."""
    parts = int64s(address, TABLE)[PARTS]
    d = int64s(address, TABLE + parts * PART_WORDS)
    count = int64s(d[at.S_COUNT], 1)[0]
    every = int32s(d[at.S_INDEX], count)
    graded = d[at.P_GRADED] != 0 and d[at.S_PAYLOAD] != 0
    payloads = int32s(d[at.S_PAYLOAD] if graded else d[at.S_INDEX], count)
    slots, n = d[at.P_SLOTS], d[at.P_N]
    ring = float64s(d[at.P_RING], slots * n)
    events = 0
    for p in range(parts):
        part = d[TABLE + p * PART_WORDS : TABLE + (p + 1) * PART_WORDS]
        low, high = lower_bound(every, count, part[FIRST]), lower_bound(every, count, part[END])
        width = part[WIDTH]
        slot = (time + d[at.P_OFFSET] + part[DELAY]) % slots
        events += (high - low) * width
        for k in range(low, high):
            at_row = (every[k] - part[FIRST]) * width
            row = float64s(part[WEIGHTS] + 8 * at_row, width)
            factor = float(payloads[k]) if graded else 1.0
            if part[DELAYS]:
                delays = uint8s(part[DELAYS] + at_row, width)
                for i in range(width):
                    ring[((slot + np.int64(delays[i])) % slots) * n + part[TARGET] + i] += row[i] * factor
            else:
                q = ring[slot * n + part[TARGET] : slot * n + part[TARGET] + width]
                for i in range(width):
                    q[i] += row[i] * factor
    int64s(d[at.P_EVENTS], 1)[0] += events
