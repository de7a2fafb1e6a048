# mypy: allow-untyped-defs, allow-incomplete-defs
"""Adapters between chip and host: messages cut to the bits of a spike, then scaled; int32 that wraps [code]."""

import numpy as np

from loihi_emu.arithmetic import wrap
from loihi_emu.jit import disjoint, float64s, int32s, int64s, kernel
from loihi_emu.models.lava.vector import elements
from loihi_emu.models.records import NUMBER, Record, array

i32 = np.int32
i64 = np.int64

ADAPTER = Record(
    "Adapter",
    n=NUMBER,
    inp=NUMBER,  # int32, int64 or float64
    out=array("int32"),
    bits=NUMBER,  # sign included, 0 for spikes without a value
    exponent=NUMBER,
    packed=NUMBER,  # whether values are cut to 8 bits before
    status=array("int64"),  # 1 once there was a fraction
)


@disjoint
def cut(out, inp, bits, exponent, packed):
    """Cut and scale; of wide inputs the low bits are kept."""
    bits, exponent = i32(bits), i32(exponent)
    for i in range(out.shape[0]):
        given = wrap(i32(inp[i]), 7) if packed else inp[i]
        value = wrap(i32(given), bits - 1) if bits else i32(given != 0)
        out[i] = i32(value << exponent)


@disjoint
def cut_floats(out, inp, bits, exponent):
    """Cut and scale; returns whether there was a fraction."""
    found = False
    for i in range(out.shape[0]):
        found |= inp[i] != np.trunc(inp[i])
        value = wrap(i32(i64(inp[i])), bits - 1) if bits else i32(inp[i] != 0.0)
        out[i] = i32(value << exponent)
    return found


adapter = elements(ADAPTER, "adapter", inp=int32s)(cut)
adapter_wide = elements(ADAPTER, "adapter_wide", inp=int64s)(cut)


@elements(ADAPTER, inp=float64s)
@kernel
def adapter_float(d, out, inp):
    """Messages of float64."""
    if cut_floats(out, inp, i32(d.bits), i32(d.exponent)):
        d.status[0] = 1
