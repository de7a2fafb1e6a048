# mypy: allow-untyped-defs, allow-incomplete-defs
"""Adapters between chip and host: messages cut to the bits of a spike, then scaled; int32 that wraps [code]."""

import numpy as np

from loihi_emu.arithmetic import wrap
from loihi_emu.jit import disjoint, float64s, int32s, int64s, kernel, leaf, whole
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
def cut(out, a, bits, exponent, packed):
    """Cut and scale; of wide inputs the low bits are kept."""
    for i in range(out.shape[0]):
        given = wrap(i32(a[i]), 7) if packed else a[i]
        value = wrap(i32(given), bits - 1) if bits else i32(given != 0)
        out[i] = i32(value << exponent)


@disjoint
def cut_floats(out, a, bits, exponent):
    """Cut and scale; returns whether there was a fraction."""
    found = False
    for i in range(out.shape[0]):
        found |= a[i] != np.trunc(a[i])
        value = wrap(i32(i64(a[i])), bits - 1) if bits else i32(a[i] != 0.0)
        out[i] = i32(value << exponent)
    return found


@kernel
def run(d, a):
    """One step."""
    cut(whole(d.out, d.n), a, i32(d.bits), i32(d.exponent), d.packed)


@leaf
def adapter(address, time):
    """Messages of 32 bits."""
    d = ADAPTER(address)
    run(d, int32s(d.inp, d.n))


@leaf
def adapter_wide(address, time):
    """Messages of 64 bits."""
    d = ADAPTER(address)
    run(d, int64s(d.inp, d.n))


@leaf
def adapter_float(address, time):
    """Messages of float64."""
    d = ADAPTER(address)
    if cut_floats(whole(d.out, d.n), float64s(d.inp, d.n), i32(d.bits), i32(d.exponent)):
        d.status[0] = 1
