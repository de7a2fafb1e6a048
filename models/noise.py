# mypy: allow-untyped-defs, allow-incomplete-defs
"""Pseudo-random noise on u or v: ``(U + 64 * offset) * 2**(exponent - 7)`` with U in -127..127, truncated to 0.

The range is that of nengo-loihi's emulator; Sandia's Fugu measured -128..127 on a chip. In nengo-loihi a register below
7 acts as exponent + 1: `exp` here is the effective exponent, never a register's 0. The chip's generator is not public:
numbers are drawn from Philox, and a rule set may have a generator of its own.
"""

import numpy as np

from loihi_emu.arithmetic import noise_value
from loihi_emu.jit import block, disjoint, leaf, part, uint16s, uint64s, wide_vectors
from loihi_emu.models.layout import BLOCK
from loihi_emu.models.records import NUMBER, Record, array, parameter
from loihi_emu.philox import counter_words, philox4x32

i32 = np.int32
u16 = np.uint16
u64 = np.uint64
MASK = u64(0xFFFFFFFF)

# Noise of neurons of one population, from its `first` on: base + noise becomes what the compartments read. U comes from
# draws, which a rule set's generator has filled, or, with 0 there, from Philox.
NOISE = Record(
    "Noise",
    draws=array("int16"),
    first=NUMBER,
    n=NUMBER,
    seed=NUMBER,
    stream=NUMBER,
    sample=array("int64"),
    offset=NUMBER,
    exponent=NUMBER,
    enabled=parameter("int8"),
    base=parameter("int32"),
    out=array("int32"),
    scratch=NUMBER,
)
LEVELS, CENTRE = 255, 127
"""A random number r of 16 bits is U + 127 = (r * 255) >> 16: each of 255 values for 257 numbers, the lowest for 258."""
PER_COUNTER = 8
SCRATCH = 2 * (BLOCK + PER_COUNTER)
"""Two bytes for each neuron of a block, behind up to seven that are drawn with its first one."""


@disjoint
def draw(out, first, low, sample, last, k0, k1):
    """Eight numbers of 16 bits, in 128 bits, from each counter from ``first`` on."""
    wide_vectors()
    for j in range(out.shape[0] >> 1):
        a, b, c, d = philox4x32(first + u64(j), low, sample, last, k0, k1)
        k = u64(u64(j) << u64(1))
        out[k], out[k + u64(1)] = u64(a | u64(b << u64(32))), u64(c | u64(d << u64(32)))


@disjoint
def numbered(out, draws):
    """What was drawn elsewhere, as one of the numbers that stand for it."""
    for i in range(out.shape[0]):
        out[i] = u16(i32(i32(draws[i]) + i32(CENTRE)) * i32(257) + i32(1))


@disjoint
def add_noise(out, base, numbers, enabled, offset, exponent):
    """Base plus scaled noise where it is enabled (-1; 0: not)."""
    wide_vectors()
    for i in range(out.shape[0]):
        level = i32(i32(i32(i32(numbers[i]) * i32(LEVELS)) >> 16) - i32(CENTRE))
        noise = noise_value(level, offset, exponent)
        out[i] = i32(base[i] + i32(noise & i32(enabled[i])))


@leaf
def apply(address, time):
    """Write base + noise for every neuron of a population."""
    d = NOISE(address)
    low, last = counter_words(u64(d.stream), u64(time))
    sample, k0, k1 = u64(d.sample[0]) & MASK, u64(d.seed) & MASK, u64(d.seed) >> u64(32)
    offset, exponent, before = i32(d.offset), i32(d.exponent), d.first % PER_COUNTER
    for b in range((d.n + BLOCK - 1) // BLOCK):
        start = b * BLOCK
        m = min(BLOCK, d.n - start)
        numbers = uint16s(d.scratch + 2 * before, m)
        if d.draws:
            numbered(numbers, part(d.draws, start, m))
        else:
            counters = (before + m + PER_COUNTER - 1) // PER_COUNTER
            counter = u64((d.first + start) // PER_COUNTER)
            draw(uint64s(d.scratch, 2 * counters), counter, low, sample, last, k0, k1)
        out, base, enabled = part(d.out, start, m), block(d.base, b, m), block(d.enabled, b, m)
        add_noise(out, base, numbers, enabled, offset, exponent)
