"""Sparse connections of Lava's process models: as the dense ones, with rows of (target, weight) per source."""

import numpy as np

from loihi_emu.jit import disjoint, float64s, int32s, int64s, kernel, leaf, uint32s
from loihi_emu.models.lava.dense import events_of, finish, payload, payload_float, shift_all
from loihi_emu.models.sparse import add_row, prefetch_row

i32 = np.int32
i64 = np.int64

PAYLOADS, N, OUT = 3, 4, 5  # as for dense ones
STARTS = 6  # address of the row starts, int64, sources + 1
TARGETS = 7  # address of the packed words, see models.sparse; else of int32 targets
WEIGHTS = 8  # address of int64 or float64 weights; not used with packed words
EXPONENT = 9
SUMS = 10  # address of 64-bit sums; not used with packed words
EVENTS = 11
MODE = 12
NARROW = 13  # 1: payloads and weights have 32 bits, and so has their sum before the shift
SPARSE_WORDS = 14

PACKED, PLAIN, GRADED, GRADED_WIDE = range(4)
"""Binary events and packed words, or weights of any size; payloads of 32 or of 64 bits."""


@kernel
def row(d, source):
    """First synapse of a source, and how many it has."""
    bounds = int64s(d[STARTS] + 8 * source, 2)
    return bounds[0], bounds[1] - bounds[0]


@disjoint
def clear(values):
    """Set all to 0."""
    for i in range(values.shape[0]):
        values[i] = i32(0)


@kernel
def run_packed(d):
    """Binary events, weights of 16 bits packed with their targets."""
    index = events_of(d)
    count = index.shape[0]
    out = int32s(d[OUT], d[N])
    clear(out)
    events = 0
    for k in range(count):
        if k + 1 < count:
            prefetch_row(d[TARGETS] + 4 * row(d, i64(index[k + 1]))[0])
        first, size = row(d, i64(index[k]))
        add_row(out, uint32s(d[TARGETS] + 4 * first, size))
        events += size
    if d[EXPONENT]:
        shift_all(out, d[EXPONENT])
    int64s(d[EVENTS], 1)[0] += events


@disjoint
def add_scaled(sums, targets, weights, factor):
    """Add one row times a factor."""
    for k in range(targets.shape[0]):
        sums[targets[k]] += weights[k] * factor


@kernel
def run_plain(d, graded, wide, learning):
    """Any weights, in 64-bit sums; those that learn have 32 bits."""
    index = events_of(d)
    sums = int64s(d[SUMS], d[N])
    sums[:] = 0
    events = 0
    for k in range(index.shape[0]):
        place = i64(index[k])
        first, size = row(d, place)
        factor = payload(d, place, graded, wide)
        targets = int32s(d[TARGETS] + 4 * first, size)
        if learning:
            add_scaled(sums, targets, int32s(d[WEIGHTS] + 4 * first, size), factor)
        else:
            add_scaled(sums, targets, int64s(d[WEIGHTS] + 8 * first, size), factor)
        events += size
    finish(int32s(d[OUT], d[N]), sums, d[EXPONENT], d[NARROW] != 0)
    int64s(d[EVENTS], 1)[0] += events


@leaf
def step(address, time):
    """Integer weights."""
    d = int64s(address, SPARSE_WORDS)
    mode = d[MODE]
    if mode == PACKED:
        run_packed(d)
    elif mode == PLAIN:
        run_plain(d, False, False, False)
    elif mode == GRADED:
        run_plain(d, True, False, False)
    else:
        run_plain(d, True, True, False)


@leaf
def step_learning(address, time):
    """Integer weights that learn."""
    d = int64s(address, SPARSE_WORDS)
    mode = d[MODE]
    if mode == PLAIN:
        run_plain(d, False, False, True)
    elif mode == GRADED:
        run_plain(d, True, False, True)
    else:
        run_plain(d, True, True, True)


@leaf
def step_float(address, time):
    """Binary events or float64 payloads, weights in float64; there is no exponent."""
    d = int64s(address, SPARSE_WORDS)
    index = events_of(d)
    out = float64s(d[OUT], d[N])
    out[:] = 0.0
    events = 0
    for k in range(index.shape[0]):
        place = i64(index[k])
        first, size = row(d, place)
        factor = payload_float(d, place)
        add_scaled(out, int32s(d[TARGETS] + 4 * first, size), float64s(d[WEIGHTS] + 8 * first, size), factor)
        events += size
    int64s(d[EVENTS], 1)[0] += events
