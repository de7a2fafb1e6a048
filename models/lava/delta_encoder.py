# mypy: allow-untyped-defs, allow-incomplete-defs
"""The delta encoder by Lava's model: changes of inputs of any kind, sent a step later; state of int32 that wraps."""

import numpy as np

from loihi_emu.jit import disjoint, float64s, int32s, int64s
from loihi_emu.models.lava.vector import elements, vector
from loihi_emu.models.records import NUMBER

i32 = np.int32
i64 = np.int64

# Inputs are of any kind; changes are limited to lowest..highest where clips is 1.
ENCODER = vector("DeltaEncoder", "s_out act residue vth", numbers="shift_in clips lowest highest").extended(
    "DeltaEncoder", a_in=NUMBER
)


@disjoint
def encode(s_out, a_in, act, residue, vth, shift_in, clips, lowest, highest):
    """Changes in 64 bits, limited; state and message, which is due in the next step, keep 32; fractions are cut off."""
    for i in range(s_out.shape[0]):
        x = i64(a_in[i]) << shift_in
        change = x - act[i] + residue[i]
        sent = change if abs(change) >= vth[i] else i64(0)
        if clips:
            sent = min(max(sent, lowest), highest)
        residue[i] = i32(change - sent)
        act[i] = i32(x)
        s_out[i] = i32(sent)


delta_encoder = elements(ENCODER, "delta_encoder", a_in=int32s)(encode)
delta_encoder_wide = elements(ENCODER, "delta_encoder_wide", a_in=int64s)(encode)
delta_encoder_float = elements(ENCODER, "delta_encoder_float", a_in=float64s)(encode)
