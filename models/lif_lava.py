"""LIF, LIFReset and TernaryLIF by the fixed-point rules of Lava 0.10 (``proc/lif/models.py``).

    u = wrap_lava(decay(u, du + 1) + (a << 6))      32-bit sum, then one wrap by 2^24
    v = clip(decay(v, dv) + u + bias, -(2^23 - 1), 2^23 - 1)
    spike if v > vth << 6 (ternary: +1 above vth_hi, -1 below vth_lo); then v = 0

LIFReset sets u = v = 0 first where ``time_step % interval == offset % interval`` (Lava's time step is ours plus 1).
Two paths give the same numbers: a block of 1024 neurons whose state, input and parameters exclude any overflow in this
step skips wraps and clips; any other is checked field by field.

Evidence: Lava's source, compared with its models on random inputs; not with silicon.
"""

import numpy as np

from loihi_emu.arithmetic import clip, decay, decay_wide, wrap_lava
from loihi_emu.jit import disjoint, int16s, int32s, int64s, kernel, leaf, uint8s, wide_vectors
from loihi_emu.models import layout as at
from loihi_emu.models.spikes import count_flags, count_spikes, emit, parameter, ring_block, varies
from loihi_emu.widths import DECAY_UNITY, STATE_MAX

i16 = np.int16
i32 = np.int32
i64 = np.int64

U, V = at.G_STATE, at.G_STATE + 1
KEEP_U, KEEP_V, BIAS, VTH_HIGH, VTH_LOW, INTERVAL, OFFSET = range(7)


@disjoint
def calm_state(u, v, q):
    """Whether |u| < 2^21, |v| < 2^22 and |q << 6| < 2^20 in a block."""
    wide_vectors()
    high_u = high_v = high_q = i32(0)
    for i in range(u.shape[0]):
        high_u = i32(high_u | i32(u[i] ^ i32(u[i] >> 31)))
        high_v = i32(high_v | i32(v[i] ^ i32(v[i] >> 31)))
        high_q = i32(high_q | i32(q[i] ^ i32(q[i] >> 31)))
    return high_u < 1 << 21 and high_v < 1 << 22 and high_q < 1 << 14


@disjoint
def calm_parameters(keep_u, keep_v, bias):
    """Whether decays lie in 0..4096 and |bias| < 2^20."""
    high = outside = i32(0)
    for i in range(bias.shape[0]):
        k, j = i32(keep_u[i]), i32(keep_v[i])
        outside = i32(outside | i32(i32(k | i32(DECAY_UNITY - k)) | i32(j | i32(DECAY_UNITY - j))))
        high = i32(high | i32(bias[i] ^ i32(bias[i] >> 31)))
    return outside >= 0 and high < 1 << 20


@disjoint
def update_calm(u, v, q, keep_u, keep_v, bias, high, low, mask):
    """One step of a block with calm state and parameters.

    |u| stays below 2^21 + 2^20 and |v| below 2^22 + 2^21 + 2^20 + 2^20 = 2^23: nothing wraps and nothing saturates, and
    no product needs more than 32 bits.
    """
    wide_vectors()
    for i in range(u.shape[0]):
        current = i32(decay(u[i], i16(keep_u[i])) + i32(q[i] << 6))
        voltage = i32(i32(decay(v[i], i16(keep_v[i])) + current) + bias[i])
        below = voltage < low[i]
        spiked = (voltage > high[i]) != below
        u[i] = current
        v[i] = i32(0) if spiked else voltage
        mask[i] = np.uint8(i32(i32(at.SPIKED | at.NEGATIVE) if below else i32(at.SPIKED)) if spiked else i32(0))


@disjoint
def update_any(u, v, q, keep_u, keep_v, bias, high, low, mask):
    """One step of any block; the mask also says which fields overflowed. Returns the OR of the mask."""
    flags = i32(0)
    for i in range(u.shape[0]):
        total = i32(i32(decay_wide(i64(u[i]), i64(keep_u[i]))) + i32(q[i] << 6))
        current = wrap_lava(total)
        free = i32(i32(i32(decay_wide(i64(v[i]), i64(keep_v[i]))) + current) + bias[i])
        voltage = clip(free, i32(-STATE_MAX), i32(STATE_MAX))
        below = voltage < low[i]
        spiked = (voltage > high[i]) != below  # with thresholds the wrong way round both may hold: silent, no reset
        u[i] = current
        v[i] = i32(0) if spiked else voltage
        bits = i32(i32(at.SPIKED | at.NEGATIVE) if below else i32(at.SPIKED)) if spiked else i32(0)
        bits = i32(bits | (i32(at.U_BIT) if current != total else i32(0)))
        bits = i32(bits | (i32(at.V_BIT) if voltage != free else i32(0)))
        mask[i] = np.uint8(bits)
        flags = i32(flags | bits)
    return flags


@kernel
def update(d, u, v, q, keep_u, keep_v, bias, high, low, mask):
    """One step of a block; the mask says who spiked, with which sign, and which fields overflowed."""
    differ = varies(d, KEEP_U) or varies(d, KEEP_V) or varies(d, BIAS)
    checked = bias.shape[0] if differ else 1
    if calm_state(u, v, q) and calm_parameters(keep_u[:checked], keep_v[:checked], bias[:checked]):
        update_calm(u, v, q, keep_u, keep_v, bias, high, low, mask)
        return i32(0)
    return update_any(u, v, q, keep_u, keep_v, bias, high, low, mask)


@kernel
def reset(u, v, interval, offset, lava_time):
    """Set u and v to 0 where the reset is due."""
    for i in range(u.shape[0]):
        if interval[i] > 0 and lava_time % interval[i] == offset[i] % interval[i]:
            u[i] = 0
            v[i] = 0


@kernel
def group_step(address, time, resets, ternary):
    """One step of a group."""
    d = int64s(address, at.GROUP_WORDS)
    n = d[at.G_N]
    index = int32s(d[at.S_INDEX], n)
    blocks = (n + at.BLOCK - 1) // at.BLOCK
    count = 0
    for b in range(blocks):
        first = b * at.BLOCK
        m = min(at.BLOCK, n - first)
        u = int32s(d[U] + 4 * first, m)
        v = int32s(d[V] + 4 * first, m)
        q = int32s(ring_block(d, time, first, 4), m)
        mask = uint8s(d[at.G_MASK], m)
        if resets:
            interval = int32s(parameter(d, INTERVAL, b), m)
            reset(u, v, interval, int32s(parameter(d, OFFSET, b), m), time + 1)
        flags = update(
            d,
            u,
            v,
            q,
            int16s(parameter(d, KEEP_U, b), m),
            int16s(parameter(d, KEEP_V, b), m),
            int32s(parameter(d, BIAS, b), m),
            int32s(parameter(d, VTH_HIGH, b), m),
            int32s(parameter(d, VTH_LOW, b), m),
            mask,
        )
        if flags > at.SPIKED + at.NEGATIVE:
            count_flags(d, mask, first)
        if d[at.G_SLOTS]:
            q[:] = 0
        start = count
        count = emit(mask, d[at.G_MASK], first, index, count)
        if ternary:
            payload = int32s(d[at.S_PAYLOAD], n)
            for k in range(start, count):
                payload[k] = -1 if mask[index[k] - first] & at.NEGATIVE else 1
    count_spikes(d, count)


@leaf
def step(address, time):
    """One step of LIF."""
    group_step(address, time, False, False)


@leaf
def step_reset(address, time):
    """One step of LIFReset."""
    group_step(address, time, True, False)


@leaf
def step_ternary(address, time):
    """One step of TernaryLIF."""
    group_step(address, time, False, True)
