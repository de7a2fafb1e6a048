# mypy: allow-untyped-defs, allow-incomplete-defs
"""What Lava's convolution does with the sums that a shared kernel (models.conv) gives: they wrap to 24 bits."""

import numpy as np

from loihi_emu.arithmetic import wrap24
from loihi_emu.jit import disjoint, leaf, whole
from loihi_emu.models.records import NUMBER, Record, array

i32 = np.int32
i64 = np.int64

# The counter is of sums that left 24 bits.
WRAPPED = Record("WrappedSums", sums=array("int32"), n=NUMBER, wrapped=array("int64"))


@disjoint
def wrap_all(sums):
    """Wrap 32-bit sums to 24 bits; returns how many changed."""
    changed = 0
    for i in range(sums.shape[0]):
        value = i32(wrap24(i64(sums[i])))
        changed += value != sums[i]
        sums[i] = value
    return changed


@leaf
def wrap(address, time):
    """Wrap sums."""
    d = WRAPPED(address)
    d.wrapped[0] += wrap_all(whole(d.sums, d.n))
