# mypy: allow-untyped-defs, allow-incomplete-defs
"""RF and RF_IZ by Lava 0.10's models: a damped rotation in the plane, in integers of 24 bits and in float64.

    re' = clip(trunc(re c) - trunc(im s) + (a_real << state_exp))     c = (1 - alpha) cos(2 pi / period)
    im' = clip(trunc(re s) + trunc(im c) + (a_imag << state_exp))     s = (1 - alpha) sin(2 pi / period)
    RF:    spike where re' >= vth, im' >= 0 and im < 0
    RF_IZ: spike where im' >= vth; then re' = 0 and im' = vth - 1 (float64: vth - 1e-5)

Coefficients have decay_bits bits of fraction, cut toward zero; here they are kept with 30 bits, of which the lower ones
are 0: a product cut toward zero is the same. What arrives wraps at 32 bits when it is shifted (counted as q), the sums
saturate at 2^23 - 1 (counted as v). In float64 nothing is cut, shifted or clipped.

Evidence: Lava's source, compared with its models on random inputs.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from loihi_emu.jit import disjoint, kernel
from loihi_emu.models import layout as at
from loihi_emu.models.neuron_leaves import spiking
from loihi_emu.models.specification import Arrays, NeuronModel, Parameter
from loihi_emu.numeric import sine_and_cosine
from loihi_emu.widths import STATE_MAX

i32 = np.int32
i64 = np.int64

FRACTION_BITS = 30
"""Of the coefficients: the most that decay_bits can be."""
LOWER_BITS = (1 << FRACTION_BITS) - 1
PORTS = ("a_real_in", "a_imag_in")
RF = at.neurons(
    "rf",
    state=dict.fromkeys(("real", "imag"), "int32"),
    parameters=dict.fromkeys(("sin_decay", "cos_decay", "state_exp", "vth"), "int32"),
    ports=PORTS,
)
RF_FLOAT = at.neurons(
    "rf_float",
    state=dict.fromkeys(("real", "imag"), "float64"),
    parameters=dict.fromkeys(("sin_decay", "cos_decay", "vth"), "float64"),
    accumulator="float64",
    ports=PORTS,
)


@kernel
def scaled(state, coefficient):
    """A product without its bits of fraction, rounded toward zero."""
    product = i64(state) * i64(coefficient)
    return (product + ((product >> 63) & LOWER_BITS)) >> FRACTION_BITS


@kernel
def saturated(x):
    """Limit to 24 bits."""
    return i32(max(min(x, i64(STATE_MAX)), i64(-STATE_MAX)))


@disjoint
def rotate(real, imag, a, b, sin, cos, exponent, vth, resets, mask):
    """One step of a block in integers; the mask says who spiked and what overflowed. Returns the OR of the mask."""
    flags = i32(0)
    for i in range(real.shape[0]):
        re, im, e = real[i], imag[i], exponent[i]
        x, y = i32(a[i] << e), i32(b[i] << e)
        free_re = scaled(re, cos[i]) - scaled(im, sin[i]) + i64(x)
        free_im = scaled(re, sin[i]) + scaled(im, cos[i]) + i64(y)
        new_re, new_im = saturated(free_re), saturated(free_im)
        if resets:
            spiked = new_im >= vth[i]
            real[i] = i32(0) if spiked else new_re
            imag[i] = i32(vth[i] - 1) if spiked else new_im
        else:
            spiked = new_re >= vth[i] and new_im >= 0 and im < 0
            real[i] = new_re
            imag[i] = new_im
        bits = i32(i32(at.SPIKED) if spiked else i32(0))
        bits = i32(bits | (i32(at.Q_BIT) if i32(x >> e) != a[i] or i32(y >> e) != b[i] else i32(0)))
        bits = i32(bits | (i32(at.V_BIT) if new_re != free_re or new_im != free_im else i32(0)))
        mask[i] = np.uint8(bits)
        flags = i32(flags | bits)
    return flags


@disjoint
def rotate_float(real, imag, a, b, sin, cos, vth, resets, mask):
    """One step of a block in float64."""
    for i in range(real.shape[0]):
        re, im = real[i], imag[i]
        new_re = cos[i] * re - sin[i] * im + a[i]
        new_im = sin[i] * re + cos[i] * im + b[i]
        if resets:
            spiked = new_im >= vth[i]
            real[i] = new_re * (0.0 if spiked else 1.0)
            imag[i] = vth[i] - 1e-5 if spiked else new_im
        else:
            spiked = new_re >= vth[i] and new_im >= 0 and im < 0
            real[i] = new_re
            imag[i] = new_im
        mask[i] = spiked


@spiking(RF)
def rf(real, imag, a_real_in, a_imag_in, sin_decay, cos_decay, state_exp, vth, mask):
    """One step of RF in integers."""
    return rotate(real, imag, a_real_in, a_imag_in, sin_decay, cos_decay, state_exp, vth, False, mask)


@spiking(RF)
def rf_iz(real, imag, a_real_in, a_imag_in, sin_decay, cos_decay, state_exp, vth, mask):
    """One step of RF_IZ in integers."""
    return rotate(real, imag, a_real_in, a_imag_in, sin_decay, cos_decay, state_exp, vth, True, mask)


@spiking(RF_FLOAT)
def rf_float(real, imag, a_real_in, a_imag_in, sin_decay, cos_decay, vth, mask):
    """One step of RF in float64."""
    rotate_float(real, imag, a_real_in, a_imag_in, sin_decay, cos_decay, vth, False, mask)
    return 0


@spiking(RF_FLOAT)
def rf_iz_float(real, imag, a_real_in, a_imag_in, sin_decay, cos_decay, vth, mask):
    """One step of RF_IZ in float64."""
    rotate_float(real, imag, a_real_in, a_imag_in, sin_decay, cos_decay, vth, True, mask)
    return 0


# ---------------------------------------------------------------- the models
BIG = float(1 << 50)
FAR = 1 << 24
"""A threshold beyond every state."""
TURN = (
    Parameter("period", None, 1.0, BIG, "Steps of a turn.", whole=False),
    Parameter("alpha", None, 0.0, 1.0, "Part of the state that a step loses.", whole=False),
)
INTEGERS = (
    *TURN,
    Parameter("state_exp", 0, 0, 15, "Inputs and threshold are multiplied by 2^state_exp."),
    Parameter("decay_bits", 12, 1, FRACTION_BITS, "Bits of fraction of the coefficients."),
    Parameter("vth", 1.0, 0.0, float(FAR), "Threshold, in units of 2^state_exp; the product is cut.", whole=False),
    Parameter("real", 0, -STATE_MAX, STATE_MAX, "Real part at the start."),
    Parameter("imag", 0, -STATE_MAX, STATE_MAX, "Imaginary part at the start."),
)
FLOATS = (
    *TURN,
    Parameter("vth", 1.0, -BIG, BIG, "Threshold.", whole=False),
    Parameter("real", 0.0, -BIG, BIG, "Real part at the start.", whole=False),
    Parameter("imag", 0.0, -BIG, BIG, "Imaginary part at the start.", whole=False),
)
LIMITS = dict.fromkeys(("real", "imag"), (-STATE_MAX, STATE_MAX))
FLOAT_LIMITS = dict.fromkeys(("real", "imag"), (-BIG, BIG))


def _coefficients(p: Mapping[str, Any]) -> Arrays:
    sine, cosine = sine_and_cosine(2 * np.pi / p["period"])
    return {"sin_decay": (1 - p["alpha"]) * sine, "cos_decay": (1 - p["alpha"]) * cosine}


def lower(p: Mapping[str, Any], context: Mapping[str, Any]) -> tuple[Arrays, int]:
    """Coefficients cut to decay_bits, then with all bits; the threshold shifted as inputs are."""
    bits = np.asarray(p["decay_bits"])
    arrays = {k: np.trunc(x * (1 << bits)).astype(i64) << (FRACTION_BITS - bits) for k, x in _coefficients(p).items()}
    vth = np.trunc(np.minimum(p["vth"] * (1 << np.asarray(p["state_exp"])), FAR))
    return arrays | {"state_exp": p["state_exp"], "vth": vth}, 0


def lower_float(p: Mapping[str, Any], context: Mapping[str, Any]) -> tuple[Arrays, int]:
    """All as they are."""
    return _coefficients(p) | {"vth": p["vth"]}, 0


MODELS = {
    "lava": (
        NeuronModel(
            "rf", rf, RF, INTEGERS, lower,
            "Resonator that spikes as it passes the positive real axis upwards, as Lava 0.10's fixed-point RF does.",
            limits=LIMITS,
        ),
        NeuronModel(
            "rf_iz", rf_iz, RF, INTEGERS, lower,
            "Resonator reset where its imaginary part reaches the threshold, as by Lava 0.10's fixed-point RF_IZ.",
            limits=LIMITS,
        ),
    ),
    "float": (
        NeuronModel(
            "rf", rf_float, RF_FLOAT, FLOATS, lower_float,
            "Resonator that spikes as it passes the positive real axis upwards, in float64.",
            limits=FLOAT_LIMITS,
        ),
        NeuronModel(
            "rf_iz", rf_iz_float, RF_FLOAT, FLOATS, lower_float,
            "Resonator reset where its imaginary part reaches the threshold, in float64.",
            limits=FLOAT_LIMITS,
        ),
    ),
}  # fmt: skip
