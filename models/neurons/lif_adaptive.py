"""LIF of the chip whose threshold rises with every spike and falls back.

u and v as in :mod:`loihi_emu.models.neurons.lif_chip`, without noise, vmin and vmax;

    w = decay(w, dw) ;  spike if v > vth * 64 + w ;  then v = 0 and w = min(w + 64 * rise, 2^23 - 1)

Evidence: none of a chip; a programmable neuron of Loihi 2 could be written so.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from loihi_emu.arithmetic import clip, decay, wrap
from loihi_emu.jit import block, disjoint, leaf, part, uint8s, whole
from loihi_emu.models import layout as at
from loihi_emu.models.neurons.lif_chip import DU, DV, VTH
from loihi_emu.models.specification import Arrays, NeuronModel, Parameter
from loihi_emu.models.spikes import blocks, count_flags, count_spikes, emit, ring_start
from loihi_emu.widths import DECAY_UNITY, STATE_MAX, WEIGHT_SHIFT

i32 = np.int32

LIF = at.neurons(
    "lif_adaptive",
    state={"u": "int32", "v": "int32", "w": "int32"},
    parameters={
        "keep_u": "int16",
        "keep_v": "int16",
        "keep_w": "int16",
        "bias": "int32",
        "vth": "int32",
        "rise": "int32",
    },
)


@disjoint
def update(u, v, w, q, keep_u, keep_v, keep_w, bias, vth, rise, mask):
    """One step of a block; returns the OR of the mask."""
    flags = i32(0)
    for i in range(u.shape[0]):
        scaled = i32(q[i] << WEIGHT_SHIFT)
        drive = wrap(scaled, i32(21))
        total = i32(decay(u[i], keep_u[i]) + drive)
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
        bits = i32(at.SPIKED) if spiked else i32(0)
        lost_q = i32(i32(drive ^ scaled) | i32(i32(scaled >> WEIGHT_SHIFT) ^ q[i]))
        bits = i32(bits | (i32(at.Q_BIT) if lost_q != 0 else i32(0)))
        bits = i32(bits | (i32(at.U_BIT) if current != total else i32(0)))
        bits = i32(bits | (i32(at.X_BIT) if push != pushed else i32(0)))
        bits = i32(bits | (i32(at.V_BIT) if voltage != free else i32(0)))
        mask[i] = np.uint8(bits)
        flags = i32(flags | bits)
    return flags


@leaf
def step(address, time):
    """One step of a group."""
    group, d = at.GROUP(address), LIF(address)
    count = 0
    for b in range(blocks(d.n)):
        first = b * at.BLOCK
        m = min(at.BLOCK, d.n - first)
        q, mask = part(d.ring, ring_start(group, time, first), m), uint8s(d.mask, m)
        lost = update(
            part(d.u, first, m), part(d.v, first, m), part(d.w, first, m), q,
            block(d.keep_u, b, m), block(d.keep_v, b, m), block(d.keep_w, b, m),
            block(d.bias, b, m), block(d.vth, b, m), block(d.rise, b, m), mask,
        )  # fmt: skip
        if lost > at.SPIKED:
            count_flags(group, mask, first)
        if d.slots:
            q[:] = 0
        count = emit(mask, d.mask, first, whole(d.index, d.n), count)
    count_spikes(group, count)


# ---------------------------------------------------------------- the model
PARAMETERS = (
    DU, DV, VTH,
    Parameter("dw", 41, 0, DECAY_UNITY, "Decay of the raised threshold per step in 1/4096 (12 bits)."),
    Parameter("rise", 10, 0, (1 << 17) - 1, "Mantissa by which a spike raises the threshold, times 64."),
    Parameter("bias", 0, -4095, 4095, "Bias, 13 bits signed."),
    Parameter("u", 0, -STATE_MAX - 1, STATE_MAX, "Current at the start, 24 bits signed."),
    Parameter("v", 0, -STATE_MAX, STATE_MAX, "Voltage at the start, 24 bits signed."),
    Parameter("w", 0, 0, STATE_MAX, "Raised threshold at the start."),
)  # fmt: skip


def lower(p: Mapping[str, Any], context: Mapping[str, Any]) -> tuple[Arrays, int]:
    """Decays as what is kept, thresholds in units of v."""
    return {
        "keep_u": DECAY_UNITY - p["du"], "keep_v": DECAY_UNITY - p["dv"], "keep_w": DECAY_UNITY - p["dw"],
        "bias": p["bias"], "vth": p["vth"] << WEIGHT_SHIFT, "rise": p["rise"] << WEIGHT_SHIFT,
    }, 0  # fmt: skip


MODELS = {
    "chip": (
        NeuronModel(
            "lif_adaptive", step, LIF, PARAMETERS, lower, "LIF of the chip whose threshold rises with every spike.",
            limits={"u": (-STATE_MAX - 1, STATE_MAX), "v": (-STATE_MAX, STATE_MAX), "w": (0, STATE_MAX)},
        ),
    )
}  # fmt: skip
