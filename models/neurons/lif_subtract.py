# mypy: allow-untyped-defs, allow-incomplete-defs
"""LIF whose spike takes the threshold off v, where "lif" sets v to 0: by the chip's integers, and in float64.

    u = wrap(decay(u, du) + wrap(q * 64, 21), 23) ;  v = clip(decay(v, dv) + wrap(u + bias, 23), -(2^23 - 1), 2^23 - 1)
    spike if v > vth * 64, then v = v - vth * 64

Trainers call it the soft reset. Loihi 1 has only the reset to 0; neurons of Loihi 2 are programs, of which this can be
one. Widths and order of operations are those of the chip's "lif"; nothing here was compared with silicon.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from loihi_emu.arithmetic import clip, decay, wrap
from loihi_emu.jit import disjoint, wide_vectors
from loihi_emu.models import layout as at
from loihi_emu.models.neuron_leaves import spiking
from loihi_emu.models.neurons.lif_chip import BIASES, DU, DV, VTH
from loihi_emu.models.neurons.lif_chip import STARTS as WHOLE_STARTS
from loihi_emu.models.neurons.lif_float import BIAS, DECAYS, LEFT, REALS, STARTS
from loihi_emu.models.neurons.lif_float import VTH as REAL_VTH
from loihi_emu.models.specification import Arrays, NeuronModel, as_given
from loihi_emu.widths import DECAY_UNITY, STATE_MAX, WEIGHT_SHIFT

i32 = np.int32

FIXED = at.neurons(
    "lif_subtract",
    state={"u": "int32", "v": "int32"},
    parameters=dict.fromkeys(("keep_u", "keep_v", "bias", "vth"), "int32"),
)
FLOATING = at.neurons(
    "lif_subtract_float", state={"u": "float64", "v": "float64"}, parameters=REALS, accumulator="float64"
)
FITS = i32(1 << 15)
"""Sums of weights below it fit 21 bits."""


@spiking(FIXED)
@disjoint
def step(u, v, a_in, keep_u, keep_v, bias, vth, mask):
    """One step in integers; the mask says who spiked and what overflowed. Returns the OR of the mask."""
    wide_vectors()
    flags = i32(0)
    for i in range(u.shape[0]):
        given = a_in[i]
        total = i32(decay(u[i], keep_u[i]) + wrap(i32(given << WEIGHT_SHIFT), i32(21)))
        current = wrap(total, i32(23))
        pushed = i32(current + bias[i])
        push = wrap(pushed, i32(23))
        free = i32(decay(v[i], keep_v[i]) + push)
        voltage = clip(free, i32(-STATE_MAX), i32(STATE_MAX))
        spiked = voltage > vth[i]
        u[i] = current
        v[i] = i32(voltage - vth[i]) if spiked else voltage
        bits = i32(i32(at.SPIKED) if spiked else i32(0))
        bits = i32(bits | (i32(at.Q_BIT) if i32(given ^ i32(given >> 31)) >= FITS else i32(0)))
        bits = i32(bits | (i32(at.U_BIT) if current != total else i32(0)))
        bits = i32(bits | (i32(at.X_BIT) if push != pushed else i32(0)))
        bits = i32(bits | (i32(at.V_BIT) if voltage != free else i32(0)))
        mask[i] = np.uint8(bits)
        flags = i32(flags | bits)
    return flags


@spiking(FLOATING, message="float64")
@disjoint
def step_float(u, v, a_in, keep_u, keep_v, bias, vth, mask):
    """One step in float64."""
    for i in range(u.shape[0]):
        u[i] = u[i] * keep_u[i] + a_in[i]
        voltage = v[i] * keep_v[i] + u[i] + bias[i]
        spiked = voltage > vth[i]
        v[i] = voltage - vth[i] if spiked else voltage
        mask[i] = spiked
    return 0


# ---------------------------------------------------------------- the models
LIMITS = {"u": (-STATE_MAX - 1, STATE_MAX), "v": (-STATE_MAX, STATE_MAX)}


def lower(p: Mapping[str, Any], context: Mapping[str, Any]) -> tuple[Arrays, int]:
    """The decays as what they leave, bias and threshold in units of v."""
    return {
        "keep_u": DECAY_UNITY - p["du"],
        "keep_v": DECAY_UNITY - p["dv"],
        "bias": p["bias"] << p["bias_exp"],
        "vth": p["vth"] << WEIGHT_SHIFT,
    }, 0


MODELS = {
    "chip": (
        NeuronModel(
            "lif_subtract", step, FIXED,
            (
                DU, DV, VTH, *BIASES, *WHOLE_STARTS,
            ),
            lower, "LIF whose spike takes the threshold off v, by the chip's integers (a program of Loihi 2; not "
            "compared with silicon).", limits=LIMITS,
        ),
    ),
    "float": (
        NeuronModel(
            "lif_subtract", step_float, FLOATING, (*DECAYS, REAL_VTH, BIAS, *STARTS),
            as_given("bias", "vth", left=LEFT),
            "LIF whose spike takes the threshold off v, in float64.",
        ),
    ),
}  # fmt: skip
