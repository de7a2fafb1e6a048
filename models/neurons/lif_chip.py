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

Three paths give the same numbers; each block of 1024 neurons takes one of them in every step.

Fast: with the largest |u| and |v| in a block, no field can overflow in a step where |u| + |v| + 2^21 + 2^19 < 2^23:
|q| <= 2^21, |bias| <= 2^19, and a decay makes nothing larger. Without inputs and without noise on u, 2^21 is left out.
So wraps and clips at the ends of fields are left out, and v is clipped only where vmin or vmax is set; q alone can
wrap, and is counted afterwards. Whether the next step is fast follows from u and v after this one. With noise on u up
to 2^18, a block is fast if |64 q| < 2^18 in this step: so their sum is below 2^19 and does not wrap.

Checked: all other blocks, and those with strong noise or a large bias, wrap and clip.
One integer a block tells whether any field overflowed; then the block's state, of which a copy is kept, is put back.

Counted: the same, population by population, counting what overflows. Taken after the checked path found that something
did, and in the next step straight away, since what overflows once tends to do so again.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from loihi_emu.arithmetic import CURRENTS, WEIGHTS
from loihi_emu.jit import block, inlined, int32s, kernel, leaf, part, uint8s, varies, whole
from loihi_emu.models import layout as at
from loihi_emu.models.lif_updates import (
    count_down,
    largest,
    update,
    update_checked,
    update_checked_driven,
    update_counted,
    update_counted_driven,
    update_driven,
    update_driven_limited,
    update_limited,
    widen,
    with_noise,
)
from loihi_emu.models.specification import Arrays, NeuronModel, Parameter
from loihi_emu.models.spikes import copy, count_spikes, emit, ring_start
from loihi_emu.widths import DECAY_UNITY, STATE_MAX, VTH_MAX, WEIGHT_SHIFT

i32 = np.int32

# Biases and thresholds stand there twice: in full, and in 16 bits where they fit and a neuron has its own.
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

Q_MAX, FAST_BIAS = 1 << 21, 1 << 19
"""So large q is at most; and, on the fast path, a bias with its noise."""
FREE = STATE_MAX - FAST_BIAS
"""Where |u| + |v| is at most so much, less what q may be, no field can overflow in the next step."""
SMALL_Q, Q_LIMIT = 1 << 12, 1 << 15
"""Sums of weights below the first leave noise on u its room; from the second on q wraps."""

# What a block needs in a step, by its first byte in scratch; the mask comes first.
AT_BIAS, AT_VTH, AT_ZEROS, AT_U, AT_V, AT_Q = (at.BLOCK * k for k in (1, 5, 9, 10, 14, 18))

# Paths of a block.
FAST, CHECKED, COUNTED = 0, 1, 2


@kernel
def start_rest(rest, period, index, first):
    """Start the counters of the neurons that spiked."""
    for k in range(index.shape[0]):
        i = np.uint64(index[np.uint64(k)] - first)
        rest[i] = max(period[i] - 1, 0)


@kernel
def count_q(group, q, first):
    """Count the accumulators of a block on the fast path that wrapped."""
    counters, bounds = group.counters, group.bounds
    p = 0
    for i in range(q.shape[0]):
        if q[i] >= Q_LIMIT or q[i] < -Q_LIMIT:
            while first + i >= bounds[p + 1]:
                p += 1
            counters[p * at.COUNTERS + at.Q_OVERFLOW] += 1


@inlined
def words(d, b, m):
    """Biases and thresholds of a block, in 32 bits."""
    bias, vth = int32s(d.mask + AT_BIAS, m), int32s(d.mask + AT_VTH, m)
    short = d.flags & at.FULL == 0
    if short and varies(d.bias16):
        widen(bias, block(d.bias16, b, m), d.flags >> at.SHIFT)
    else:
        bias = block(d.bias, b, m)
    if short and varies(d.vth16):
        widen(vth, block(d.vth16, b, m), WEIGHT_SHIFT)
    else:
        vth = block(d.vth, b, m)
    return bias, vth


@inlined
def arrivals(d, b, m, q):
    """What arrives at a block: sums of weights, or, with noise, currents; the unit of these; whether they are small."""
    unit = 1 if d.flags & at.FULL_UNITS else 1 << WEIGHT_SHIFT
    if not varies(d.noise_u):
        return q, unit, True
    noise = block(d.noise_u, b, m)
    if d.slots == 0:
        return noise, 1, True
    noisy = int32s(d.mask + AT_Q, m)
    return noisy, 1, with_noise(noisy, q, noise, unit) < SMALL_Q


@inlined
def next_path(d, top):
    """The path of a block in the next step, by the sum of its largest |u| and |v|."""
    driven = d.slots or varies(d.noise_u)
    return FAST if top <= (FREE - Q_MAX if driven else FREE) else CHECKED


@inlined
def step_fast(group, d, q, bias, vth, waiting, u, v, keep_u, keep_v, mask, first, b):
    """One step on the fast path; returns its path in the next."""
    m, limited, noisy = u.shape[0], d.flags & at.LIMITED != 0, varies(d.noise_u)
    vmin, vmax = block(d.vmin, b, m), block(d.vmax, b, m)
    if d.slots or noisy:
        left, right = CURRENTS if noisy else WEIGHTS
        if limited:
            top, high_q = update_driven_limited(
                u, v, waiting, q, left, right, keep_u, keep_v, bias, vth, vmin, vmax, mask
            )
        else:
            top, high_q = update_driven(u, v, waiting, q, left, right, keep_u, keep_v, bias, vth, vmin, vmax, mask)
        if high_q >= Q_LIMIT and not noisy:  # with noise arrivals() has looked at it
            count_q(group, q, first)
    elif limited:
        top = update_limited(u, v, waiting, keep_u, keep_v, bias, vth, vmin, vmax, mask)
    else:
        top = update(u, v, waiting, keep_u, keep_v, bias, vth, vmin, vmax, mask)
    return next_path(d, top)


@kernel
def step_checked(group, d, q, unit, bias, vth, waiting, u, v, keep_u, keep_v, mask, first, b):
    """One step on another path; returns its path in the next."""
    m = u.shape[0]
    vmin, vmax = block(d.vmin, b, m), block(d.vmax, b, m)
    driven = d.slots or varies(d.noise_u)
    if d.paths[b] != COUNTED:
        u_before, v_before = int32s(d.mask + AT_U, m), int32s(d.mask + AT_V, m)
        high_q = i32(0)
        if driven:
            lost, high_q = update_checked_driven(
                u, v, waiting, q, unit, keep_u, keep_v, bias, vth, vmin, vmax, u_before, v_before, mask
            )
        else:
            lost = update_checked(u, v, waiting, keep_u, keep_v, bias, vth, vmin, vmax, u_before, v_before, mask)
        if 0 <= lost <= STATE_MAX and high_q * unit < 1 << 21:
            return CHECKED if d.flags & at.CHECKED_ONLY else next_path(d, largest(u) + largest(v))
        copy(u, u_before)
        copy(v, v_before)
    lost = step_counted(group, driven, first, u, v, waiting, q, unit, keep_u, keep_v, bias, vth, vmin, vmax, mask)
    return COUNTED if lost else CHECKED


@kernel
def step_counted(group, driven, first, u, v, waiting, q, unit, keep_u, keep_v, bias, vth, vmin, vmax, mask):
    """One step of a block, counting what overflows in each of its populations; returns how much did."""
    counters, bounds = group.counters, group.bounds
    m, k, p, total = u.shape[0], 0, 0, 0
    while k < m:
        while bounds[p + 1] <= first + k:
            p += 1
        n = min(m, bounds[p + 1] - first) - k
        rest, keeps = part(waiting, k, n), (part(keep_u, k, n), part(keep_v, k, n))
        limits = part(bias, k, n), part(vth, k, n), part(vmin, k, n), part(vmax, k, n)
        if driven:
            lost_q, lost_u, lost_x, lost_v = update_counted_driven(
                part(u, k, n), part(v, k, n), rest, part(q, k, n), unit, *keeps, *limits, part(mask, k, n)
            )
        else:
            lost_q = lost_u = 0
            lost_x, lost_v = update_counted(part(u, k, n), part(v, k, n), rest, *keeps, *limits, part(mask, k, n))
        row = p * at.COUNTERS
        counters[row + at.Q_OVERFLOW] += lost_q
        counters[row + at.U_OVERFLOW] += lost_u
        counters[row + at.X_OVERFLOW] += lost_x
        counters[row + at.V_SATURATION] += lost_v
        total += lost_q + lost_u + lost_x + lost_v
        k += n
    return total


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
        keep_u, keep_v = block(d.keep_u, b, m), block(d.keep_v, b, m)
        mask = uint8s(d.mask, m)
        waiting = rest if flags & at.REFRACTORY else uint8s(d.mask + AT_ZEROS, m)
        bias, vth = words(d, b, m)
        arrived, unit, small = arrivals(d, b, m, q)
        before = d.paths[b]
        if small and before == FAST and flags & at.CHECKED_ONLY == 0:
            path = step_fast(group, d, arrived, bias, vth, waiting, u, v, keep_u, keep_v, mask, first, b)
        else:
            path = step_checked(group, d, arrived, unit, bias, vth, waiting, u, v, keep_u, keep_v, mask, first, b)
        if path != before:  # its line of the cache may have blocks of other threads
            d.paths[b] = path
        if d.slots:
            q[:] = 0
        start = count
        count = emit(mask, d.mask, first, index, count)
        if flags & at.REFRACTORY:
            count_down(rest)
            start_rest(rest, block(d.refractory, b, m), index[start:count], first)
    count_spikes(group, count)


# ---------------------------------------------------------------- the model
FAST_NOISE = 1 << 18
"""Above this magnitude of noise on u every field is checked."""
VTH_16 = (1 << 15) - 1
"""16 bits hold a threshold mantissa of at most so much."""

DU = Parameter(
    "du", DECAY_UNITY, 0, DECAY_UNITY, "Decay of u per step in 1/4096 (12 bits). Loihi's register holds du - 1."
)  # fmt: skip
DV = Parameter("dv", 0, 0, DECAY_UNITY, "Decay of v per step in 1/4096 (12 bits).")
VTH = Parameter("vth", None, 0, VTH_MAX, "Threshold mantissa, 17 bits; a spike needs v > vth * 64.")
BIASES = (
    Parameter("bias", 0, -4095, 4095, "Bias mantissa, 13 bits signed, added to v as bias * 2**bias_exp."),
    Parameter("bias_exp", 0, 0, 7, "Bias exponent, 3 bits."),
)
STARTS = (
    Parameter("u", 0, -STATE_MAX - 1, STATE_MAX, "Current at the start, 24 bits signed."),
    Parameter("v", 0, -STATE_MAX, STATE_MAX, "Voltage at the start, 24 bits signed."),
)
PARAMETERS = (
    DU, DV, VTH, *BIASES,
    Parameter("refractory", 1, 1, 63, "Steps from a spike until v integrates again; 1: the next step."),
    Parameter("vmin", -STATE_MAX, -STATE_MAX, 0, "Lower limit of v; the chip has -(2**e) + 1 with e in 0..23."),
    Parameter("vmax", STATE_MAX, 0, STATE_MAX, "Upper limit of v; the chip has 2**(9 + 2e) - 1 with e in 0..7."),
    *STARTS,
)  # fmt: skip
LIMITS = {"u": (-STATE_MAX - 1, STATE_MAX), "v": (-STATE_MAX, STATE_MAX), "rest": (0, 64)}


def lower(p: Mapping[str, Any], context: Mapping[str, Any]) -> tuple[Arrays, int]:
    """Chip LIF: keep = 4096 - decay, bias = mantissa << exponent, vth = mantissa << WEIGHT_SHIFT.

    `context` has the noise that is added ("noise", or None) and says whether some refractory counter is running
    ("resting").
    """
    bias = p["bias"] << p["bias_exp"]
    vth = p["vth"] << p.get("vth_exp", WEIGHT_SHIFT)
    bias16, shift = _sixteen_bits(bias)
    noise = context.get("noise")
    added = {} if noise is None else {noise.target: noise.amplitude}
    limited = np.any(p["vmin"] != -STATE_MAX) or np.any(p["vmax"] != STATE_MAX)
    high = np.any(p["vth"] > VTH_16)
    strong = np.max(np.abs(bias)) + added.get("v", 0) > FAST_BIAS or added.get("u", 0) > FAST_NOISE
    full = high or bias16 is None or "v" in added
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
        "bias16": np.asarray(0) if full else bias16,
        "vth16": np.asarray(0) if full else p["vth"],
    }
    flags = (at.CHECKED_ONLY if strong else 0) | (at.LIMITED if limited else 0)
    flags |= (at.FULL if full else shift << at.SHIFT) | (at.REFRACTORY if rests else 0)
    return arrays, flags


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
