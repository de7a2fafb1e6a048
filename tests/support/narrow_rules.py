"""A rule set in one file: the chip's, with a u of 15 bits and sign. Its leaf, its table, its oracle."""

from dataclasses import replace

import numpy as np

from loihi_emu.arithmetic import clip, decay, synaptic_current, wrap
from loihi_emu.models import layout as at
from loihi_emu.models.neuron_leaves import spiking
from loihi_emu.models.specification import NeuronModel, Parameter
from loihi_emu.rules import find
from loihi_emu.validation import oracle_arithmetic as plain
from loihi_emu.validation import oracle_rules
from loihi_emu.validation.neurons.lif import fire_and_hold
from loihi_emu.widths import DECAY_UNITY, STATE_MAX, WEIGHT_SHIFT

U_BITS = 15
U_MAX = (1 << U_BITS) - 1
i32 = np.int32

RECORD = at.neurons(
    "narrow",
    state={"u": "int32", "v": "int32", "rest": "int8"},
    parameters={"keep_u": "int16", "keep_v": "int16", "bias": "int32", "vth": "int32", "refractory": "int8"},
)


@spiking(RECORD)
def step(u, v, rest, a_in, keep_u, keep_v, bias, vth, refractory, mask):
    """One step of a block."""
    for i in range(u.shape[0]):
        u[i] = wrap(i32(decay(u[i], keep_u[i]) + synaptic_current(a_in[i], i32(16), i32(10))), i32(U_BITS))
        free = i32(decay(v[i], keep_v[i]) + i32(u[i] + bias[i]))
        voltage = i32(0) if rest[i] else clip(free, i32(-STATE_MAX), i32(STATE_MAX))
        spiked = voltage > vth[i]
        v[i] = i32(0) if spiked else voltage
        rest[i] = refractory[i] - 1 if spiked else max(rest[i] - 1, 0)
        mask[i] = spiked
    return 0


def lower(p, context):
    arrays = {"keep_u": DECAY_UNITY - p["du"], "keep_v": DECAY_UNITY - p["dv"], "bias": p["bias"]}
    return arrays | {"vth": p["vth"] << WEIGHT_SHIFT, "refractory": p["refractory"]}, 0


CHIP = find("chip")
LIF = NeuronModel(
    "lif",
    step,
    RECORD,
    (
        *(CHIP.model("lif").parameter(name) for name in ("du", "dv", "vth", "bias", "refractory", "v")),
        Parameter("u", 0, -U_MAX - 1, U_MAX, "Current at the start, 16 bits signed."),
    ),
    lower,
    "The chip's LIF with a narrower u.",
    limits={"u": (-U_MAX - 1, U_MAX), "v": (-STATE_MAX, STATE_MAX), "rest": (0, 63)},
)
RULE_SET = replace(CHIP, name="narrow", text="The chip's rules with a u of 16 bits.", models=(LIF,), leaves=(__name__,))


def narrow_lif(n, a, counts):
    """One neuron of the oracle, in plain integers."""
    n.u = plain.wrap(plain.decay(n.u, n.p["du"]) + plain.wrap(a.q, plain.Q_BITS), U_BITS)
    v = plain.decay(n.v, n.p["dv"]) + n.u + n.p["bias"]
    n.v = plain.clip(v, -plain.V_LIMIT, plain.V_LIMIT)
    return fire_and_hold(n, n.p["vth"] << plain.VTH_EXP)


ORACLE = replace(oracle_rules.CHIP, name="narrow", neurons={"lif": narrow_lif}, levels=None)
