# mypy: allow-untyped-defs, allow-incomplete-defs
"""Connections of Lava's process models with delays, dense or sparse: the sums of each delay in a ring of their own."""

import numpy as np

from loihi_emu.arithmetic import shift
from loihi_emu.jit import disjoint, float64s, int32s, int64s, kernel, leaf, part
from loihi_emu.models.lava.dense import SUMMING, events_of, payload, payload_float
from loihi_emu.models.lava.sparse import GRADED, PLAIN, SPARSE, row
from loihi_emu.models.records import NUMBER, array

i32 = np.int32
i64 = np.int64

# A delay for each synapse; the ring has so many slots (rows), the largest delay + 1, of int32 or float64 sums, rows x
# n. The sums of this step are rows x n too.
DELAYED = SPARSE.extended("LavaSparseDelayed", delays=array("int32"), rows=NUMBER, ring=NUMBER)


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
def run_delayed(common, d, time, graded, wide):
    """Integers: shift the sum of each delay, keep 32 bits, add to the ring."""
    index = events_of(common)
    n, rows = d.n, d.rows
    sums = int64s(d.sums, rows * n)
    ring = int32s(d.ring, rows * n)
    events = 0
    for k in range(index.shape[0]):
        place = i64(index[k])
        first, size = row(d, place)
        targets, weights = part(d.targets, first, size), int64s(d.weights + 8 * first, size)
        delays = part(d.delays, first, size)
        factor = payload(common, place, graded, wide)
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
                ring[slot + i] = i32(ring[slot + i] + i32(shift(sums[delay * n + i], d.exponent)))
                sums[delay * n + i] = 0
    send_next(int32s(d.out, n), ring, rows, n, time)
    d.events[0] += events


@leaf
def step(address, time):
    """Integer weights with delays."""
    common, d = SUMMING(address), DELAYED(address)
    mode = d.mode
    if mode == PLAIN:
        run_delayed(common, d, time, False, False)
    elif mode == GRADED:
        run_delayed(common, d, time, True, False)
    else:
        run_delayed(common, d, time, True, True)


@leaf
def step_float(address, time):
    """Weights in float64, with delays: this step's sums are added to the ring at once, as Lava does."""
    common, d = SUMMING(address), DELAYED(address)
    index = events_of(common)
    n, rows = d.n, d.rows
    sums = float64s(d.sums, rows * n)
    ring = float64s(d.ring, rows * n)
    events = 0
    for k in range(index.shape[0]):
        place = i64(index[k])
        first, size = row(d, place)
        factor = payload_float(common, place)
        targets, weights = part(d.targets, first, size), float64s(d.weights + 8 * first, size)
        add_delayed(sums, n, rows, targets, weights, part(d.delays, first, size), factor)
        events += size
    if index.shape[0]:
        for delay in range(rows):
            slot = ((time + 1 + delay) % rows) * n
            for i in range(n):
                ring[slot + i] += sums[delay * n + i]
                sums[delay * n + i] = 0.0
    send_next(float64s(d.out, n), ring, rows, n, time)
    d.events[0] += events
