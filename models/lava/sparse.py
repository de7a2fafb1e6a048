"""Sparse connections of Lava's process models: as the dense ones, with rows of (target, weight) per source."""

import numpy as np

from loihi_emu.arithmetic import shift
from loihi_emu.jit import disjoint, float64s, int32s, int64s, kernel, leaf, uint32s
from loihi_emu.models import layout as at
from loihi_emu.models.lava.dense import finish, shift_all
from loihi_emu.models.sparse import add_row

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
def run_packed(d):
    """Binary events, weights of 16 bits packed with their targets."""
    count = int64s(d[at.S_COUNT], 1)[0]
    index = int32s(d[at.S_INDEX], count)
    out = int32s(d[OUT], d[N])
    out[:] = i32(0)
    events = 0
    for k in range(count):
        bounds = int64s(d[STARTS] + 8 * i64(index[k]), 2)
        size = bounds[1] - bounds[0]
        add_row(out, uint32s(d[TARGETS] + 4 * bounds[0], size))
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
    count = int64s(d[at.S_COUNT], 1)[0]
    index = int32s(d[at.S_INDEX], count)
    sums = int64s(d[SUMS], d[N])
    sums[:] = 0
    events = 0
    for k in range(count):
        place = i64(index[k])
        bounds = int64s(d[STARTS] + 8 * place, 2)
        first, size = bounds[0], bounds[1] - bounds[0]
        factor = i64(1)
        if graded:
            factor = int64s(d[PAYLOADS] + 8 * place, 1)[0] if wide else i64(int32s(d[PAYLOADS] + 4 * place, 1)[0])
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
    count = int64s(d[at.S_COUNT], 1)[0]
    index = int32s(d[at.S_INDEX], count)
    out = float64s(d[OUT], d[N])
    out[:] = 0.0
    events = 0
    for k in range(count):
        place = i64(index[k])
        bounds = int64s(d[STARTS] + 8 * place, 2)
        first, size = bounds[0], bounds[1] - bounds[0]
        factor = float64s(d[PAYLOADS] + 8 * place, 1)[0] if d[PAYLOADS] else 1.0
        add_scaled(out, int32s(d[TARGETS] + 4 * first, size), float64s(d[WEIGHTS] + 8 * first, size), factor)
        events += size
    int64s(d[EVENTS], 1)[0] += events


# Delays, dense or sparse: the sums of each delay in a ring of their own.
DELAYS = 14  # address of int32 delays, one per synapse
ROWS = 15  # slots of the ring: the largest delay + 1
RING = 16  # address of int32 (or float64) sums, ROWS x N
SUMS_DELAYED = SUMS  # address of 64-bit sums of this step, ROWS x N
DELAY_WORDS = 17


@disjoint
def add_delayed(sums, n, rows, targets, weights, delays, factor):
    """Add one row times a factor, each product to its delay; delays beyond the ring are dropped."""
    for k in range(targets.shape[0]):
        if delays[k] < rows:
            sums[np.int64(delays[k]) * n + targets[k]] += weights[k] * factor


@kernel
def send_next(out, ring, rows, n, time):
    """Put the sums due in the next step into the message and clear their slot."""
    slot = ((time + 1) % rows) * n
    for i in range(n):
        out[i] = ring[slot + i]
        ring[slot + i] = 0


@kernel
def run_delayed(d, time, graded, wide):
    """Integers: shift the sum of each delay, keep 32 bits, add to the ring."""
    count = int64s(d[at.S_COUNT], 1)[0]
    index = int32s(d[at.S_INDEX], count)
    n, rows = d[N], d[ROWS]
    sums = int64s(d[SUMS_DELAYED], rows * n)
    ring = int32s(d[RING], rows * n)
    events = 0
    for k in range(count):
        place = i64(index[k])
        bounds = int64s(d[STARTS] + 8 * place, 2)
        first, size = bounds[0], bounds[1] - bounds[0]
        targets, weights = int32s(d[TARGETS] + 4 * first, size), int64s(d[WEIGHTS] + 8 * first, size)
        delays = int32s(d[DELAYS] + 4 * first, size)
        factor = i64(1)
        if graded:
            factor = int64s(d[PAYLOADS] + 8 * place, 1)[0] if wide else i64(int32s(d[PAYLOADS] + 4 * place, 1)[0])
        if graded and not wide:
            for j in range(size):  # a product of 32-bit numbers wraps at 32 bits, their sum at 64
                if delays[j] < rows:
                    sums[i64(delays[j]) * n + targets[j]] += i64(i32(weights[j] * factor))
        else:
            add_delayed(sums, n, rows, targets, weights, delays, factor)
        events += size
    if count:
        for delay in range(rows):
            slot = ((time + 1 + delay) % rows) * n
            for i in range(n):
                ring[slot + i] = i32(ring[slot + i] + i32(shift(sums[delay * n + i], d[EXPONENT])))
                sums[delay * n + i] = 0
    send_next(int32s(d[OUT], n), ring, rows, n, time)
    int64s(d[EVENTS], 1)[0] += events


@leaf
def step_delayed(address, time):
    """Integer weights with delays."""
    d = int64s(address, DELAY_WORDS)
    mode = d[MODE]
    if mode == PLAIN:
        run_delayed(d, time, False, False)
    elif mode == GRADED:
        run_delayed(d, time, True, False)
    else:
        run_delayed(d, time, True, True)


@leaf
def step_delayed_float(address, time):
    """Weights in float64, with delays: this step's sums are added to the ring at once, as Lava does."""
    d = int64s(address, DELAY_WORDS)
    count = int64s(d[at.S_COUNT], 1)[0]
    index = int32s(d[at.S_INDEX], count)
    n, rows = d[N], d[ROWS]
    sums = float64s(d[SUMS_DELAYED], rows * n)
    ring = float64s(d[RING], rows * n)
    events = 0
    for k in range(count):
        place = i64(index[k])
        bounds = int64s(d[STARTS] + 8 * place, 2)
        first, size = bounds[0], bounds[1] - bounds[0]
        factor = float64s(d[PAYLOADS] + 8 * place, 1)[0] if d[PAYLOADS] else 1.0
        targets, weights = int32s(d[TARGETS] + 4 * first, size), float64s(d[WEIGHTS] + 8 * first, size)
        add_delayed(sums, n, rows, targets, weights, int32s(d[DELAYS] + 4 * first, size), factor)
        events += size
    if count:
        for delay in range(rows):
            slot = ((time + 1 + delay) % rows) * n
            for i in range(n):
                ring[slot + i] += sums[delay * n + i]
                sums[delay * n + i] = 0.0
    send_next(float64s(d[OUT], n), ring, rows, n, time)
    int64s(d[EVENTS], 1)[0] += events
