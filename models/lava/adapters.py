"""Adapters between chip and host: messages cut to the bits of a spike, then scaled; int32 that wraps [code]."""

import numpy as np

from loihi_emu.arithmetic import wrap
from loihi_emu.jit import disjoint, int64s, kernel, leaf
from loihi_emu.models.lava.vector import IN, NUMBER, OUT, VECTOR_WORDS, ints, longs

i32 = np.int32

BITS, EXPONENT = NUMBER, NUMBER + 1  # bits: sign included, 0 for spikes without a value


@disjoint
def cut(out, a, bits, exponent):
    """Cut and scale; of wide inputs the low bits are kept."""
    for i in range(out.shape[0]):
        value = wrap(i32(a[i]), bits - 1) if bits else i32(a[i] != 0)
        out[i] = i32(value << exponent)


@kernel
def run(d, a):
    """One step."""
    cut(ints(d, OUT), a, i32(d[BITS]), i32(d[EXPONENT]))


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
