# mypy: allow-untyped-defs, allow-incomplete-defs
"""The delta encoder by Lava's model: changes of inputs of any kind, sent a step later; state of int32 that wraps."""

import numpy as np

from loihi_emu.jit import disjoint, float64s, int32s, int64s, kernel, leaf, whole
from loihi_emu.models.lava.vector import vector
from loihi_emu.models.records import NUMBER

i32 = np.int32
i64 = np.int64

# Inputs are of any kind; changes are limited to lowest..highest where clips is 1.
ENCODER = vector("DeltaEncoder", "s_out act residue vth", numbers="shift_in clips lowest highest").extended(
    "DeltaEncoder", a_in=NUMBER
)


@disjoint
def encode(out, a, act, residue, vth, bits, clips, lowest, highest):
    """Changes in 64 bits, limited; state and message keep 32."""
    for i in range(out.shape[0]):
        x = i64(a[i]) << bits
        change = x - act[i] + residue[i]
        sent = change if abs(change) >= vth[i] else i64(0)
        if clips:
            sent = min(max(sent, lowest), highest)
        residue[i] = i32(change - sent)
        act[i] = i32(x)
        out[i] = i32(sent)


@kernel
def encode_any(d, a):
    """Changes of inputs of any kind; what is sent is due in the next step."""
    clips, lowest, highest = d.clips, d.lowest, d.highest
    encode(
        whole(d.s_out, d.n),
        a,
        whole(d.act, d.n),
        whole(d.residue, d.n),
        whole(d.vth, d.n),
        d.shift_in,
        clips,
        lowest,
        highest,
    )


@leaf
def delta_encoder(address, time):
    """DeltaEncoder of int32."""
    d = ENCODER(address)
    encode_any(d, int32s(d.a_in, d.n))


@leaf
def delta_encoder_wide(address, time):
    """DeltaEncoder of int64."""
    d = ENCODER(address)
    encode_any(d, int64s(d.a_in, d.n))


@leaf
def delta_encoder_float(address, time):
    """DeltaEncoder of float64, whose fractions are cut off."""
    d = ENCODER(address)
    encode_any(d, float64s(d.a_in, d.n))
