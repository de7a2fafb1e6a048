# mypy: allow-untyped-defs, allow-incomplete-defs
"""Sigma-delta neurons by Lava 0.10's models: inputs are summed up, activated, and changes sent; int32 or float64.

    sigma = sigma + a ;  y = sigma + bias (with RELU its positive part) ;  then as a Delta neuron, y not scaled

Threshold and bias are scaled by spike_exp + state_exp, what arrives is not. Of "sigma_delta" the bits that a payload
loses are lost; "sigma_delta_corrected" compares with what was really sent::

    change = y - act ;  sent = (change if |change| >= vth else 0) >> state_exp ;  act = act + (sent << state_exp)

What wraps is counted: sigma as u, sigma + bias as x, a change or the sum of changes as v. Evidence: Lava's source,
compared with its models on random inputs.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from loihi_emu.jit import disjoint, kernel, wide_vectors
from loihi_emu.models import layout as at
from loihi_emu.models.neuron_leaves import graded
from loihi_emu.models.neurons.delta import (
    BIG,
    CHANGE_WRAPPED,
    CUMULATES,
    EXPONENTS,
    VTH_FLOAT,
    WORD,
    changed,
    changed_float,
    subtracted,
)
from loihi_emu.models.neurons.sigma import added
from loihi_emu.models.specification import Arrays, NeuronModel, Parameter, as_given
from loihi_emu.widths import VTH_MAX

i32 = np.int32

STATES = ("sigma", "act", "residue", "error")
SIGMA_DELTA = at.neurons(
    "sigma_delta",
    state=dict.fromkeys(STATES, "int32"),
    parameters=dict.fromkeys(("bias", "relu", "vth", "shift_out", "cumulates"), "int32"),
)
SIGMA_DELTA_FLOAT = at.neurons(
    "sigma_delta_float",
    state=dict.fromkeys(STATES, "float64"),
    parameters={"bias": "float64", "relu": "int32", "vth": "float64", "cumulates": "int32"},
    accumulator="float64",
    payload="float64",
)


@kernel
def activated(total, bias, relu):
    """The activation of a sum, and 0 if nothing wrapped."""
    activation, wrapped = added(total, bias)
    return (i32(0) if activation < 0 and relu != 0 else activation), wrapped


@kernel
def mask_bits(sent, wraps_u, wraps_x, wraps_v):
    """Bits of the mask."""
    bits = i32((i32(1) if sent != 0 else i32(0)) | (i32(at.U_BIT) if wraps_u != 0 else i32(0)))
    bits = i32(bits | (i32(at.X_BIT) if wraps_x != 0 else i32(0)))
    return i32(bits | (i32(at.V_BIT) if wraps_v != 0 else i32(0)))


@graded(SIGMA_DELTA)
@disjoint
def step(sigma, act, residue, error, a_in, bias, relu, vth, shift_out, cumulates, out, mask):
    """One step in int32; the mask says what is sent and what wrapped. Returns the OR of the mask."""
    wide_vectors()
    flags = i32(0)
    for i in range(sigma.shape[0]):
        total, wraps_u = added(sigma[i], a_in[i])
        y, wraps_x = activated(total, bias[i], relu[i])
        sent, left, since, wraps_v = changed(y, act[i], residue[i], error[i], vth[i], cumulates[i])
        sigma[i], act[i], residue[i], error[i] = total, y, left, since
        message = i32(sent >> i32(shift_out[i] & 31))
        out[i] = message
        bits = mask_bits(message, wraps_u, wraps_x, wraps_v)
        mask[i] = np.uint8(bits)
        flags = i32(flags | bits)
    return flags


@graded(SIGMA_DELTA)
@disjoint
def step_corrected(sigma, act, a_in, bias, relu, vth, shift_out, out, mask):
    """The same, comparing with what was really sent."""
    wide_vectors()
    flags = i32(0)
    for i in range(sigma.shape[0]):
        total, wraps_u = added(sigma[i], a_in[i])
        y, wraps_x = activated(total, bias[i], relu[i])
        change, wrapped = subtracted(y, act[i])
        size, shift = i32(abs(change)), i32(shift_out[i] & 31)
        message = i32((change if size >= vth[i] else i32(0)) >> shift)
        known, wraps_v = added(act[i], i32(message << shift))
        sigma[i], act[i], out[i] = total, known, message
        bits = mask_bits(message, wraps_u, wraps_x, i32(wrapped | wraps_v))
        mask[i] = np.uint8(bits)
        flags = i32(flags | bits)
    return flags


@graded(SIGMA_DELTA_FLOAT, message="float64")
@disjoint
def step_float(sigma, act, residue, error, a_in, bias, relu, vth, cumulates, out, mask):
    """One step in float64."""
    for i in range(sigma.shape[0]):
        sigma[i] += a_in[i]
        value = sigma[i] + bias[i]
        y = max(value, 0.0) if relu[i] else value
        sent, residue[i], error[i] = changed_float(y, act[i], residue[i], error[i], vth[i], cumulates[i])
        act[i] = y
        out[i] = sent
        mask[i] = sent != 0.0
    return 0


# ---------------------------------------------------------------- the models
BIAS_MAX = (1 << 15) - 1
ACTIVATION = Parameter("act_mode", 1, 0, 1, "Activation: 0 the sum itself, 1 its positive part (Lava's UNIT and RELU).")
PARAMETERS = (
    Parameter("vth", None, 0, VTH_MAX, "Threshold, before scaling; a change is sent that reaches it."),
    Parameter("bias", 0, -BIAS_MAX - 1, BIAS_MAX, "Bias, before scaling; 16 bits signed."),
    ACTIVATION,
    *EXPONENTS,
)
LIMITS = dict.fromkeys(STATES, WORD)
LOST = {"u": "sigma wrapped", "x": "sigma + bias wrapped", "v": CHANGE_WRAPPED}


def lower(p: Mapping[str, Any], context: Mapping[str, Any]) -> tuple[Arrays, int]:
    """Exponents as shifts; threshold and bias at the scale of the state."""
    shift = p["spike_exp"] + p["state_exp"]
    return {
        "vth": p["vth"] << shift,
        "bias": p["bias"] << shift,
        "relu": p["act_mode"],
        "shift_out": p["state_exp"],
        "cumulates": p.get("cum_error", np.asarray(0)),
    }, 0


MODELS = {
    "lava": (
        NeuronModel(
            "sigma_delta", step, SIGMA_DELTA, (*PARAMETERS, CUMULATES), lower,
            "Sums up what arrives and sends changes, as payloads, by Lava 0.10's fixed-point model of SigmaDelta.",
            graded=True, limits=LIMITS, lost=LOST,
        ),
        NeuronModel(
            "sigma_delta_corrected", step_corrected, SIGMA_DELTA, PARAMETERS, lower,
            "SigmaDelta that makes up for the bits that payloads lose, as PySigmaDeltaModelFixedCorrected of Lava's "
            "repository does.",
            graded=True, limits=LIMITS, lost=LOST,
        ),
    ),
    "float": (
        NeuronModel(
            "sigma_delta", step_float, SIGMA_DELTA_FLOAT,
            (
                VTH_FLOAT, Parameter("bias", 0.0, -BIG, BIG, "Added to the sum.", whole=False), ACTIVATION, CUMULATES,
            ),
            as_given("vth", "bias", relu="act_mode", cumulates="cum_error"),
            "Sums up what arrives and sends changes, as payloads, in float64.", graded=True,
        ),
    ),
}  # fmt: skip
