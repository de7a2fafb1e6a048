# mypy: allow-untyped-defs, allow-incomplete-defs
"""LIF, LIFReset and TernaryLIF in float64, in the order of operations of Lava 0.10's floating-point models.

    u = u (1 - du) + q ;  v = v (1 - dv) + u + bias ;  spike if v > vth, then v = 0

"lif" may rest: for some steps after a spike v is held at 0. LIFReset sets u = v = 0 first where ``time_step % interval
== offset % interval`` (Lava's time step is ours plus 1). TernaryLIF sends +1 above one threshold, -1 below another.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from loihi_emu.jit import disjoint
from loihi_emu.models import layout as at
from loihi_emu.models.neuron_leaves import graded, spiking
from loihi_emu.models.neurons.lif_lava import RESETS, THRESHOLDS
from loihi_emu.models.specification import Arrays, NeuronModel, Parameter, as_given
from loihi_emu.models.spikes import reset

REALS = dict.fromkeys(("keep_u", "keep_v", "bias", "vth"), "float64")
LIF = at.neurons(
    "lif_float",
    state={"u": "float64", "v": "float64", "rest": "int8"},
    parameters=REALS | {"refractory": "int8", "interval": "int32", "offset": "int32"},
    accumulator="float64",
)
TERNARY = at.neurons(
    "ternary_lif_float",
    state={"u": "float64", "v": "float64"},
    parameters=REALS | {"vth_low": "float64"},
    accumulator="float64",
)


@disjoint
def update(u, v, rest, q, keep_u, keep_v, bias, vth, period, mask):
    """One step of a block."""
    for i in range(u.shape[0]):
        waiting = rest[i]
        u[i] = u[i] * keep_u[i] + q[i]
        voltage = v[i] * keep_v[i] + u[i] + bias[i] if waiting == 0 else 0.0
        spiked = voltage > vth[i]
        v[i] = 0.0 if spiked else voltage
        rest[i] = period[i] - 1 if spiked else max(waiting - 1, 0)
        mask[i] = spiked


@spiking(LIF, message="float64")
def step(d, time, u, v, rest, a_in, keep_u, keep_v, bias, vth, refractory, interval, offset, mask):
    """One step of LIF or LIFReset."""
    if d.flags & at.RESETS:
        reset(u, v, interval, offset, time + 1)
    update(u, v, rest, a_in, keep_u, keep_v, bias, vth, refractory, mask)
    return 0


@graded(TERNARY, message="float64")
@disjoint
def step_ternary(u, v, a_in, keep_u, keep_v, bias, vth, vth_low, out, mask):
    """One step of TernaryLIF."""
    for i in range(u.shape[0]):
        u[i] = u[i] * keep_u[i] + a_in[i]
        voltage = v[i] * keep_v[i] + u[i] + bias[i]
        below = voltage < vth_low[i]
        spiked = (voltage > vth[i]) != below  # with thresholds the wrong way round both may hold: silent, no reset
        v[i] = 0.0 if spiked else voltage
        out[i] = (-1.0 if below else 1.0) if spiked else 0.0
        mask[i] = spiked
    return 0


# ---------------------------------------------------------------- the models
BIG = float(1 << 50)
DECAYS = (
    Parameter("du", 1.0, 0.0, 1.0, "Decay of u per step, a fraction.", whole=False),
    Parameter("dv", 0.0, 0.0, 1.0, "Decay of v per step, a fraction.", whole=False),
)
VTH = Parameter("vth", None, 0.0, BIG, "Threshold; a spike needs v > vth.", whole=False)
BIAS = Parameter("bias", 0.0, -BIG, BIG, "Added to v in every step.", whole=False)
STARTS = (
    Parameter("u", 0.0, -BIG, BIG, "Current at the start.", whole=False),
    Parameter("v", 0.0, -BIG, BIG, "Voltage at the start.", whole=False),
)


LEFT = {"keep_u": "du", "keep_v": "dv"}
"""What a step leaves of a state, and the decay that takes the rest."""


def lower(p: Mapping[str, Any], context: Mapping[str, Any]) -> tuple[Arrays, int]:
    """LIF that may rest."""
    arrays, flags = as_given("bias", "vth", "refractory", left=LEFT)(p, context)
    return arrays | dict.fromkeys(("interval", "offset"), np.asarray(0)), flags


def lower_reset(p: Mapping[str, Any], context: Mapping[str, Any]) -> tuple[Arrays, int]:
    """LIF whose state is set to 0 at an interval."""
    arrays, flags = lower({**p, "refractory": np.asarray(1)}, context)
    return arrays | {"interval": p["reset_interval"], "offset": p["reset_offset"]}, flags | at.RESETS


MODELS = {
    "float": (
        NeuronModel(
            "lif", step, LIF,
            (
                *DECAYS, VTH, BIAS, Parameter("refractory", 1, 1, 127, "Refractory period in steps."), *STARTS,
            ),
            lower, "LIF in float64.",
        ),
        NeuronModel(
            "lif_reset", step, LIF, (*DECAYS, VTH, BIAS, *STARTS, *RESETS), lower_reset,
            "LIF whose state is set to zero at an interval, in float64.",
        ),
        NeuronModel(
            "ternary_lif", step_ternary, TERNARY,
            (
                *DECAYS,
                Parameter("vth_hi", None, -BIG, BIG, "Upper threshold: +1 is sent above.", whole=False),
                Parameter("vth_lo", None, -BIG, BIG, "Lower threshold: -1 is sent below.", whole=False),
                BIAS, *STARTS,
            ),
            as_given("bias", vth="vth_hi", vth_low="vth_lo", left=LEFT),
            "LIF with two thresholds that sends +1 and -1, in float64.", graded=True, rising=THRESHOLDS,
        ),
    )
}  # fmt: skip
