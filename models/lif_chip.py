"""Current-based leaky integrate-and-fire compartments by Loihi's rules.

For every neuron and step, with q the sum of arriving weights (an integer in units of 64)::

    q = wrap(q * 64 + noise_u, 21)
    u = wrap(decay(u, du) + q, 23)
    x = wrap(u + bias + noise_v, 23)            noise_v is added to the bias before the step
    v = clip(decay(v, dv) + x, vmin, vmax)      0 while refractory
    spike if v > vth; then v = 0 and the refractory counter starts

Evidence: u, v, decays, strict threshold, reset to 0, refractoriness: brian2-loihi's match with the chip (Michaelis et
al. 2022) and nengo-loihi's tests run on both; wraps at 21 and 23 bits: nengo-loihi ``test_uv_overflow``; clipping of v:
nengo-loihi issue 130 (no wrap was ever seen on the chip).

Two paths give the same numbers. A block whose |u| < 2^20 and |v| < 2^22 cannot leave any field in the next step
(2^22 + 2^20 + 2^21 + 2^19 < 2^23), so its wraps and clips are left out, unless vmin, vmax, noise or a large bias
are in play. Only q can still wrap; it is counted afterwards. All other blocks take the path that checks every field.
"""

import numpy as np

from loihi_emu.arithmetic import STATE_MAX, clip, decay, synaptic_current, wrap
from loihi_emu.jit import int8s, int16s, int32s, int64s, kernel, leaf, uint8s
from loihi_emu.models import layout as at
from loihi_emu.models.spikes import count_flags, count_spikes, emit, parameter, ring_block

i32 = np.int32

U, V, REST = at.G_STATE, at.G_STATE + 1, at.G_STATE + 2
KEEP_U, KEEP_V, BIAS, VTH, VMIN, VMAX, PERIOD, NOISE_U = range(8)

QUIET_U = 1 << 20
QUIET_V = 1 << 22
Q_LIMIT = 1 << 15


@kernel
def update(u, v, q, keep_u, keep_v, bias, vth, mask):
    """One step of a quiet block without refractory periods. Returns ORs of the magnitudes of u, v and q."""
    high_u = high_v = high_q = i32(0)
    for i in range(u.shape[0]):
        arrived = q[i]
        current = i32(decay(u[i], i32(keep_u[i])) + synaptic_current(arrived))
        voltage = i32(i32(decay(v[i], i32(keep_v[i])) + current) + bias[i])
        spiked = voltage > vth[i]
        voltage = i32(0) if spiked else voltage
        u[i] = current
        v[i] = voltage
        mask[i] = np.uint8(1) if spiked else np.uint8(0)
        high_u = i32(high_u | i32(current ^ i32(current >> 31)))
        high_v = i32(high_v | i32(voltage ^ i32(voltage >> 31)))
        high_q = i32(high_q | i32(arrived ^ i32(arrived >> 31)))
    return high_u, high_v, high_q


@kernel
def update_refractory(u, v, rest, q, keep_u, keep_v, bias, vth, period, mask):
    """One step of a quiet block with refractory periods. Returns ORs of the magnitudes of u, v and q."""
    high_u = high_v = high_q = i32(0)
    for i in range(u.shape[0]):
        arrived = q[i]
        waiting = i32(rest[i])
        current = i32(decay(u[i], i32(keep_u[i])) + synaptic_current(arrived))
        voltage = i32(i32(decay(v[i], i32(keep_v[i])) + current) + bias[i])
        voltage = voltage if waiting == 0 else i32(0)
        spiked = voltage > vth[i]
        voltage = i32(0) if spiked else voltage
        u[i] = current
        v[i] = voltage
        rest[i] = np.int8(i32(max(i32((i32(period[i]) if spiked else waiting) - 1), i32(0))))
        mask[i] = np.uint8(1) if spiked else np.uint8(0)
        high_u = i32(high_u | i32(current ^ i32(current >> 31)))
        high_v = i32(high_v | i32(voltage ^ i32(voltage >> 31)))
        high_q = i32(high_q | i32(arrived ^ i32(arrived >> 31)))
    return high_u, high_v, high_q


@kernel
def update_exact(u, v, rest, q, keep_u, keep_v, bias, vth, vmin, vmax, period, noise, unit, mask):
    """One step with every field checked, q in units of 2^unit.

    The mask also says which fields overflowed; returns the ORs of the magnitudes of u and v, and of the mask.
    """
    high_u = high_v = flags = i32(0)
    limit = i32(1 << 21 >> unit)
    for i in range(u.shape[0]):
        waiting = i32(rest[i])
        arrived = i32(i32(q[i] << unit) + noise[i])
        drive = wrap(arrived, i32(21))
        lost_q = drive != arrived or q[i] >= limit or q[i] < -limit
        total = i32(decay(u[i], i32(keep_u[i])) + drive)
        current = wrap(total, i32(23))
        pushed = i32(current + bias[i])
        push = wrap(pushed, i32(23))
        free = i32(decay(v[i], i32(keep_v[i])) + push)
        lost_v = free > STATE_MAX or free < -STATE_MAX
        voltage = clip(free, vmin[i], vmax[i])
        voltage = voltage if waiting == 0 else i32(0)
        spiked = voltage > vth[i]
        voltage = i32(0) if spiked else voltage
        u[i] = current
        v[i] = voltage
        rest[i] = np.int8(i32(max(i32((i32(period[i]) if spiked else waiting) - 1), i32(0))))
        bits = i32(i32(at.SPIKED) if spiked else i32(0))
        bits = i32(bits | (i32(at.Q_BIT) if lost_q else i32(0)))
        bits = i32(bits | (i32(at.U_BIT) if current != total else i32(0)))
        bits = i32(bits | (i32(at.X_BIT) if push != pushed else i32(0)))
        bits = i32(bits | (i32(at.V_BIT) if lost_v else i32(0)))
        mask[i] = np.uint8(bits)
        flags = i32(flags | bits)
        high_u = i32(high_u | i32(current ^ i32(current >> 31)))
        high_v = i32(high_v | i32(voltage ^ i32(voltage >> 31)))
    return high_u, high_v, flags


@kernel
def count_q(description, q, first):
    """Count the accumulators of a quiet block that wrapped."""
    populations = description[at.G_POPULATIONS]
    counters = int64s(description[at.G_COUNTERS], populations * at.COUNTERS)
    bounds = int64s(description[at.G_BOUNDS], populations + 1)
    p = 0
    for i in range(q.shape[0]):
        if q[i] >= Q_LIMIT or q[i] < -Q_LIMIT:
            while first + i >= bounds[p + 1]:
                p += 1
            counters[p * at.COUNTERS + at.Q_OVERFLOW] += 1


@leaf
def step(address, time):
    """One step of a group of chip LIF populations."""
    d = int64s(address, at.GROUP_WORDS)
    n = d[at.G_N]
    flags = d[at.G_FLAGS]
    index = int32s(d[at.S_INDEX], n)
    blocks = (n + at.BLOCK - 1) // at.BLOCK
    hot = uint8s(d[at.G_HOT], blocks)
    count = 0
    for b in range(blocks):
        first = b * at.BLOCK
        m = min(at.BLOCK, n - first)
        u = int32s(d[U] + 4 * first, m)
        v = int32s(d[V] + 4 * first, m)
        q = int32s(ring_block(d, time, first, 4), m)
        keep_u = int16s(parameter(d, KEEP_U, b), m)
        keep_v = int16s(parameter(d, KEEP_V, b), m)
        bias = int32s(parameter(d, BIAS, b), m)
        vth = int32s(parameter(d, VTH, b), m)
        mask = uint8s(d[at.G_MASK], m)
        high_q = i32(0)
        if hot[b] != 0 or flags & at.EXACT:
            rest = int8s(d[REST] + first, m)
            vmin = int32s(parameter(d, VMIN, b), m)
            vmax = int32s(parameter(d, VMAX, b), m)
            period = int8s(parameter(d, PERIOD, b), m)
            noise = int32s(parameter(d, NOISE_U, b), m)
            unit = i32(0) if flags & at.FULL_UNITS else i32(6)
            high_u, high_v, lost = update_exact(
                u, v, rest, q, keep_u, keep_v, bias, vth, vmin, vmax, period, noise, unit, mask
            )
            if lost > at.SPIKED:
                count_flags(d, mask, first)
        elif flags & at.REFRACTORY:
            rest = int8s(d[REST] + first, m)
            period = int8s(parameter(d, PERIOD, b), m)
            high_u, high_v, high_q = update_refractory(u, v, rest, q, keep_u, keep_v, bias, vth, period, mask)
        else:
            high_u, high_v, high_q = update(u, v, q, keep_u, keep_v, bias, vth, mask)
        hot[b] = 1 if high_u >= QUIET_U or high_v >= QUIET_V else 0
        if d[at.G_SLOTS]:
            if high_q >= Q_LIMIT:
                count_q(d, q, first)
            q[:] = 0
        count = emit(mask, d[at.G_MASK], first, index, count)
    count_spikes(d, count)
