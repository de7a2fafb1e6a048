# mypy: allow-untyped-defs, allow-incomplete-defs
"""PCG64, the generator behind ``numpy.random.default_rng``, from which Lava's learning draws its random numbers.

The state is 128 bits, held as four words of 32 bits, the lowest first. A step multiplies it and adds an increment of
the seed's; a number is read off the state without changing it: XSL RR of O'Neill (HMC-CS-2014-0905), as NumPy reads it.
"""

import numpy as np

from loihi_emu.jit import kernel

u32 = np.uint32
u64 = np.uint64

_MULTIPLIER = (0x9FCCF645, 0x4385DF64, 0x1FC65DA4, 0x2360ED05)
_MASK = 0xFFFFFFFF
_ULP = 1.0 / (1 << 53)


@kernel
def carried(one, factor, more, carry):
    """Word and carry of ``one * factor + more + carry``, which fits 64 bits."""
    total = one * factor + more + carry
    return total & u64(_MASK), total >> u64(32)


@kernel
def advance(d):
    """One step of the state."""
    zero = u64(0)
    s0, s1, s2, s3 = u64(d.state[0]), u64(d.state[1]), u64(d.state[2]), u64(d.state[3])
    m0, m1, m2, m3 = u64(_MULTIPLIER[0]), u64(_MULTIPLIER[1]), u64(_MULTIPLIER[2]), u64(_MULTIPLIER[3])
    r0, carry = carried(s0, m0, u64(d.increment[0]), zero)
    r1, carry = carried(s1, m0, u64(d.increment[1]), carry)
    r2, carry = carried(s2, m0, u64(d.increment[2]), carry)
    r3, carry = carried(s3, m0, u64(d.increment[3]), carry)
    r1, carry = carried(s0, m1, r1, zero)
    r2, carry = carried(s1, m1, r2, carry)
    r3, carry = carried(s2, m1, r3, carry)
    r2, carry = carried(s0, m2, r2, zero)
    r3, carry = carried(s1, m2, r3, carry)
    r3, carry = carried(s0, m3, r3, zero)
    d.state[0], d.state[1], d.state[2], d.state[3] = u32(r0), u32(r1), u32(r2), u32(r3)


@kernel
def word(d):
    """The 64-bit number of the state."""
    high = (u64(d.state[3]) << u64(32)) | u64(d.state[2])
    mixed = high ^ ((u64(d.state[1]) << u64(32)) | u64(d.state[0]))
    turn = high >> u64(58)
    return (mixed >> turn) | (mixed << ((u64(64) - turn) & u64(63)))


@kernel
def uniform(d):
    """A number in [0, 1), as ``Generator.random``."""
    return np.float64(word(d) >> u64(11)) * _ULP


@kernel
def upper_integer(d):
    """A number in 0..127, as ``Generator.integers``, which takes two from a word: the second, of the upper half."""
    return np.int64(word(d) >> u64(57))


@kernel
def lower_integer(d):
    """The first, of the lower half."""
    return np.int64((word(d) >> u64(25)) & u64(0x7F))
