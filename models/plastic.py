"""Delivery of spikes through synapses that learn: one byte per weight, w = (byte << unit) + low, natural order."""

import numpy as np

from loihi_emu.jit import disjoint, int32s, int64s, kernel, leaf, uint8s, uint16s, wide_vectors
from loihi_emu.models import layout as at
from loihi_emu.models import learning_layout as to
from loihi_emu.models.dense import lower_bound

i32 = np.int32
i64 = np.int64
u16 = np.uint16

LIMIT = 32767
"""Effective weights saturate at 15 bits and sign, in units of 64."""
FLUSH = 256


@disjoint
def add_bytes(sums, row):
    """Add one row of bytes."""
    wide_vectors()
    for i in range(row.shape[0]):
        sums[i] = u16(sums[i] + u16(row[i]))


@disjoint
def add_four(sums, r0, r1, r2, r3):
    """Add four rows of bytes."""
    wide_vectors()
    for i in range(r0.shape[0]):
        one = u16(u16(r0[i]) + u16(r1[i]))
        two = u16(u16(r2[i]) + u16(r3[i]))
        sums[i] = u16(sums[i] + u16(one + two))


@disjoint
def flush(q, sums, offset, shift):
    """Add sums of bytes, with what their rows' weights begin at, to the accumulators; clear the sums."""
    wide_vectors()
    for i in range(sums.shape[0]):
        q[i] = i32(q[i] + i32(offset + i32(i32(sums[i]) << i32(shift & 31))))
        sums[i] = u16(0)


@kernel
def effective(code, unit, low, exponent):
    """Effective weight in units of 64."""
    weight = (i64(code) << unit) + low
    shifted = weight << exponent if exponent >= 0 else weight >> -exponent
    return min(max(shifted, -LIMIT), LIMIT)


@disjoint
def add_shifted(q, row, unit, low, shift):
    """Add one row of weights shifted right, each rounded down."""
    wide_vectors()
    for i in range(row.shape[0]):
        weight = i32(i32(i32(row[i]) << i32(unit & 31)) + low)
        q[i] = i32(q[i] + i32(weight >> i32(shift & 31)))


@kernel
def deliver_shifted(d, q, index, low, high):
    """Binary events through whole dense rows with one delay, by a negative exponent."""
    width, codes, first = d[to.D_WIDTH], d[to.D_CODES], d[to.D_FIRST]
    for k in range(low, high):
        row = uint8s(codes + (index[k] - first) * width, width)
        add_shifted(q, row, i32(d[to.D_UNIT]), i32(d[to.D_LOW]), i32(-d[to.D_EXPONENT]))


@kernel
def deliver_plain(d, q, index, low, high):
    """Binary events through whole dense rows with one delay."""
    width, codes, first = d[to.D_WIDTH], d[to.D_CODES], d[to.D_FIRST]
    sums = uint16s(d[to.D_SUMS], width)
    done = low
    while done < high:
        batch = min(FLUSH, high - done)
        k, end = done, done + batch
        while k + 4 <= end:
            add_four(
                sums,
                uint8s(codes + (index[k] - first) * width, width),
                uint8s(codes + (index[k + 1] - first) * width, width),
                uint8s(codes + (index[k + 2] - first) * width, width),
                uint8s(codes + (index[k + 3] - first) * width, width),
            )
            k += 4
        while k < end:
            add_bytes(sums, uint8s(codes + (index[k] - first) * width, width))
            k += 1
        flush(q, sums, i32((d[to.D_LOW] * batch) << d[to.D_EXPONENT]), i32(d[to.D_UNIT] + d[to.D_EXPONENT]))
        done = end


@kernel
def deliver_each(d, ring, slot, j, payload):
    """One event of any kind through the row of source j, synapse by synapse; returns their number."""
    sparse = d[to.D_ROWS] != 0
    width, n, slots = d[to.D_WIDTH], d[at.P_N], d[at.P_SLOTS]
    starts = int64s(d[to.D_ROWS] if sparse else d[at.P_EVENTS], d[to.D_N] + 1 if sparse else 0)
    first = starts[j] if sparse else j * width
    end = starts[j + 1] if sparse else first + width
    codes = uint8s(d[to.D_CODES] + first, end - first)
    target = int32s(d[to.D_TARGETS] + 4 * first if sparse else d[at.P_RING], end - first)
    delays = uint8s(d[to.D_DELAYS] + first if d[to.D_DELAYS] else d[to.D_CODES], end - first)
    for k in range(end - first):
        i = i64(target[k]) if sparse else k
        arrival = slot
        if d[to.D_DELAYS]:
            arrival += i64(delays[k])
            arrival = arrival - slots if arrival >= slots else arrival
        weight = effective(codes[k], d[to.D_UNIT], d[to.D_LOW], d[to.D_EXPONENT])
        place = arrival * n + d[to.D_TARGET] + i * d[to.D_TARGET_STEP]
        ring[place] = i32(ring[place] + i32(i32(weight) * payload))
    return end - first


@leaf
def step(address, time):
    """Deliver this step's events."""
    d = int64s(address, to.DELIVER_WORDS)
    count = int64s(d[at.S_COUNT], 1)[0]
    if count == 0:
        return
    index = int32s(d[at.S_INDEX], count)
    graded = d[at.P_GRADED] != 0 and d[at.S_PAYLOAD] != 0
    payload = int32s(d[at.S_PAYLOAD] if graded else d[at.S_INDEX], count)
    slots, n, first = d[at.P_SLOTS], d[at.P_N], d[to.D_FIRST]
    slot = (time + d[at.P_OFFSET] + d[to.D_DELAY]) % slots
    low = lower_bound(index, count, first) if first > 0 else 0
    high = lower_bound(index, count, first + d[to.D_N] * d[to.D_STEP])
    events = 0
    if d[to.D_PLAIN] and not graded:
        q = int32s(d[at.P_RING] + 4 * (slot * n + d[to.D_TARGET]), d[to.D_WIDTH])
        if d[to.D_EXPONENT] >= 0:
            deliver_plain(d, q, index, low, high)
        else:
            deliver_shifted(d, q, index, low, high)
        events = (high - low) * d[to.D_WIDTH]
    else:
        ring = int32s(d[at.P_RING], slots * n)
        for k in range(low, high):
            away = i64(index[k]) - first
            if away % d[to.D_STEP] == 0:
                events += deliver_each(d, ring, slot, away // d[to.D_STEP], payload[k] if graded else i32(1))
    int64s(d[at.P_EVENTS], 1)[0] += events
