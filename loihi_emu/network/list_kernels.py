# mypy: allow-untyped-defs, allow-incomplete-defs
"""Kernels that bring long lists of synapses into rows: by source by counting, then each row by target."""

import numpy as np

from loihi_emu.jit import entry, kernel

_FEW = 48  # rows up to here are sorted by insertion
_DIGIT = 8
_RADIX = 1 << _DIGIT


@entry
def count_sources(before, after, counts, last):
    """Count the synapses of each source; whether they stand by (source, target). `last` is the pair before these."""
    source, target = np.int64(last[0]), np.int64(last[1])
    rising = True
    for k in range(before.shape[0]):
        i, j = np.int64(before[k]), np.int64(after[k])
        counts[i] += 1
        rising &= i > source or (i == source and j >= target)
        source, target = i, j
    last[0], last[1] = source, target
    return rising


@entry
def destinations(before, places, found):
    """Where each synapse goes; `places` holds where the next one of a source goes."""
    for k in range(before.shape[0]):
        i = before[k]
        found[k] = places[i]
        places[i] += 1


@kernel
def insertion(targets, first, end, order):
    """Sort a short row by insertion; `order` gets places within the block."""
    for k in range(first, end):
        target = targets[k]
        at = k
        while at > first and targets[order[at - 1]] > target:
            order[at] = order[at - 1]
            at -= 1
        order[at] = k


@kernel
def counting(targets, first, end, counts, order):
    """Sort a row that is long beside the number of targets by counting them."""
    counts[:] = 0
    for k in range(first, end):
        counts[targets[k] + 1] += 1
    for t in range(1, counts.shape[0]):
        counts[t] += counts[t - 1]
    for k in range(first, end):
        t = targets[k]
        order[first + counts[t]] = k
        counts[t] += 1


@kernel
def radix(targets, first, end, digits, one, other, order):
    """Sort a row digit by digit; `one` and `other` have room for its words, target << 32 | place."""
    m = end - first
    for k in range(m):
        one[k] = (np.uint64(targets[first + k]) << np.uint64(32)) | np.uint64(first + k)
    counts = np.empty(_RADIX + 1, np.int64)
    for digit in range(digits):
        shift = np.uint64(32 + _DIGIT * digit)
        counts[:] = 0
        for k in range(m):
            counts[np.int64((one[k] >> shift) & np.uint64(_RADIX - 1)) + 1] += 1
        for d in range(1, _RADIX):
            counts[d] += counts[d - 1]
        for k in range(m):
            d = np.int64((one[k] >> shift) & np.uint64(_RADIX - 1))
            other[counts[d]] = one[k]
            counts[d] += 1
        one, other = other, one
    for k in range(m):
        order[first + k] = np.int32(one[k] & np.uint64(0xFFFFFFFF))


@entry
def order_rows(starts, targets, counts, one, other, order):
    """Stable order of each row by target; `starts` and `order` count from the first synapse of the block.

    Rows longer than `one` are counted; `counts` has one place more than there are targets.
    """
    digits = 1
    while (counts.shape[0] - 2) >> (_DIGIT * digits):
        digits += 1
    for row in range(starts.shape[0] - 1):
        first, end = starts[row], starts[row + 1]
        if end - first <= _FEW:
            insertion(targets, first, end, order)
        elif end - first > one.shape[0]:
            counting(targets, first, end, counts, order)
        else:
            radix(targets, first, end, digits, one, other, order)
