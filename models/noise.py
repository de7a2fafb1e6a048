# mypy: allow-untyped-defs, allow-incomplete-defs
"""Pseudo-random noise on u or v: ``(U + 64 * offset) * 2**(exponent - 7)`` with U in -127..127, truncated to 0.

The range is that of nengo-loihi's emulator; Sandia's Fugu measured -128..127 on a chip. In nengo-loihi a register below
7 acts as exponent + 1: `exp` here is the effective exponent, never a register's 0. The chip's generator is not public:
numbers are drawn from Philox, and a rule set may have a generator of its own.
"""

import numpy as np

from loihi_emu.arithmetic import noise_value
from loihi_emu.jit import block, disjoint, leaf, part, uint8s, uint32s, wide_vectors
from loihi_emu.models.layout import BLOCK
from loihi_emu.models.records import NUMBER, Record, array, parameter
from loihi_emu.philox import counter_words, philox4x32

i32 = np.int32
u32 = np.uint32
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
    levels=NUMBER,
)
LEVELS, CENTRE = 255, 127
"""U is kept as a byte, U + 127."""
SCRATCH = BLOCK + 4
"""A byte for each neuron of a block, behind up to three that are drawn with its first one."""


@disjoint
def draw(out, first, low, sample, last, k0, k1, levels):
    """Four bytes U + 127 in each number of ``out``, from counters from ``first`` on: (r * levels) >> 32 of 32 bits r.

    How many levels there are is not known to the compiler, which multiplies then, in one instruction.
    """
    wide_vectors()
    for j in range(out.shape[0]):
        a, b, c, d = philox4x32(first + u64(j), low, sample, last, k0, k1)
        byte0, byte1 = u64(a * (levels & MASK)) >> u64(32), u64(b * (levels & MASK)) >> u64(32)
        byte2, byte3 = u64(c * (levels & MASK)) >> u64(32), u64(d * (levels & MASK)) >> u64(32)
        out[j] = u32(u64(byte0 | u64(byte1 << u64(8))) | u64(u64(byte2 << u64(16)) | u64(byte3 << u64(24))))


@disjoint
def centred(out, draws):
    """The bytes of numbers that were drawn elsewhere."""
    for i in range(out.shape[0]):
        out[i] = np.uint8(i32(draws[i]) + i32(CENTRE))


@disjoint
def add_noise(out, base, levels, enabled, offset, exponent):
    """Base plus scaled noise where it is enabled (-1; 0: not)."""
    wide_vectors()
    for i in range(out.shape[0]):
        noise = noise_value(i32(i32(levels[i]) - i32(CENTRE)), offset, exponent)
        out[i] = i32(base[i] + i32(noise & i32(enabled[i])))


@leaf
def apply(address, time):
    """Write base + noise for every neuron of a population."""
    d = NOISE(address)
    low, last = counter_words(u64(d.stream), u64(time))
    sample, k0, k1 = u64(d.sample[0]) & MASK, u64(d.seed) & MASK, u64(d.seed) >> u64(32)
    offset, exponent, before = i32(d.offset), i32(d.exponent), d.first & 3
    for b in range((d.n + BLOCK - 1) // BLOCK):
        start = b * BLOCK
        m = min(BLOCK, d.n - start)
        levels = uint8s(d.scratch + before, m)
        if d.draws:
            centred(levels, part(d.draws, start, m))
        else:
            words, counter = uint32s(d.scratch, (before + m + 3) >> 2), u64((d.first + start) >> 2)
            draw(words, counter, low, sample, last, k0, k1, u64(d.levels))
        out, base, enabled = part(d.out, start, m), block(d.base, b, m), block(d.enabled, b, m)
        add_noise(out, base, levels, enabled, offset, exponent)
