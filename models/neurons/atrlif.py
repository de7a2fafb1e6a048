# mypy: allow-untyped-defs, allow-incomplete-defs
"""LIF with adaptive threshold and refractory state (ATRLIF), by Lava 0.10's models: in integers, and in float64.

    i = wrap_lava(trunc(i (4095 - 4096 delta_i) / 4096) + 64 a)       v = clip(decay(v, delta_v) + i + bias)
    theta = decay(theta - theta_0, delta_theta) + theta_0             r = decay(r, delta_r)
    spike if v - r >= theta; then r += 2 theta, theta += theta_step; i and v go on

Decays are fractions of which 1/4096 counts; theta_0 and theta_step are in units of 64; the sum that is clipped wraps at
32 bits. In float64 nothing is wrapped, clipped or scaled, and i decays by delta_i. Within the ranges of parameters and
state theta stays below 2^25 and the magnitude of r below 2^26: no 32-bit sum of them wraps.

Evidence: Lava's source, compared with its models on random inputs.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from loihi_emu.arithmetic import clip, decay_wide, wrap_lava
from loihi_emu.jit import disjoint, wide_vectors
from loihi_emu.models import layout as at
from loihi_emu.models.neuron_leaves import spiking
from loihi_emu.models.specification import Arrays, NeuronModel, Parameter, as_given
from loihi_emu.widths import DECAY_UNITY, STATE_MAX, VTH_MAX, WEIGHT_SHIFT

i32 = np.int32
i64 = np.int64

STATES = ("i", "v", "theta", "r")
# In a Lava program delta_i may be an integer (whole_i): then the product with it wraps at 32 bits.
FIXED = at.neurons(
    "atrlif",
    state=dict.fromkeys(STATES, "int32") | {"s": "uint8"},
    parameters={"keep_i": "float64", "whole_i": "uint8"}
    | dict.fromkeys(("keep_v", "keep_theta", "keep_r", "theta_0", "theta_step", "bias"), "int32"),
)
FLOATING = at.neurons(
    "atrlif_float",
    state=dict.fromkeys(STATES, "float64") | {"s": "uint8"},
    parameters=dict.fromkeys(
        ("keep_i", "keep_v", "keep_theta", "keep_r", "theta_0", "theta_step", "bias"), "float64"
    ),
    accumulator="float64",
)  # fmt: skip


@spiking(FIXED)
@disjoint
def step(i, v, theta, r, s, a_in, keep_i, whole_i, keep_v, keep_theta, keep_r, theta_0, theta_step, bias, mask):
    """One step in integers; the mask says who spiked and what overflowed. Returns the OR of the mask."""
    wide_vectors()
    flags = i32(0)
    for k in range(i.shape[0]):
        product = i64(i32(i[k] * i32(keep_i[k]))) if whole_i[k] else i64(i[k] * keep_i[k])
        total = i32(i32(decay_wide(product, i64(1))) + i32(a_in[k] << WEIGHT_SHIFT))
        current = wrap_lava(total)
        free = i32(i32(i32(decay_wide(i64(v[k]), i64(keep_v[k]))) + current) + bias[k])
        voltage = clip(free, i32(-STATE_MAX), i32(STATE_MAX))
        threshold = i32(i32(decay_wide(i64(i32(theta[k] - theta_0[k])), i64(keep_theta[k]))) + theta_0[k])
        refractory = i32(decay_wide(i64(r[k]), i64(keep_r[k])))
        spiked = i32(voltage - refractory) >= threshold
        i[k] = current
        v[k] = voltage
        r[k] = i32(refractory + i32(threshold << 1)) if spiked else refractory
        theta[k] = i32(threshold + theta_step[k]) if spiked else threshold
        s[k] = np.uint8(1) if spiked else np.uint8(0)
        bits = i32((i32(at.SPIKED) if spiked else i32(0)) | (i32(at.U_BIT) if current != total else i32(0)))
        bits = i32(bits | (i32(at.V_BIT) if voltage != free else i32(0)))
        mask[k] = np.uint8(bits)
        flags = i32(flags | bits)
    return flags


@spiking(FLOATING, message="float64")
@disjoint
def step_float(i, v, theta, r, s, a_in, keep_i, keep_v, keep_theta, keep_r, theta_0, theta_step, bias, mask):
    """One step in float64."""
    for k in range(i.shape[0]):
        i[k] = keep_i[k] * i[k] + a_in[k]
        v[k] = keep_v[k] * v[k] + i[k] + bias[k]
        threshold = keep_theta[k] * (theta[k] - theta_0[k]) + theta_0[k]
        refractory = keep_r[k] * r[k]
        spiked = v[k] - refractory >= threshold
        one = 1.0 if spiked else 0.0
        r[k] = refractory + 2.0 * threshold * one
        theta[k] = threshold + theta_step[k] * one
        s[k] = spiked
        mask[k] = spiked
    return 0


# ---------------------------------------------------------------- the models
BIG = float(1 << 50)
DELTAS = tuple(
    Parameter(f"delta_{name}", default, 0.0, 1.0, f"Decay of {name} per step, a fraction.", whole=False)
    for name, default in (("i", 0.4), ("v", 0.4), ("theta", 0.2), ("r", 0.2))
)
LIMITS = {
    "i": (-(1 << 31), (1 << 31) - 1),
    "v": (-STATE_MAX, STATE_MAX),
    "theta": (0, 1 << 25),
    "r": (-STATE_MAX - 1, 1 << 26),
    "s": (0, 1),
}
FLOAT_LIMITS = dict.fromkeys(STATES, (-BIG, BIG)) | {"s": (0, 1)}


def lower(p: Mapping[str, Any], context: Mapping[str, Any]) -> tuple[Arrays, int]:
    """Lava's fractions as integers of 12 bits, cut; i keeps 1/4096 less than its decay leaves, uncut."""
    mantissa, exponent = p["bias_mant"], p["bias_exp"]
    keeps = {f"keep_{k}": (DECAY_UNITY - p[f"delta_{k}"] * DECAY_UNITY).astype(i64) for k in ("v", "theta", "r")}
    return keeps | {
        "keep_i": DECAY_UNITY - (p["delta_i"] * DECAY_UNITY + 1),
        "whole_i": np.asarray(0),
        "theta_0": _scaled(p["theta_0"]),
        "theta_step": _scaled(p["theta_step"]),
        "bias": np.where(exponent >= 0, mantissa << np.maximum(exponent, 0), mantissa >> np.maximum(-exponent, 0)),
    }, 0


def _scaled(values: Any) -> Any:
    return (values * (1 << WEIGHT_SHIFT)).astype(i64)


def start(p: Mapping[str, Any]) -> Arrays:
    """The threshold begins at rest."""
    return {"theta": _scaled(p["theta_0"])}


MODELS = {
    "lava": (
        NeuronModel(
            "atrlif", step, FIXED,
            (
                *DELTAS,
                Parameter("theta_0", 5.0, 0.0, VTH_MAX, "Resting threshold, in units of 64; the start.", whole=False),
                Parameter("theta_step", 3.75, 0.0, VTH_MAX, "Rise of the threshold by a spike, in units of 64.",
                          whole=False),
                Parameter("bias_mant", 0, -(1 << 15), (1 << 15) - 1, "Bias mantissa, 16 bits signed."),
                Parameter("bias_exp", 0, -15, 15, "Bias exponent; negative ones shift right, rounding down."),
                Parameter("i", 0, -STATE_MAX, STATE_MAX + 1, "Current at the start."),
                Parameter("v", 0, -STATE_MAX, STATE_MAX, "Voltage at the start."),
                Parameter("r", 0, -STATE_MAX - 1, STATE_MAX + 1, "Refractory state at the start."),
            ),
            lower, "LIF with adaptive threshold and refractory state, by Lava 0.10's fixed-point model of ATRLIF.",
            limits=LIMITS, start=start, lost={"u": "i wrapped"}, sum_bits=32 - WEIGHT_SHIFT,
        ),
    ),
    "float": (
        NeuronModel(
            "atrlif", step_float, FLOATING,
            (
                *DELTAS,
                Parameter("theta_0", 5.0, -BIG, BIG, "Resting threshold.", whole=False),
                Parameter("theta_step", 3.75, -BIG, BIG, "Rise of the threshold by a spike.", whole=False),
                Parameter("bias", 0.0, -BIG, BIG, "Added to v in every step.", whole=False),
                Parameter("i", 0.0, -BIG, BIG, "Current at the start.", whole=False),
                Parameter("v", 0.0, -BIG, BIG, "Voltage at the start.", whole=False),
                Parameter("theta", 5.0, -BIG, BIG, "Threshold at the start.", whole=False),
                Parameter("r", 0.0, -BIG, BIG, "Refractory state at the start.", whole=False),
            ),
            as_given("theta_0", "theta_step", "bias", left={f"keep_{name}": f"delta_{name}" for name in STATES}),
            "LIF with adaptive threshold and refractory state in float64.", limits=FLOAT_LIMITS,
        ),
    ),
}  # fmt: skip
