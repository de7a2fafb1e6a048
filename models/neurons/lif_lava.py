"""LIF, LIFReset and TernaryLIF by the fixed-point rules of Lava 0.10 (``proc/lif/models.py``).

    u = wrap_lava(decay(u, du + 1) + (a << 6))      32-bit sum, then one wrap by 2^24
    v = clip(decay(v, dv) + u + bias, -(2^23 - 1), 2^23 - 1)
    spike if v > vth << 6 (ternary: +1 above vth_hi, -1 below vth_lo); then v = 0

LIFReset sets u = v = 0 first where ``time_step % interval == offset % interval`` (Lava's time step is ours plus 1).
Two paths give the same numbers: a block of 1024 neurons whose state, input and parameters exclude any overflow in this
step skips wraps and clips; any other is checked field by field.

In Lava programs the input is a message, as wide as it comes: 32 bits from nearly every process (then ``a << 6`` and the
sum wrap at 32 bits), 64 bits from TernaryLIF and from processes that send Python's ``int``.

Evidence: Lava's source, compared with its models on random inputs; not with silicon.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from loihi_emu.arithmetic import LAVA_WRAP, clip, decay, decay_wide, wrap_lava
from loihi_emu.jit import (
    block,
    disjoint,
    int32s,
    int64s,
    kernel,
    leaf,
    part,
    uint8s,
    varies,
    whole,
    wide_vectors,
)
from loihi_emu.models import layout as at
from loihi_emu.models.specification import Arrays, NeuronModel, Parameter
from loihi_emu.models.spikes import blocks, count_flags, count_spikes, emit, ring_start, write_signs, write_spikes
from loihi_emu.widths import DECAY_UNITY, STATE_MAX, WEIGHT_SHIFT

i16 = np.int16
i32 = np.int32
i64 = np.int64

STATE = {"u": "int32", "v": "int32"}
PARAMETERS = dict.fromkeys(("keep_u", "keep_v", "bias", "vth", "vth_low", "interval", "offset"), "int32")
LIF = at.neurons("lif_lava", STATE, PARAMETERS)
LIF_WIDE = at.neurons("lif_lava_wide", STATE, PARAMETERS, accumulator="int64")
WRAP = i64(LAVA_WRAP)


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
def update(differ, u, v, q, keep_u, keep_v, bias, high, low, mask):
    """One step of a block; the mask says who spiked, with which sign, and which fields overflowed.

    ``differ``: decays or biases are not equal for all neurons.
    """
    checked = bias.shape[0] if differ else 1
    if calm_state(u, v, q) and calm_parameters(keep_u[:checked], keep_v[:checked], bias[:checked]):
        update_calm(u, v, q, keep_u, keep_v, bias, high, low, mask)
        return i32(0)
    return update_any(u, v, q, keep_u, keep_v, bias, high, low, mask)


@disjoint
def update_wide(u, v, q, keep_u, keep_v, bias, high, low, mask):
    """One step of a block whose input has 64 bits: the sum wraps once at 24 bits, then u keeps 32."""
    flags = i32(0)
    for i in range(u.shape[0]):
        total = i64(i64(i32(decay_wide(i64(u[i]), i64(keep_u[i])))) + i64(q[i] << 6))
        over = i64(1) if total > WRAP else i64(0)
        under = i64(1) if total <= -WRAP else i64(0)
        current = i32(i64(total + i64(i64(under - over) * i64(2 * WRAP))))
        free = i64(i64(decay_wide(i64(v[i]), i64(keep_v[i])) + current) + bias[i])
        voltage = i32(max(min(free, i64(STATE_MAX)), i64(-STATE_MAX)))
        below = voltage < low[i]
        spiked = (voltage > high[i]) != below
        u[i] = current
        v[i] = i32(0) if spiked else voltage
        bits = i32(i32(at.SPIKED | at.NEGATIVE) if below else i32(at.SPIKED)) if spiked else i32(0)
        bits = i32(bits | (i32(at.U_BIT) if current != total else i32(0)))
        bits = i32(bits | (i32(at.V_BIT) if voltage != free else i32(0)))
        mask[i] = np.uint8(bits)
        flags = i32(flags | bits)
    return flags


@kernel
def reset(u, v, interval, offset, lava_time):
    """Set u and v to 0 where the reset is due."""
    for i in range(u.shape[0]):
        if interval[i] > 0 and lava_time % interval[i] == offset[i] % interval[i]:
            u[i] = 0
            v[i] = 0


@kernel
def group_step(address, time, resets, ternary):
    """One step of a group, or of a process."""
    group, d = at.GROUP(address), LIF(address)
    differ = varies(d.keep_u) or varies(d.keep_v) or varies(d.bias)
    count = 0
    for b in range(blocks(d.n)):
        first = b * at.BLOCK
        m = min(at.BLOCK, d.n - first)
        u, v, mask = part(d.u, first, m), part(d.v, first, m), uint8s(d.mask, m)
        q = part(d.ring, ring_start(group, time, first), m)
        keep_u, keep_v, bias = block(d.keep_u, b, m), block(d.keep_v, b, m), block(d.bias, b, m)
        if resets:
            reset(u, v, block(d.interval, b, m), block(d.offset, b, m), time + 1)
        flags = update(differ, u, v, q, keep_u, keep_v, bias, block(d.vth, b, m), block(d.vth_low, b, m), mask)
        if d.slots and d.flags & at.MESSAGE == 0:
            q[:] = 0
        count = send(group, mask, first, count, flags, ternary)
    count_spikes(group, count)


@kernel
def wide_step(address, time, resets, ternary):
    """One step of a process whose input has 64 bits."""
    group, d = at.GROUP(address), LIF_WIDE(address)
    count = 0
    for b in range(blocks(d.n)):
        first = b * at.BLOCK
        m = min(at.BLOCK, d.n - first)
        u, v, mask = part(d.u, first, m), part(d.v, first, m), uint8s(d.mask, m)
        q = part(d.ring, ring_start(group, time, first), m)
        keep_u, keep_v, bias = block(d.keep_u, b, m), block(d.keep_v, b, m), block(d.bias, b, m)
        if resets:
            reset(u, v, block(d.interval, b, m), block(d.offset, b, m), time + 1)
        flags = update_wide(u, v, q, keep_u, keep_v, bias, block(d.vth, b, m), block(d.vth_low, b, m), mask)
        count = send(group, mask, first, count, flags, ternary)
    count_spikes(group, count)


@kernel
def send(group, mask, first, count, flags, ternary):
    """Send a block's spikes as events, with their signs if there are two, and as a message; count what overflowed."""
    if flags > at.SPIKED + at.NEGATIVE:
        count_flags(group, mask, first)
    start, m = count, mask.shape[0]
    count = emit(mask, group.mask, first, whole(group.index, group.n), count)
    if ternary and group.payload:
        for k in range(start, count):
            group.payload[k] = -1 if mask[group.index[k] - first] & at.NEGATIVE else 1
    if group.message:
        if ternary:
            write_signs(int64s(group.message + 8 * first, m), mask, i64(1))
        else:
            write_spikes(int32s(group.message + 4 * first, m), mask, i32(1))
    return count


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


@leaf
def step_wide(address, time):
    """One step of LIF with inputs of 64 bits."""
    wide_step(address, time, False, False)


@leaf
def step_reset_wide(address, time):
    """One step of LIFReset with inputs of 64 bits."""
    wide_step(address, time, True, False)


@leaf
def step_ternary_wide(address, time):
    """One step of TernaryLIF with inputs of 64 bits."""
    wide_step(address, time, False, True)


# ---------------------------------------------------------------- the models
SHARED = (
    Parameter("du", 0, -1, DECAY_UNITY - 1, "Lava's du: u decays by (du + 1)/4096 per step."),
    Parameter("dv", 0, 0, DECAY_UNITY, "Lava's dv: v decays by dv/4096 per step."),
    Parameter("bias_mant", 0, -(1 << 15), (1 << 15) - 1, "Bias mantissa, 16 bits signed."),
    Parameter("bias_exp", 0, -15, 15, "Bias exponent; negative ones shift right, rounding down."),
    Parameter("u", 0, -STATE_MAX, STATE_MAX + 1, "Current at the start."),
    Parameter("v", 0, -STATE_MAX, STATE_MAX, "Voltage at the start."),
)
VTH = Parameter("vth", 10, -(1 << 24), 1 << 24, "Threshold mantissa; a spike needs v > vth * 64.")
LIMITS = {"u": (-(1 << 31), (1 << 31) - 1), "v": (-STATE_MAX, STATE_MAX)}


def _shared(p: Mapping[str, Any]) -> Arrays:
    """What Lava's fixed-point LIF models share: decay du + 1, bias shifted left or (floor) right."""
    mantissa, exponent = p["bias_mant"], p["bias_exp"]
    bias = np.where(exponent >= 0, mantissa << np.maximum(exponent, 0), mantissa >> np.maximum(-exponent, 0))
    return {
        "keep_u": DECAY_UNITY - 1 - p["du"],
        "keep_v": DECAY_UNITY - p["dv"],
        "bias": bias,
        "interval": np.asarray(0),
        "offset": np.asarray(0),
    }


def lower(p: Mapping[str, Any], context: Mapping[str, Any]) -> tuple[Arrays, int]:
    """Lava's LIF: one threshold; the low one is out of reach."""
    return _shared(p) | {"vth": p["vth"] << WEIGHT_SHIFT, "vth_low": np.asarray(-(1 << 30))}, 0


def lower_reset(p: Mapping[str, Any], context: Mapping[str, Any]) -> tuple[Arrays, int]:
    """Lava's LIFReset."""
    arrays, flags = lower(p, context)
    return arrays | {"interval": p["reset_interval"], "offset": p["reset_offset"]}, flags


def lower_ternary(p: Mapping[str, Any], context: Mapping[str, Any]) -> tuple[Arrays, int]:
    """Lava's TernaryLIF: two thresholds."""
    return _shared(p) | {"vth": p["vth_hi"] << WEIGHT_SHIFT, "vth_low": p["vth_lo"] << WEIGHT_SHIFT}, 0


LIFS = (
    NeuronModel(
        "lif", step, LIF, (*SHARED, VTH), lower, "LIF by Lava 0.10's fixed-point model.", limits=LIMITS,
    ),
    NeuronModel(
        "lif_reset", step_reset, LIF,
        (
            *SHARED, VTH,
            Parameter("reset_interval", 1, 1, (1 << 31) - 1, "Steps between resets."),
            Parameter("reset_offset", 0, 0, (1 << 31) - 1, "Phase of the resets, in Lava's time steps (ours + 1)."),
        ),
        lower_reset,
        "LIF whose state is set to zero at an interval, by Lava 0.10's fixed-point model.", limits=LIMITS,
    ),
    NeuronModel(
        "ternary_lif", step_ternary, LIF,
        (
            *SHARED,
            Parameter("vth_hi", 10, -(1 << 24), 1 << 24, "Upper threshold mantissa: +1 is sent above."),
            Parameter("vth_lo", -10, -(1 << 24), 1 << 24, "Lower threshold mantissa: -1 is sent below."),
        ),
        lower_ternary,
        "LIF with two thresholds that sends +1 and -1, by Lava 0.10's fixed-point model.",
        graded=True, limits=LIMITS,
    ),
)  # fmt: skip
MODELS = {"lava": LIFS}
