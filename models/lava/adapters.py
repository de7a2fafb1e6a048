"""Adapters between chip and host: messages cut to the bits of a spike, then scaled; int32 that wraps [code]."""

import numpy as np

from loihi_emu.arithmetic import wrap
from loihi_emu.jit import disjoint, int64s, kernel, leaf
from loihi_emu.models.lava.vector import IN, NUMBER, OUT, VECTOR_WORDS, floats, ints, longs

i32 = np.int32
i64 = np.int64

BITS, EXPONENT = NUMBER, NUMBER + 1  # bits: sign included, 0 for spikes without a value
PACKED = NUMBER + 2  # whether values are cut to 8 bits before
STATUS = NUMBER + 3  # address of a number: 1 once there was a fraction


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
    cut(ints(d, OUT), a, i32(d[BITS]), i32(d[EXPONENT]), d[PACKED])


@leaf
def adapter(address, time):
    """Messages of 32 bits."""
    d = int64s(address, VECTOR_WORDS)
    run(d, ints(d, IN))


@leaf
def adapter_wide(address, time):
    """Messages of 64 bits."""
    d = int64s(address, VECTOR_WORDS)
    run(d, longs(d, IN))


@leaf
def adapter_float(address, time):
    """Messages of float64."""
    d = int64s(address, VECTOR_WORDS)
    if cut_floats(ints(d, OUT), floats(d, IN), i32(d[BITS]), i32(d[EXPONENT])):
        int64s(d[STATUS], 1)[0] = 1
