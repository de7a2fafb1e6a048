# mypy: allow-untyped-defs, allow-incomplete-defs
"""Sparse connections of Lava's process models: as the dense ones, with rows of (target, weight) per source."""

import numpy as np

from loihi_emu.jit import address_of, disjoint, float64s, int32s, int64s, kernel, leaf, part
from loihi_emu.models.lava.dense import SUMMING, events_of, finish, payload, payload_float, shift_all
from loihi_emu.models.records import NUMBER, array
from loihi_emu.models.sparse import add_row, prefetch_row

i32 = np.int32
i64 = np.int64

# One row of (target, weight) for each source. Packed words (models.sparse) hold both; else targets are int32, and
# weights int64, int32 (that learn) or float64. Sums of 64 bits are not used with packed words. Where narrow is 1,
# payloads and weights have 32 bits, and so has their sum before the shift.
SPARSE = SUMMING.extended(
    "LavaSparse",
    starts=array("int64"),
    packed=array("uint32"),
    targets=array("int32"),
    weights=NUMBER,
    exponent=NUMBER,
    sums=NUMBER,
    mode=NUMBER,
    narrow=NUMBER,
)

PACKED, PLAIN, GRADED, GRADED_WIDE = range(4)
"""Binary events and packed words, or weights of any size; payloads of 32 or of 64 bits."""


@kernel
def row(d, source):
    """First synapse of a source, and how many it has."""
    first = d.starts[source]
    return first, d.starts[source + 1] - first


@disjoint
def clear(values):
    """Set all to 0."""
    for i in range(values.shape[0]):
        values[i] = i32(0)


@kernel
def run_packed(common, d):
    """Binary events, weights of 16 bits packed with their targets."""
    index = events_of(common)
    count = index.shape[0]
    out = int32s(d.out, d.n)
    clear(out)
    events = 0
    for k in range(count):
        if k + 1 < count:
            prefetch_row(address_of(d.packed, row(d, i64(index[k + 1]))[0]))
        first, size = row(d, i64(index[k]))
        add_row(out, part(d.packed, first, size))
        events += size
    if d.exponent:
        shift_all(out, d.exponent)
    d.events[0] += events


@disjoint
def add_scaled(sums, targets, weights, factor):
    """Add one row times a factor."""
    for k in range(targets.shape[0]):
        sums[targets[k]] += weights[k] * factor


@kernel
def run_plain(common, d, graded, wide, learning):
    """Any weights, in 64-bit sums; those that learn have 32 bits."""
    index = events_of(common)
    sums = int64s(d.sums, d.n)
    sums[:] = 0
    events = 0
    for k in range(index.shape[0]):
        place = i64(index[k])
        first, size = row(d, place)
        factor = payload(common, place, graded, wide)
        targets = part(d.targets, first, size)
        if learning:
            add_scaled(sums, targets, int32s(d.weights + 4 * first, size), factor)
        else:
            add_scaled(sums, targets, int64s(d.weights + 8 * first, size), factor)
        events += size
    finish(int32s(d.out, d.n), sums, d.exponent, d.narrow != 0)
    d.events[0] += events


@leaf
def step(address, time):
    """Integer weights."""
    common, d = SUMMING(address), SPARSE(address)
    mode = d.mode
    if mode == PACKED:
        run_packed(common, d)
    elif mode == PLAIN:
        run_plain(common, d, False, False, False)
    elif mode == GRADED:
        run_plain(common, d, True, False, False)
    else:
        run_plain(common, d, True, True, False)


@leaf
def step_learning(address, time):
    """Integer weights that learn."""
    common, d = SUMMING(address), SPARSE(address)
    mode = d.mode
    if mode == PLAIN:
        run_plain(common, d, False, False, True)
    elif mode == GRADED:
        run_plain(common, d, True, False, True)
    else:
        run_plain(common, d, True, True, True)


@leaf
def step_float(address, time):
    """Binary events or float64 payloads, weights in float64; there is no exponent."""
    common, d = SUMMING(address), SPARSE(address)
    index = events_of(common)
    out = float64s(d.out, d.n)
    out[:] = 0.0
    events = 0
    for k in range(index.shape[0]):
        place = i64(index[k])
        first, size = row(d, place)
        factor = payload_float(common, place)
        add_scaled(out, part(d.targets, first, size), float64s(d.weights + 8 * first, size), factor)
        events += size
    d.events[0] += events
