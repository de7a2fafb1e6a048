# mypy: allow-untyped-defs, allow-incomplete-defs
"""LIF, LIFReset and TernaryLIF by the fixed-point rules of Lava 0.10 (``proc/lif/models.py``).

    u = wrap_lava(decay(u, du + 1) + (a << 6))      32-bit sum, then one wrap by 2^24
    v = clip(decay(v, dv) + u + bias, -(2^23 - 1), 2^23 - 1)
    spike if v > vth << 6 (ternary: +1 above vth_hi, -1 below vth_lo); then v = 0

LIFReset sets u = v = 0 first where ``time_step % interval == offset % interval`` (Lava's time step is ours plus 1).
A step is computed in 32 bits as if nothing wrapped or saturated. Where some result of a block of 1024 neurons is beyond
23 bits, the block is corrected: u shows what its wrap takes away, and v contains the same. Blocks with u or v beyond
2^27, and decays beyond 0..4096, which Lava programs alone can have, are computed in 64 bits before that.

In Lava programs the input is a message, as wide as it comes: 32 bits from nearly every process (then ``a << 6`` and the
sum wrap at 32 bits), 64 bits from TernaryLIF and from processes that send Python's ``int``.

Evidence: Lava's source, compared with its models on random inputs; not with silicon.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from loihi_emu.arithmetic import LAVA_WRAP, clip, decay, decay_wide, wrap_lava
from loihi_emu.jit import block, disjoint, int32s, int64s, kernel, leaf, whole, wide_vectors
from loihi_emu.models import layout as at
from loihi_emu.models.specification import Arrays, NeuronModel, Parameter
from loihi_emu.models.spikes import (
    blocks,
    copy,
    count_flags,
    count_spikes,
    emit,
    lif_block,
    reset,
    write_signs,
    write_spikes,
)
from loihi_emu.widths import DECAY_UNITY, STATE_MAX, WEIGHT_SHIFT

i16 = np.int16
i32 = np.int32
i64 = np.int64

STATE = {"u": "int32", "v": "int32"}
PARAMETERS = dict.fromkeys(("keep_u", "keep_v", "bias", "vth", "vth_low", "interval", "offset"), "int32")
LIF = at.neurons("lif_lava", STATE, PARAMETERS)
LIF_WIDE = at.neurons("lif_lava_wide", STATE, PARAMETERS, accumulator="int64")
WRAP = i64(LAVA_WRAP)
FAST = 1 << 27
"""Magnitudes of u and v for which :func:`loihi_emu.arithmetic.decay` holds."""
KEEP_BITS = i32(2 * DECAY_UNITY - 1)
"""They change nothing in 0..4096, and tell the compiler that a factor has no more than 16 bits."""


@disjoint
def update_fast(u, v, q, keep_u, keep_v, bias, high, mask):
    """One step of a block with |u| and |v| below 2^27, as if nothing wrapped or saturated; inputs are cleared.

    Who spikes keeps its v for now. Returns the OR of the magnitudes of u and v.
    """
    wide_vectors()
    high_u = high_v = i32(0)
    for i in range(u.shape[0]):
        current = i32(decay(u[i], i32(keep_u[i] & KEEP_BITS)) + i32(q[i] << 6))
        voltage = i32(i32(decay(v[i], i32(keep_v[i] & KEEP_BITS)) + current) + bias[i])
        u[i] = current
        v[i] = voltage
        q[i] = i32(0)
        mask[i] = np.uint8(at.SPIKED) if voltage > high[i] else np.uint8(0)
        high_u = i32(high_u | i32(abs(current)))
        high_v = i32(high_v | i32(abs(voltage)))
    return i32(high_u | high_v)


@disjoint
def update_fast_signed(u, v, q, keep_u, keep_v, bias, high, low, mask):
    """The same with two thresholds."""
    wide_vectors()
    high_u = high_v = i32(0)
    for i in range(u.shape[0]):
        current = i32(decay(u[i], i32(keep_u[i] & KEEP_BITS)) + i32(q[i] << 6))
        voltage = i32(i32(decay(v[i], i32(keep_v[i] & KEEP_BITS)) + current) + bias[i])
        u[i] = current
        v[i] = voltage
        q[i] = i32(0)
        mask[i] = np.uint8(spike_bits(voltage, high[i], low[i]))
        high_u = i32(high_u | i32(abs(current)))
        high_v = i32(high_v | i32(abs(voltage)))
    return i32(high_u | high_v)


@disjoint
def update_any(u, v, q, keep_u, keep_v, bias):
    """The same with any u, v and decays; the mask is left to :func:`correct`."""
    for i in range(u.shape[0]):
        current = i32(i32(decay_wide(i64(u[i]), i64(keep_u[i]))) + i32(q[i] << 6))
        v[i] = i32(i32(i32(decay_wide(i64(v[i]), i64(keep_v[i]))) + current) + bias[i])
        u[i] = current
        q[i] = i32(0)


@kernel
def spike_bits(voltage, high, low):
    """Bits of the mask that say whether a neuron spikes, and with which sign."""
    below = voltage < low
    spiked = (voltage > high) != below  # with thresholds the wrong way round both may hold: silent, no reset
    return i32(i32(at.SPIKED | at.NEGATIVE) if below else i32(at.SPIKED)) if spiked else i32(0)


@disjoint
def correct(u, v, high, low, mask):
    """Wrap u and clip v after a step without; the mask also says which fields overflowed.

    Returns the ORs of the mask and of the magnitudes of u.
    """
    flags = high_u = i32(0)
    for i in range(u.shape[0]):
        total = u[i]
        current = wrap_lava(total)
        free = i32(i32(v[i] - total) + current)
        voltage = clip(free, i32(-STATE_MAX), i32(STATE_MAX))
        u[i] = current
        v[i] = voltage
        bits = spike_bits(voltage, high[i], low[i])
        bits = i32(bits | (i32(at.U_BIT) if current != total else i32(0)))
        bits = i32(bits | (i32(at.V_BIT) if voltage != free else i32(0)))
        mask[i] = np.uint8(bits)
        flags = i32(flags | bits)
        high_u = i32(high_u | i32(abs(current)))
    return flags, high_u


@kernel
def update(fast, ternary, u, v, q, keep_u, keep_v, bias, high, low, mask):
    """One step of a block; the mask says who spiked, with which sign, and which fields overflowed.

    ``fast``: u and v are below 2^27, decays in 0..4096. Returns the OR of the mask where fields overflowed, else 0;
    and whether u reached 2^27.
    """
    largest = i32(-1)
    if not fast:
        update_any(u, v, q, keep_u, keep_v, bias)
    elif ternary:
        largest = update_fast_signed(u, v, q, keep_u, keep_v, bias, high, low, mask)
    else:
        largest = update_fast(u, v, q, keep_u, keep_v, bias, high, mask)
    if 0 <= largest <= STATE_MAX:
        return i32(0), False
    flags, high_u = correct(u, v, high, low, mask)
    return flags, high_u < 0 or high_u >= FAST


@disjoint
def update_wide(u, v, q, keep_u, keep_v, bias, high, low, mask):
    """One step of a block whose input has 64 bits: the sum wraps once at 24 bits, then u keeps 32."""
    flags = i32(0)
    for i in range(u.shape[0]):
        total = i64(i64(i32(decay_wide(i64(u[i]), i64(keep_u[i])))) + i64(q[i] << 6))
        over = i64(1) if total > WRAP else i64(0)
        under = i64(1) if total <= -WRAP else i64(0)
        current = i32(i64(total + i64(i64(under - over) * i64(2 * WRAP))))
        free = i32(i32(i32(decay_wide(i64(v[i]), i64(keep_v[i]))) + current) + bias[i])
        voltage = clip(free, i32(-STATE_MAX), i32(STATE_MAX))
        u[i] = current
        v[i] = voltage
        bits = spike_bits(voltage, high[i], low[i])
        bits = i32(bits | (i32(at.U_BIT) if current != total else i32(0)))
        bits = i32(bits | (i32(at.V_BIT) if voltage != free else i32(0)))
        mask[i] = np.uint8(bits)
        flags = i32(flags | bits)
    return flags


@kernel
def group_step(address, time, ternary):
    """One step of a group, or of a process."""
    group, d = at.GROUP(address), LIF(address)
    checked_only, shared = d.flags & at.CHECKED_ONLY != 0, d.flags & at.MESSAGE != 0
    count = 0
    for b in range(blocks(d.n)):
        first, u, v, q, mask, keep_u, keep_v, high = lif_block(group, d, time, b)
        m = u.shape[0]
        if shared:
            arrived, q = q, int32s(d.mask + at.BLOCK, m)
            copy(q, arrived)
        bias, low = block(d.bias, b, m), block(d.vth_low, b, m)
        if d.flags & at.RESETS:
            reset(u, v, block(d.interval, b, m), block(d.offset, b, m), time + 1)
        fast = d.paths[b] == 0 and not checked_only
        flags, wide = update(fast, ternary, u, v, q, keep_u, keep_v, bias, high, low, mask)
        if wide != (d.paths[b] != 0):  # its line of the cache may have blocks of other threads
            d.paths[b] = 1 if wide else 0
        count = send(group, v, mask, first, count, flags, ternary)
    count_spikes(group, count)


@kernel
def wide_step(address, time, ternary):
    """One step of a process whose input has 64 bits."""
    group, d = at.GROUP(address), LIF_WIDE(address)
    count = 0
    for b in range(blocks(d.n)):
        first, u, v, q, mask, keep_u, keep_v, high = lif_block(group, d, time, b)
        m = u.shape[0]
        if d.flags & at.RESETS:
            reset(u, v, block(d.interval, b, m), block(d.offset, b, m), time + 1)
        flags = update_wide(u, v, q, keep_u, keep_v, block(d.bias, b, m), high, block(d.vth_low, b, m), mask)
        count = send(group, v, mask, first, count, flags, ternary)
    count_spikes(group, count)


@kernel
def send(group, v, mask, first, count, flags, ternary):
    """Send a block's spikes as events, with their signs if there are two, and as a message; set their v to 0.

    Also counts what overflowed.
    """
    if flags > at.SPIKED + at.NEGATIVE:
        count_flags(group, mask, first)
    start, m = count, mask.shape[0]
    index = whole(group.index, group.n)
    count = emit(mask, group.mask, first, index, count)
    for k in range(start, count):
        v[np.uint64(index[np.uint64(k)] - first)] = 0
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
    """One step of LIF or LIFReset."""
    group_step(address, time, False)


@leaf
def step_ternary(address, time):
    """One step of TernaryLIF."""
    group_step(address, time, True)


@leaf
def step_wide(address, time):
    """One step of LIF or LIFReset with inputs of 64 bits."""
    wide_step(address, time, False)


@leaf
def step_ternary_wide(address, time):
    """One step of TernaryLIF with inputs of 64 bits."""
    wide_step(address, time, True)


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
THRESHOLDS = ("vth_lo", "vth_hi")
RESETS = (
    Parameter("reset_interval", 1, 1, (1 << 31) - 1, "Steps between resets."),
    Parameter("reset_offset", 0, 0, (1 << 31) - 1, "Phase of the resets, in Lava's time steps (ours + 1)."),
)
LIMITS = {"u": (-(1 << 31), (1 << 31) - 1), "v": (-STATE_MAX, STATE_MAX)}
SUM_BITS = 32 - WEIGHT_SHIFT
"""The shifted sum has 32."""


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
    return arrays | {"interval": p["reset_interval"], "offset": p["reset_offset"]}, flags | at.RESETS


def lower_ternary(p: Mapping[str, Any], context: Mapping[str, Any]) -> tuple[Arrays, int]:
    """Lava's TernaryLIF: two thresholds."""
    return _shared(p) | {"vth": p["vth_hi"] << WEIGHT_SHIFT, "vth_low": p["vth_lo"] << WEIGHT_SHIFT}, 0


LIFS = (
    NeuronModel(
        "lif", step, LIF, (*SHARED, VTH), lower, "LIF by Lava 0.10's fixed-point model.",
        limits=LIMITS, sum_bits=SUM_BITS,
    ),
    NeuronModel(
        "lif_reset", step, LIF,
        (*SHARED, VTH, *RESETS),
        lower_reset, "LIF whose state is set to zero at an interval, by Lava 0.10's fixed-point model.",
        limits=LIMITS, sum_bits=SUM_BITS,
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
        graded=True, limits=LIMITS, sum_bits=SUM_BITS, rising=THRESHOLDS,
    ),
)  # fmt: skip
MODELS = {"lava": LIFS}
