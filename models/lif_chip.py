"""Current-based leaky integrate-and-fire compartments by Loihi's rules.

For every neuron and step, with q the sum of arriving weights (an integer in units of 64)::

    q = wrap(q * 64 + noise_u, 21)
    u = wrap(decay(u, du) + q, 23)
    x = wrap(u + bias + noise_v, 23)            noise_v is added to the bias before the step
    v = clip(decay(v, dv) + x, vmin, vmax)      0 while refractory
    spike if v > vth; then v = 0 and the refractory counter starts

Evidence: u, v, decays, strict threshold, reset to 0, refractoriness: brian2-loihi's match with the chip (Michaelis et
al. 2022), nengo-loihi's tests run on both, and a recording of Loihi 2 (1000 steps of one neuron: ``chip_view``); wraps
at 21 and 23 bits: nengo-loihi ``test_uv_overflow``. Weaker: that v is clipped below, at -(2^23 - 1), is what
nengo-loihi's emulator does; its issue 130 says that underflow should be tested on a chip, and no such test was found. A
difference between that emulator and the chip whose cause nobody names is open (nengo-loihi issue 57).

Two paths give the same numbers. A block with |u| < 2^20 and |v| < 2^22 cannot leave any field in this step, since
|q| <= 2^21 and |bias| <= 2^19 (2^22 + 2^20 + 2^21 + 2^19 < 2^23), so its wraps and clips are left out; only q can wrap,
and it is counted afterwards. Whether the next step is quiet follows from the magnitudes before this one: |u| < 2^19,
|64 q| < 2^19 and |v| < 2^21 lead to |u| < 2^20 and |v| < 2^21 + 2^20 + 2^19 < 2^22. All other blocks, and those with
vmin, vmax, noise, a large bias or a large threshold, take the path that checks every field.
"""

import numpy as np

from loihi_emu.arithmetic import clip, decay, synaptic_current, wrap
from loihi_emu.jit import (
    disjoint,
    int8s,
    int16s,
    int32s,
    int64s,
    kernel,
    leaf,
    uint8s,
    wide_vectors,
)
from loihi_emu.models import layout as at
from loihi_emu.models.spikes import count_flags, count_spikes, emit, parameter, ring_block, varies
from loihi_emu.widths import STATE_MAX, WEIGHT_SHIFT

i32 = np.int32

U, V, REST = at.G_STATE, at.G_STATE + 1, at.G_STATE + 2
KEEP_U, KEEP_V, BIAS, VTH, VMIN, VMAX, PERIOD, NOISE_U, BIAS16, VTH16 = range(10)

QUIET_U = 1 << 19
QUIET_V = 1 << 21
QUIET_Q = 1 << 13
Q_LIMIT = 1 << 15


@disjoint
def update(u, v, rest, keep_u, keep_v, bias, vth, mask):
    """One step of a quiet block without inputs; neurons with ``rest`` above 0 are refractory.

    Returns the ORs of the magnitudes that u and v had before the step.
    """
    wide_vectors()
    high_u = high_v = i32(0)
    for i in range(u.shape[0]):
        before_u = u[i]
        before_v = v[i]
        current = decay(before_u, keep_u[i])
        voltage = i32(i32(decay(before_v, keep_v[i]) + current) + bias[i])
        voltage = voltage if rest[i] == 0 else i32(0)
        spiked = voltage > vth[i]
        u[i] = current
        v[i] = i32(0) if spiked else voltage
        mask[i] = np.uint8(1) if spiked else np.uint8(0)
        high_u = i32(high_u | i32(before_u ^ i32(before_u >> 31)))
        high_v = i32(high_v | i32(before_v ^ i32(before_v >> 31)))
    return high_u, high_v


@disjoint
def update_driven(u, v, rest, q, keep_u, keep_v, bias, vth, mask):
    """The same with inputs; also returns the OR of the magnitudes of q."""
    wide_vectors()
    high_u = high_v = high_q = i32(0)
    for i in range(u.shape[0]):
        before_u = u[i]
        before_v = v[i]
        arrived = q[i]
        current = i32(decay(before_u, keep_u[i]) + synaptic_current(arrived))
        voltage = i32(i32(decay(before_v, keep_v[i]) + current) + bias[i])
        voltage = voltage if rest[i] == 0 else i32(0)
        spiked = voltage > vth[i]
        u[i] = current
        v[i] = i32(0) if spiked else voltage
        mask[i] = np.uint8(1) if spiked else np.uint8(0)
        high_u = i32(high_u | i32(before_u ^ i32(before_u >> 31)))
        high_v = i32(high_v | i32(before_v ^ i32(before_v >> 31)))
        high_q = i32(high_q | i32(arrived ^ i32(arrived >> 31)))
    return high_u, high_v, high_q


@disjoint
def widen(out, given, shift):
    """One block of 16-bit parameters as 32-bit numbers, shifted left."""
    for i in range(out.shape[0]):
        out[i] = i32(i32(given[i]) << i32(shift & 31))


@disjoint
def count_down(rest):
    """Take one step off every refractory counter above 0."""
    wide_vectors()
    for i in range(rest.shape[0]):
        left = rest[i]
        rest[i] = np.uint8(left - 1) if left > 0 else np.uint8(0)


@kernel
def start_rest(rest, period, index, first):
    """Start the counters of the neurons that spiked."""
    for k in range(index.shape[0]):
        i = np.uint64(index[np.uint64(k)] - first)
        rest[i] = max(period[i] - 1, 0)


@disjoint
def update_exact(u, v, rest, q, keep_u, keep_v, bias, vth, vmin, vmax, period, noise, unit, mask):
    """One step with every field checked, q in units of 2^unit.

    The mask also says which fields overflowed. Returns the ORs of the magnitudes of u, v and q before the step, and
    of the mask.
    """
    wide_vectors()
    high_u = high_v = high_q = flags = i32(0)
    left = i32(unit & 31)
    for i in range(u.shape[0]):
        before_u = u[i]
        before_v = v[i]
        given = q[i]
        waiting = i32(rest[i])
        scaled = i32(given << left)
        arrived = i32(scaled + noise[i])
        drive = wrap(arrived, i32(21))
        total = i32(decay(before_u, keep_u[i]) + drive)
        current = wrap(total, i32(23))
        pushed = i32(current + bias[i])
        push = wrap(pushed, i32(23))
        free = i32(decay(before_v, keep_v[i]) + push)
        voltage = clip(free, vmin[i], vmax[i])
        voltage = voltage if waiting == 0 else i32(0)
        spiked = voltage > vth[i]
        u[i] = current
        v[i] = i32(0) if spiked else voltage
        resting = i32(i32(period[i]) if spiked else waiting)
        rest[i] = np.uint8(i32(max(i32(resting - 1), i32(0))))
        bits = i32(at.SPIKED) if spiked else i32(0)
        # q wrapped at 21 bits, or did not even fit 32 bits
        lost_q = i32(i32(drive ^ arrived) | i32(i32(scaled >> left) ^ given))
        bits = i32(bits | (i32(at.Q_BIT) if lost_q != 0 else i32(0)))
        bits = i32(bits | (i32(at.U_BIT) if current != total else i32(0)))
        bits = i32(bits | (i32(at.X_BIT) if push != pushed else i32(0)))
        bits = i32(bits | (i32(at.V_BIT) if clip(free, i32(-STATE_MAX), i32(STATE_MAX)) != free else i32(0)))
        mask[i] = np.uint8(bits)
        flags = i32(flags | bits)
        high_u = i32(high_u | i32(before_u ^ i32(before_u >> 31)))
        high_v = i32(high_v | i32(before_v ^ i32(before_v >> 31)))
        high_q = i32(high_q | i32(given ^ i32(given >> 31)))
    return high_u, high_v, high_q, flags


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
        rest = uint8s(d[REST] + first, m)
        q = int32s(ring_block(d, time, first, 4), m)
        keep_u = int16s(parameter(d, KEEP_U, b), m)
        keep_v = int16s(parameter(d, KEEP_V, b), m)
        period = int8s(parameter(d, PERIOD, b), m)
        mask = uint8s(d[at.G_MASK], m)
        high_q = i32(0)
        quiet = hot[b] == 0 and flags & at.EXACT == 0
        if quiet:
            bias = int32s(d[at.G_MASK] + at.BLOCK, m)
            vth = int32s(d[at.G_MASK] + 5 * at.BLOCK, m)
            waiting = rest if flags & at.REFRACTORY else uint8s(d[at.G_MASK] + 9 * at.BLOCK, m)
            if varies(d, BIAS16):
                widen(bias, int16s(parameter(d, BIAS16, b), m), flags >> at.SHIFT)
            else:
                bias = int32s(parameter(d, BIAS, b), m)
            if varies(d, VTH16):
                widen(vth, int16s(parameter(d, VTH16, b), m), WEIGHT_SHIFT)
            else:
                vth = int32s(parameter(d, VTH, b), m)
            if d[at.G_SLOTS]:
                high_u, high_v, high_q = update_driven(u, v, waiting, q, keep_u, keep_v, bias, vth, mask)
            else:
                high_u, high_v = update(u, v, waiting, keep_u, keep_v, bias, vth, mask)
            if flags & at.REFRACTORY:
                count_down(rest)
        else:
            bias = int32s(parameter(d, BIAS, b), m)
            vth = int32s(parameter(d, VTH, b), m)
            vmin = int32s(parameter(d, VMIN, b), m)
            vmax = int32s(parameter(d, VMAX, b), m)
            noise = int32s(parameter(d, NOISE_U, b), m)
            unit = i32(0) if flags & at.FULL_UNITS else i32(WEIGHT_SHIFT)
            high_u, high_v, high_q, lost = update_exact(
                u, v, rest, q, keep_u, keep_v, bias, vth, vmin, vmax, period, noise, unit, mask
            )
            if lost > at.SPIKED:
                count_flags(d, mask, first)
        hot[b] = 1 if high_u >= QUIET_U or high_v >= QUIET_V or high_q >= QUIET_Q else 0
        if d[at.G_SLOTS]:
            if quiet and high_q >= Q_LIMIT:
                count_q(d, q, first)
            q[:] = 0
        start = count
        count = emit(mask, d[at.G_MASK], first, index, count)
        if quiet and flags & at.REFRACTORY:
            start_rest(rest, period, index[start:count], first)
    count_spikes(d, count)
