# mypy: allow-untyped-defs, allow-incomplete-defs
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

from collections.abc import Mapping
from typing import Any

import numpy as np

from loihi_emu.arithmetic import clip, decay, synaptic_current, wrap
from loihi_emu.jit import block, disjoint, int32s, kernel, leaf, part, uint8s, varies, whole, wide_vectors
from loihi_emu.models import layout as at
from loihi_emu.models.specification import Arrays, NeuronModel, Parameter
from loihi_emu.models.spikes import count_flags, count_spikes, emit, ring_start
from loihi_emu.widths import DECAY_UNITY, STATE_MAX, WEIGHT_SHIFT

i32 = np.int32

# Biases and thresholds stand there twice: in full for the path that checks every field, and in 16 bits for the quick
# one, which is not taken when they do not fit.
LIF = at.neurons(
    "lif_chip",
    state={"u": "int32", "v": "int32", "rest": "uint8"},
    parameters={
        "keep_u": "int16",
        "keep_v": "int16",
        "bias": "int32",
        "vth": "int32",
        "vmin": "int32",
        "vmax": "int32",
        "refractory": "int8",
        "noise_u": "int32",
        "bias16": "int16",
        "vth16": "int16",
    },
)

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
def count_q(group, q, first):
    """Count the accumulators of a quiet block that wrapped."""
    counters, bounds = group.counters, group.bounds
    p = 0
    for i in range(q.shape[0]):
        if q[i] >= Q_LIMIT or q[i] < -Q_LIMIT:
            while first + i >= bounds[p + 1]:
                p += 1
            counters[p * at.COUNTERS + at.Q_OVERFLOW] += 1


@leaf
def step(address, time):
    """One step of a group of chip LIF populations."""
    group, d = at.GROUP(address), LIF(address)
    n, flags = d.n, d.flags
    index = whole(d.index, n)
    blocks = (n + at.BLOCK - 1) // at.BLOCK
    count = 0
    for b in range(blocks):
        first = b * at.BLOCK
        m = min(at.BLOCK, n - first)
        u, v, rest = part(d.u, first, m), part(d.v, first, m), part(d.rest, first, m)
        q = part(d.ring, ring_start(group, time, first), m)
        keep_u, keep_v, period = block(d.keep_u, b, m), block(d.keep_v, b, m), block(d.refractory, b, m)
        mask = uint8s(d.mask, m)
        high_q = i32(0)
        quiet = d.hot[b] == 0 and flags & at.EXACT == 0
        if quiet:
            bias = int32s(d.mask + at.BLOCK, m)
            vth = int32s(d.mask + 5 * at.BLOCK, m)
            waiting = rest if flags & at.REFRACTORY else uint8s(d.mask + 9 * at.BLOCK, m)
            if varies(d.bias16):
                widen(bias, block(d.bias16, b, m), flags >> at.SHIFT)
            else:
                bias = block(d.bias, b, m)
            if varies(d.vth16):
                widen(vth, block(d.vth16, b, m), WEIGHT_SHIFT)
            else:
                vth = block(d.vth, b, m)
            if d.slots:
                high_u, high_v, high_q = update_driven(u, v, waiting, q, keep_u, keep_v, bias, vth, mask)
            else:
                high_u, high_v = update(u, v, waiting, keep_u, keep_v, bias, vth, mask)
            if flags & at.REFRACTORY:
                count_down(rest)
        else:
            bias, vth, noise = block(d.bias, b, m), block(d.vth, b, m), block(d.noise_u, b, m)
            vmin, vmax = block(d.vmin, b, m), block(d.vmax, b, m)
            unit = i32(0) if flags & at.FULL_UNITS else i32(WEIGHT_SHIFT)
            high_u, high_v, high_q, lost = update_exact(
                u, v, rest, q, keep_u, keep_v, bias, vth, vmin, vmax, period, noise, unit, mask
            )
            if lost > at.SPIKED:
                count_flags(group, mask, first)
        d.hot[b] = 1 if high_u >= QUIET_U or high_v >= QUIET_V or high_q >= QUIET_Q else 0
        if d.slots:
            if quiet and high_q >= Q_LIMIT:
                count_q(group, q, first)
            q[:] = 0
        start = count
        count = emit(mask, d.mask, first, index, count)
        if quiet and flags & at.REFRACTORY:
            start_rest(rest, period, index[start:count], first)
    count_spikes(group, count)


# ---------------------------------------------------------------- the model
QUIET_BIAS = 1 << 19
"""Above this magnitude a bias (with noise) may push v out of its field within one step."""
VTH_16 = (1 << 15) - 1
"""Above this threshold mantissa v reaches beyond 2^21 anyway, where every field is checked."""

DU = Parameter(
    "du", DECAY_UNITY, 0, DECAY_UNITY, "Decay of u per step in 1/4096 (12 bits). Loihi's register holds du - 1."
)  # fmt: skip
DV = Parameter("dv", 0, 0, DECAY_UNITY, "Decay of v per step in 1/4096 (12 bits).")
VTH = Parameter("vth", None, 0, (1 << 17) - 1, "Threshold mantissa, 17 bits; a spike needs v > vth * 64.")
PARAMETERS = (
    DU, DV, VTH,
    Parameter("bias", 0, -4095, 4095, "Bias mantissa, 13 bits signed, added to v as bias * 2**bias_exp."),
    Parameter("bias_exp", 0, 0, 7, "Bias exponent, 3 bits."),
    Parameter("refractory", 1, 1, 63, "Steps from a spike until v integrates again; 1: the next step."),
    Parameter("vmin", -STATE_MAX, -STATE_MAX, 0, "Lower limit of v; the chip has -(2**e) + 1 with e in 0..23."),
    Parameter("vmax", STATE_MAX, 0, STATE_MAX, "Upper limit of v; the chip has 2**(9 + 2e) - 1 with e in 0..7."),
    Parameter("u", 0, -STATE_MAX - 1, STATE_MAX, "Current at the start, 24 bits signed."),
    Parameter("v", 0, -STATE_MAX, STATE_MAX, "Voltage at the start, 24 bits signed."),
)  # fmt: skip
LIMITS = {"u": (-STATE_MAX - 1, STATE_MAX), "v": (-STATE_MAX, STATE_MAX), "rest": (0, 64)}


def lower(p: Mapping[str, Any], context: Mapping[str, Any]) -> tuple[Arrays, int]:
    """Chip LIF: keep = 4096 - decay, bias = mantissa << exponent, vth = mantissa << WEIGHT_SHIFT.

    `context` says whether noise is added ("noise") and whether some
    refractory counter is running ("resting").
    """
    bias = p["bias"] << p["bias_exp"]
    vth = p["vth"] << p.get("vth_exp", WEIGHT_SHIFT)
    bias16, shift = _sixteen_bits(bias)
    limited = np.any(p["vmin"] != -STATE_MAX) or np.any(p["vmax"] != STATE_MAX)
    large = bias16 is None or np.any(np.abs(bias) > QUIET_BIAS) or np.any(p["vth"] > VTH_16)
    exact = limited or large or context.get("noise", False)
    rests = np.any(p["refractory"] > 1) or context.get("resting", False)
    arrays: Arrays = {
        "keep_u": DECAY_UNITY - p["du"],
        "keep_v": DECAY_UNITY - p["dv"],
        "bias": bias,
        "vth": vth,
        "vmin": p["vmin"],
        "vmax": p["vmax"],
        "refractory": p["refractory"],
        "noise_u": np.asarray(0),
        "bias16": np.asarray(0) if exact or bias16 is None else bias16,
        "vth16": np.asarray(0) if exact else p["vth"],
    }
    return arrays, (at.EXACT if exact else shift << at.SHIFT) | (at.REFRACTORY if rests else 0)


def _sixteen_bits(bias: Any) -> tuple[Any, int]:
    """Biases as 16-bit numbers and a common left shift; None when there is none."""
    if np.max(np.abs(bias)) < 1 << 15:
        return bias, 0
    bits = int(np.bitwise_or.reduce(np.atleast_1d(bias)))
    shift = (bits & -bits).bit_length() - 1
    shifted = bias >> shift
    return (shifted, shift) if np.max(np.abs(shifted)) < 1 << 15 else (None, 0)


CHIP_LIF = NeuronModel(
    "lif", step, LIF, PARAMETERS, lower,
    "Current-based LIF by the chip's rules (brian2-loihi and nengo-loihi agree with silicon on them).",
    noise=("u", "v"), limits=LIMITS,
)  # fmt: skip
MODELS = {"chip": (CHIP_LIF,)}
