"""Pseudo-random noise on u or v: ``(U + 64 * offset) * 2**(exponent - 7)`` with U in -127..127, truncated to 0.

The range is that of nengo-loihi's emulator; Sandia's Fugu measured -128..127 on a chip. In nengo-loihi a register below
7 acts as exponent + 1: `exp` here is the effective exponent, never a register's 0. The chip's generator is not public:
numbers are drawn from Philox, and a rule set may have a generator of its own.
"""

import numpy as np

from loihi_emu.arithmetic import noise_value
from loihi_emu.jit import disjoint, int16s, int32s, int64s, leaf, uint8s, uint32s
from loihi_emu.philox import fill

i32 = np.int32

# Draws of one population from Philox.
D_OUT, D_N, D_SEED, D_STREAM, D_SAMPLE, D_SCRATCH = range(6)
DRAW_WORDS = 6

# From draws to the array that the compartments read: base + noise.
A_DRAWS, A_N, A_OFFSET, A_EXPONENT, A_ENABLED, A_BASE, A_OUT = range(7)
APPLY_WORDS = 7


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
    d = int64s(address, DRAW_WORDS)
    n = d[D_N]
    numbers = uint32s(d[D_SCRATCH], n)
    sample = int64s(d[D_SAMPLE], 1)[0]
    fill(numbers, np.uint64(d[D_SEED]), np.uint64(d[D_STREAM]), np.uint64(sample), np.uint64(time))
    to_levels(int16s(d[D_OUT], n), numbers)


@leaf
def apply(address, time):
    """Write base + noise for every neuron of a population."""
    d = int64s(address, APPLY_WORDS)
    n = d[A_N]
    draws, enabled = int16s(d[A_DRAWS], n), uint8s(d[A_ENABLED], n)
    base, out = int32s(d[A_BASE], n), int32s(d[A_OUT], n)
    add_noise(out, base, draws, enabled, i32(d[A_OFFSET]), i32(d[A_EXPONENT]))
