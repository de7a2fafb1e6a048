# mypy: allow-untyped-defs, allow-incomplete-defs
"""Random words of a connection, by what they are for and their place; and what is made of a word."""

import numpy as np

from loihi_emu.jit import kernel, trailing_zeros
from loihi_emu.philox import philox4x32

u64 = np.uint64

VALUES, COUNTS, MEMBERS, ENDS = 1, 2, 3, 4
"""What words are for: the last word of a counter."""
CELL = 1024
"""Targets that are drawn together."""
CELL_WORDS = CELL // 64


@kernel
def words(key, what, line, cell, number):
    """Four words of 32 bits: `number` may have 32 bits, as may `cell` and `line`."""
    return philox4x32(u64(line), u64(cell), u64(number), u64(what), key[0], key[1])


@kernel
def one_of(four, k):
    """Word k of four."""
    return four[0] if k == 0 else four[1] if k == 1 else four[2] if k == 2 else four[3]


@kernel
def below(word, n):
    """A number below n (at most 2^32), each as likely to within n / 2^32."""
    return np.int64((word * u64(n)) >> u64(32))


@kernel
def pick(word, limits, others):
    """A row of a table by Walker's method of aliases: row i if the rest of the word is below its limit, else another.

    A table of n rows uses the word times n: the upper 32 bits are a row, the lower ones the rest.
    """
    product = word * u64(limits.shape[0])
    row = np.int64(product >> u64(32))
    return row if (product & u64(0xFFFFFFFF)) < u64(limits[row]) else np.int64(others[row])


@kernel
def holds(bits, t):
    """Whether a set of numbers has t."""
    return (bits[t >> 6] >> u64(t & 63)) & u64(1)


@kernel
def put(bits, t):
    """Add t to a set of numbers."""
    bits[t >> 6] |= u64(1) << u64(t & 63)


@kernel
def lowest(word):
    """Position of the lowest bit that is set."""
    return np.int64(trailing_zeros(word))
