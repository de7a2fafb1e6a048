# mypy: allow-untyped-defs, allow-incomplete-defs
"""Each pair of neurons is connected with one probability, independently: cell by cell of a source and 1024 targets.

How many targets of a cell are connected is binomial, by a table; which, a choice without repeats (Floyd's method).
"""

import numpy as np

from loihi_emu.jit import entry, kernel
from loihi_emu.models.drawing.words import (
    CELL,
    CELL_WORDS,
    COUNTS,
    MEMBERS,
    below,
    holds,
    lowest,
    one_of,
    pick,
    put,
    words,
)

u64 = np.uint64


@kernel
def cell_size(cell, targets, own):
    """How many targets of a cell can be connected, and whether the source itself, which cannot, lies there."""
    first = cell * CELL
    n = min(CELL, targets - first)
    inside = first <= own < first + n
    return n - (1 if inside else 0), inside


@kernel
def cell_count(key, limits, others, source, cell, targets, own):
    """How many targets of a cell are connected; tables 0 and 1 are of whole cells and the last, 2 and 3 of one less."""
    n, inside = cell_size(cell, targets, own)
    last = 1 if cell == (targets - 1) // CELL else 0
    word = one_of(words(key, COUNTS, source, cell >> 2, 0), cell & 3)
    table = last + (2 if inside else 0)
    return pick(word, limits[table, : n + 1], others[table, : n + 1])


@kernel
def choose(key, source, cell, n, count, bits):
    """A set of `count` of the numbers below n."""
    bits[:] = 0
    four = words(key, MEMBERS, source, cell, 0)
    for k in range(count):
        if k & 3 == 0 and k:
            four = words(key, MEMBERS, source, cell, k >> 2)
        most = n - count + k
        t = below(one_of(four, k & 3), most + 1)
        put(bits, most if holds(bits, t) else t)


@entry
def count(key, limits, others, own, first, end, low, high, targets, counts):
    """Synapses of sources first..end - 1 in the cells of targets low..high - 1."""
    for i in range(first, end):
        total = 0
        for cell in range(low // CELL, (high + CELL - 1) // CELL):
            total += cell_count(key, limits, others, i, cell, targets, own[i])
        counts[i - first] = total


@entry
def rows(key, limits, others, own, first, end, low, high, targets, starts, found):
    """Targets low..high - 1 of sources first..end - 1, ascending; where rows start, the last one's end behind them."""
    bits = np.zeros(CELL_WORDS, np.uint64)
    at = 0
    for i in range(first, end):
        starts[i - first] = at
        for cell in range(low // CELL, (high + CELL - 1) // CELL):
            n, inside = cell_size(cell, targets, own[i])
            chosen = cell_count(key, limits, others, i, cell, targets, own[i])
            left_out = chosen > n // 2  # those that are not connected are fewer
            choose(key, i, cell, n, n - chosen if left_out else chosen, bits)
            base = cell * CELL
            gap = own[i] - base if inside else n
            for w in range(CELL_WORDS):
                word = bits[w]
                if left_out:
                    word = ~word
                    rest = n - 64 * w
                    if rest < 64:
                        word = word & ((u64(1) << u64(max(rest, 0))) - u64(1))
                while word:
                    t = 64 * w + lowest(word)
                    word &= word - u64(1)
                    target = base + t + (1 if t >= gap else 0)
                    if low <= target < high:
                        found[at] = target
                        at += 1
    starts[end - first] = at
    return at
