# mypy: allow-untyped-defs, allow-incomplete-defs
"""Delivery of spikes through synapses that learn: one byte per weight, w = (byte << unit) + low, natural order."""

import numpy as np

from loihi_emu.jit import disjoint, int32s, kernel, leaf, part, whole, wide_vectors
from loihi_emu.models.plasticity import learning_layout as to
from loihi_emu.models.synapses.dense import lower_bound

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
    width, stride, codes, first = d.width, d.stride, d.codes, d.first
    for k in range(low, high):
        row = part(codes, (index[k] - first) * stride, width)
        add_shifted(q, row, i32(d.unit), i32(d.low), i32(-d.exponent))


@kernel
def deliver_plain(d, q, index, low, high):
    """Binary events through whole dense rows with one delay."""
    width, stride, codes, first = d.width, d.stride, d.codes, d.first
    sums = whole(d.sums, width)
    done = low
    while done < high:
        batch = min(FLUSH, high - done)
        k, end = done, done + batch
        while k + 4 <= end:
            add_four(
                sums,
                part(codes, (index[k] - first) * stride, width),
                part(codes, (index[k + 1] - first) * stride, width),
                part(codes, (index[k + 2] - first) * stride, width),
                part(codes, (index[k + 3] - first) * stride, width),
            )
            k += 4
        while k < end:
            add_bytes(sums, part(codes, (index[k] - first) * stride, width))
            k += 1
        flush(q, sums, i32((d.low * batch) << d.exponent), i32(d.unit + d.exponent))
        done = end


@kernel
def deliver_each(d, ring, slot, j, payload):
    """One event of any kind through the row of source j, synapse by synapse; returns their number."""
    sparse = bool(d.rows)
    n, slots = d.n, d.slots
    first = d.rows[j] if sparse else j * d.stride
    end = d.ends[j] if sparse else first + d.width
    codes, target = part(d.codes, first, end - first), part(d.targets, first, end - first)
    delays = part(d.delays, first, end - first)
    for k in range(end - first):
        i = i64(target[k]) if sparse else k
        arrival = slot
        if d.delays:
            arrival += i64(delays[k])
            arrival = arrival - slots if arrival >= slots else arrival
        weight = effective(codes[k], d.unit, d.low, d.exponent)
        place = arrival * n + d.target + i * d.target_step
        ring[place] = i32(ring[place] + i32(i32(weight) * payload))
    return end - first


@leaf
def step(address, time):
    """Deliver this step's events."""
    d = to.PLASTIC(address)
    count = d.count[0]
    if count == 0:
        return
    index = whole(d.index, count)
    graded = d.graded != 0 and bool(d.payload)
    payload = whole(d.payload if graded else d.index, count)
    slots, n, first = d.slots, d.n, d.first
    slot = (time + d.offset + d.delay) % slots
    low = lower_bound(index, count, first) if first > 0 else 0
    high = lower_bound(index, count, first + d.sources * d.step)
    events = 0
    if d.plain and not graded:
        q = int32s(d.ring + 4 * (slot * n + d.target), d.width)
        if d.exponent >= 0:
            deliver_plain(d, q, index, low, high)
        else:
            deliver_shifted(d, q, index, low, high)
        events = (high - low) * d.width
    else:
        ring = int32s(d.ring, slots * n)
        for k in range(low, high):
            away = i64(index[k]) - first
            if away % d.step == 0:
                events += deliver_each(d, ring, slot, away // d.step, payload[k] if graded else i32(1))
    d.events[0] += events
