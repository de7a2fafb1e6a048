# mypy: allow-untyped-defs, allow-incomplete-defs
"""Each source has a number of targets: drawn with repeats, or without (Floyd's method), then sorted."""

import numpy as np

from loihi_emu.jit import entry, kernel
from loihi_emu.models.drawing.words import ENDS, MEMBERS, below, holds, one_of, put, words

_DIGIT = 11
_RADIX = 1 << _DIGIT


@kernel
def members(key, line, n, count, repeats, own, bits, found):
    """`count` of n neurons, without one that is `own` (-1: none); `bits` is an empty set, and is so again."""
    n -= 1 if own >= 0 else 0
    four = words(key, MEMBERS, line, 0, 0)
    for k in range(count):
        if k & 3 == 0 and k:
            four = words(key, MEMBERS, line, 0, k >> 2)
        word = one_of(four, k & 3)
        if repeats:
            t = below(word, n)
        else:
            most = n - count + k
            t = below(word, most + 1)
            t = most if holds(bits, t) else t
            put(bits, t)
        found[k] = t
    if not repeats:
        for k in range(count):
            bits[found[k] >> 6] = 0
    if own >= 0:
        for k in range(count):
            found[k] += found[k] >= own


@kernel
def sort(values, count, n, other):
    """Sort numbers below n, digit by digit, or a few by insertion."""
    if count < 64:
        for k in range(1, count):
            value = values[k]
            at = k
            while at > 0 and values[at - 1] > value:
                values[at] = values[at - 1]
                at -= 1
            values[at] = value
        return
    places = np.empty(_RADIX + 1, np.int64)
    shift = 0
    while shift == 0 or (n - 1) >> shift:
        places[:] = 0
        for k in range(count):
            places[((values[k] >> shift) & (_RADIX - 1)) + 1] += 1
        for d in range(1, _RADIX):
            places[d] += places[d - 1]
        for k in range(count):
            d = (values[k] >> shift) & (_RADIX - 1)
            other[places[d]] = values[k]
            places[d] += 1
        for k in range(count):
            values[k] = other[k]
        shift += _DIGIT


@entry
def rows(key, degrees, repeats, own, first, end, low, high, targets, starts, found):
    """Targets low..high - 1 of sources first..end - 1, ascending; where rows start, the last one's end behind them."""
    most = 0
    for i in range(first, end):
        most = max(most, degrees[i])
    row, other = np.empty(most, np.int32), np.empty(most, np.int32)
    bits = np.zeros((targets >> 6) + 1, np.uint64)
    at = 0
    for i in range(first, end):
        starts[i - first] = at
        count = degrees[i]
        members(key, i, targets, count, repeats, own[i], bits, row)
        sort(row, count, targets, other)
        for k in range(count):
            if low <= row[k] < high:
                found[at] = row[k]
                at += 1
    starts[end - first] = at
    return at


@entry
def columns(key, degree, repeats, own, low, high, sources, counts):
    """How many of the `degree` sources of each of targets low..high - 1 every source is; added to `counts`."""
    row = np.empty(degree, np.int32)
    bits = np.zeros((sources >> 6) + 1, np.uint64)
    for j in range(low, high):
        members(key, j, sources, degree, repeats, own[j], bits, row)
        for k in range(degree):
            counts[row[k]] += 1


@entry
def place_columns(key, degree, repeats, own, low, high, sources, places, found):
    """Put targets low..high - 1 into the rows of their sources, ascending; `places` says where each row goes on."""
    row = np.empty(degree, np.int32)
    bits = np.zeros((sources >> 6) + 1, np.uint64)
    for j in range(low, high):
        members(key, j, sources, degree, repeats, own[j], bits, row)
        for k in range(degree):
            i = row[k]
            found[places[i]] = j
            places[i] += 1


@entry
def sources_of_all(key, total, own, targets, degrees):
    """How many of `total` pairs of neurons each source is in; a pair with itself is drawn again."""
    sources = degrees.shape[0]
    for k in range(total):
        turn = 0
        while True:
            four = words(key, ENDS, k & 0xFFFFFFFF, k >> 32, turn)
            i, again = below(four[0], sources), below(four[1], targets)
            if own[i] != again:
                break
            i, again = below(four[2], sources), below(four[3], targets)
            if own[i] != again:
                break
            turn += 1
        degrees[i] += 1
