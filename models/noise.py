# mypy: allow-untyped-defs, allow-incomplete-defs
"""Pseudo-random noise on u or v: ``(U + 64 * offset) * 2**(exponent - 7)`` with U in -127..127, truncated to 0.

The range is that of nengo-loihi's emulator; Sandia's Fugu measured -128..127 on a chip. In nengo-loihi a register below
7 acts as exponent + 1: `exp` here is the effective exponent, never a register's 0. The chip's generator is not public:
numbers are drawn from Philox, and a rule set may have a generator of its own.
"""

import numpy as np

from loihi_emu.arithmetic import noise_value
from loihi_emu.jit import disjoint, leaf, whole
from loihi_emu.models.records import NUMBER, Record, array
from loihi_emu.philox import fill_from

i32 = np.int32

# Draws of a population's neurons from the one at start, a multiple of 4, on; scratch has room for a number each.
DRAW = Record(
    "Draw",
    out=array("int16"),
    n=NUMBER,
    start=NUMBER,
    seed=NUMBER,
    stream=NUMBER,
    sample=array("int64"),
    scratch=array("uint32"),
)

# From draws to the array that the compartments read: base + noise.
APPLY = Record(
    "Apply",
    draws=array("int16"),
    n=NUMBER,
    offset=NUMBER,
    exponent=NUMBER,
    enabled=array("uint8"),
    base=array("int32"),
    out=array("int32"),
)


@disjoint
def to_levels(out, numbers):
    """U = ((r * 255) >> 32) - 127 of 32-bit numbers r."""
    for i in range(out.shape[0]):
        out[i] = np.int16(np.int32((np.uint64(numbers[i]) * np.uint64(255)) >> np.uint64(32)) - 127)


@disjoint
def add_noise(out, base, draws, enabled, offset, exponent):
    """Base plus scaled noise where it is enabled."""
    for i in range(out.shape[0]):
        noise = noise_value(i32(draws[i]), offset, exponent)
        out[i] = i32(base[i] + (noise if enabled[i] else i32(0)))


@leaf
def draw(address, time):
    """Fill ``out`` (int16) with U = ((r * 255) >> 32) - 127 from 32-bit numbers r."""
    d = DRAW(address)
    numbers = whole(d.scratch, d.n)
    seed, stream, sample = np.uint64(d.seed), np.uint64(d.stream), np.uint64(d.sample[0])
    fill_from(numbers, np.uint64(d.start), seed, stream, sample, np.uint64(time))
    to_levels(whole(d.out, d.n), numbers)


@leaf
def apply(address, time):
    """Write base + noise for every neuron of a population."""
    d = APPLY(address)
    n = d.n
    draws, enabled, base = whole(d.draws, n), whole(d.enabled, n), whole(d.base, n)
    add_noise(whole(d.out, n), base, draws, enabled, i32(d.offset), i32(d.exponent))
