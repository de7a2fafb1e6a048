"""Connections of Lava's process models with delays, dense or sparse: the sums of each delay in a ring of their own.

A description begins as that of a sparse connection.
"""

import numpy as np

from loihi_emu.arithmetic import shift
from loihi_emu.jit import disjoint, float64s, int32s, int64s, kernel, leaf
from loihi_emu.models.lava.dense import events_of, payload, payload_float
from loihi_emu.models.lava.sparse import (
    EVENTS,
    EXPONENT,
    GRADED,
    MODE,
    OUT,
    PLAIN,
    SPARSE_WORDS,
    SUMS,
    TARGETS,
    WEIGHTS,
    N,
    row,
)

i32 = np.int32
i64 = np.int64

DELAYS = SPARSE_WORDS  # address of int32 delays, one per synapse
ROWS = SPARSE_WORDS + 1  # slots of the ring: the largest delay + 1
RING = SPARSE_WORDS + 2  # address of int32 (or float64) sums, ROWS x N
SUMS_DELAYED = SUMS  # address of 64-bit sums of this step, ROWS x N
DELAY_WORDS = SPARSE_WORDS + 3


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
    index = events_of(d)
    n, rows = d[N], d[ROWS]
    sums = int64s(d[SUMS_DELAYED], rows * n)
    ring = int32s(d[RING], rows * n)
    events = 0
    for k in range(index.shape[0]):
        place = i64(index[k])
        first, size = row(d, place)
        targets, weights = int32s(d[TARGETS] + 4 * first, size), int64s(d[WEIGHTS] + 8 * first, size)
        delays = int32s(d[DELAYS] + 4 * first, size)
        factor = payload(d, place, graded, wide)
        if graded and not wide:
            for j in range(size):  # a product of 32-bit numbers wraps at 32 bits, their sum at 64
                if delays[j] < rows:
                    sums[i64(delays[j]) * n + targets[j]] += i64(i32(weights[j] * factor))
        else:
            add_delayed(sums, n, rows, targets, weights, delays, factor)
        events += size
    if index.shape[0]:
        for delay in range(rows):
            slot = ((time + 1 + delay) % rows) * n
            for i in range(n):
                ring[slot + i] = i32(ring[slot + i] + i32(shift(sums[delay * n + i], d[EXPONENT])))
                sums[delay * n + i] = 0
    send_next(int32s(d[OUT], n), ring, rows, n, time)
    int64s(d[EVENTS], 1)[0] += events


@leaf
def step(address, time):
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
def step_float(address, time):
    """Weights in float64, with delays: this step's sums are added to the ring at once, as Lava does."""
    d = int64s(address, DELAY_WORDS)
    index = events_of(d)
    n, rows = d[N], d[ROWS]
    sums = float64s(d[SUMS_DELAYED], rows * n)
    ring = float64s(d[RING], rows * n)
    events = 0
    for k in range(index.shape[0]):
        place = i64(index[k])
        first, size = row(d, place)
        factor = payload_float(d, place)
        targets, weights = int32s(d[TARGETS] + 4 * first, size), float64s(d[WEIGHTS] + 8 * first, size)
        add_delayed(sums, n, rows, targets, weights, int32s(d[DELAYS] + 4 * first, size), factor)
        events += size
    if index.shape[0]:
        for delay in range(rows):
            slot = ((time + 1 + delay) % rows) * n
            for i in range(n):
                ring[slot + i] += sums[delay * n + i]
                sums[delay * n + i] = 0.0
    send_next(float64s(d[OUT], n), ring, rows, n, time)
    int64s(d[EVENTS], 1)[0] += events
