# mypy: allow-untyped-defs, allow-incomplete-defs
"""LIF of the chip whose threshold rises with every spike and falls back.

u and v as in :mod:`loihi_emu.models.neurons.lif_subtract`, which sets v otherwise;

    w = decay(w, dw) ;  spike if v > vth * 64 + w ;  then v = 0 and w = min(w + 64 * rise, 2^23 - 1)

Evidence: none of a chip; a program of a Loihi 2 neuron could be written so.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from loihi_emu.arithmetic import clip, decay, wrap
from loihi_emu.jit import block, disjoint, part
from loihi_emu.models import layout as at
from loihi_emu.models.neuron_leaves import spiking
from loihi_emu.models.neurons.lif_chip import DU, DV, VTH
from loihi_emu.models.specification import Arrays, NeuronModel, Parameter
from loihi_emu.widths import DECAY_UNITY, STATE_MAX, WEIGHT_SHIFT

i32 = np.int32

LIF = at.neurons(
    "lif_adaptive",
    state=dict.fromkeys(("u", "v", "w"), "int32"),
    parameters=dict.fromkeys(("keep_u", "keep_v", "keep_w", "bias", "vth", "rise"), "int32"),
)
FITS = i32(1 << 15)
"""Sums of weights below it fit 21 bits."""


@disjoint
def update(u, v, w, q, keep_u, keep_v, keep_w, bias, vth, rise, mask):
    """One step of a block; the mask says who spiked and what overflowed. Returns the OR of the mask."""
    flags = i32(0)
    for i in range(u.shape[0]):
        given = q[i]
        total = i32(decay(u[i], keep_u[i]) + wrap(i32(given << WEIGHT_SHIFT), i32(21)))
        current = wrap(total, i32(23))
        pushed = i32(current + bias[i])
        push = wrap(pushed, i32(23))
        free = i32(decay(v[i], keep_v[i]) + push)
        voltage = clip(free, i32(-STATE_MAX), i32(STATE_MAX))
        raised = decay(w[i], keep_w[i])
        spiked = voltage > i32(vth[i] + raised)
        u[i] = current
        v[i] = i32(0) if spiked else voltage
        w[i] = i32(min(i32(raised + rise[i]), i32(STATE_MAX))) if spiked else raised
        bits = i32(i32(at.SPIKED) if spiked else i32(0))
        bits = i32(bits | (i32(at.Q_BIT) if i32(given ^ i32(given >> 31)) >= FITS else i32(0)))
        bits = i32(bits | (i32(at.U_BIT) if current != total else i32(0)))
        bits = i32(bits | (i32(at.X_BIT) if push != pushed else i32(0)))
        bits = i32(bits | (i32(at.V_BIT) if voltage != free else i32(0)))
        mask[i] = np.uint8(bits)
        flags = i32(flags | bits)
    return flags


@spiking(LIF)
def step(d, time, b, first, start, m, mask):
    """One step."""
    u, v, w, q = part(d.u, first, m), part(d.v, first, m), part(d.w, first, m), part(d.ring, start, m)
    keep_u, keep_v, keep_w = block(d.keep_u, b, m), block(d.keep_v, b, m), block(d.keep_w, b, m)
    bias, vth, rise = block(d.bias, b, m), block(d.vth, b, m), block(d.rise, b, m)
    return update(u, v, w, q, keep_u, keep_v, keep_w, bias, vth, rise, mask)


# ---------------------------------------------------------------- the model
def lower(p: Mapping[str, Any], context: Mapping[str, Any]) -> tuple[Arrays, int]:
    """The decays as what they leave, threshold and its rise in units of v."""
    kept = {f"keep_{name}": DECAY_UNITY - p[f"d{name}"] for name in "uvw"}
    return kept | {"bias": p["bias"], "vth": p["vth"] << WEIGHT_SHIFT, "rise": p["rise"] << WEIGHT_SHIFT}, 0


MODELS = {
    "chip": (
        NeuronModel(
            "lif_adaptive", step, LIF,
            (
                DU, DV, VTH,
                Parameter("dw", 41, 0, DECAY_UNITY, "Decay of the raised threshold per step in 1/4096 (12 bits)."),
                Parameter("rise", 10, 0, (1 << 17) - 1, "Mantissa by which a spike raises the threshold, times 64."),
                Parameter("bias", 0, -4095, 4095, "Bias, 13 bits signed, added to v."),
                Parameter("u", 0, -STATE_MAX - 1, STATE_MAX, "Current at the start, 24 bits signed."),
                Parameter("v", 0, -STATE_MAX, STATE_MAX, "Voltage at the start, 24 bits signed."),
                Parameter("w", 0, 0, STATE_MAX, "Raised threshold at the start."),
            ),
            lower, "LIF of the chip whose threshold rises with every spike and falls back.",
            limits={"u": (-STATE_MAX - 1, STATE_MAX), "v": (-STATE_MAX, STATE_MAX), "w": (0, STATE_MAX)},
        ),
    ),
}  # fmt: skip
