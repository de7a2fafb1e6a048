# mypy: allow-untyped-defs, allow-incomplete-defs
"""Delivery of spikes through synapses that learn, whose weights are words of 32 bits, or float64, row by row.

What a spike adds is the weight of now, shifted left; sums wrap at 32 bits.
"""

import numpy as np

from loihi_emu.jit import disjoint, float64s, int32s, kernel, leaf, wide_vectors
from loihi_emu.models.layout import PROJECTION, valued
from loihi_emu.models.records import NUMBER, array
from loihi_emu.models.synapses.float_leaves import float_leaves

i32 = np.int32
i64 = np.int64

# Source neuron i is first + i * step of its source, target neuron k is accumulator target + k * target_step. Rows hold
# the targets of each source (start and targets), or all (width; stride from row to row).
WORDS = PROJECTION.extended(
    "PlasticWords",
    first=NUMBER,
    step=NUMBER,
    sources=NUMBER,
    target=NUMBER,
    target_step=NUMBER,
    width=NUMBER,
    stride=NUMBER,
    rows=array("int64"),
    targets=array("int32"),
    weights=NUMBER,
    shift=NUMBER,
)
VALUED = valued(WORDS)


@disjoint
def add_row(q, row, factor):
    """Add one row to accumulators side by side."""
    wide_vectors()
    for i in range(row.shape[0]):
        q[i] = i32(q[i] + i32(row[i] * factor))


@kernel
def source_of(d, event):
    """The source neuron of the connection that an event is of, -1 if it is of none."""
    away, step = i64(d.index[event]) - d.first, d.step
    return away // step if 0 <= away < d.sources * step and away % step == 0 else i64(-1)


@kernel
def row_of(d, j):
    """Where the row of source j begins, and how many synapses it has."""
    if d.rows:
        return d.rows[j], d.rows[j + 1] - d.rows[j]
    return j * d.stride, d.width


@kernel
def target_of(d, synapse, k):
    """The accumulator of a row's synapse k, which is the synapse of this number among all."""
    return d.target + (i64(d.targets[synapse]) if d.rows else k) * d.target_step


@leaf
def step(address, time):
    """Deliver this step's events."""
    d = WORDS(address)
    graded = d.graded != 0 and bool(d.payload)
    q = int32s(d.ring + 4 * ((time + d.offset) % d.slots) * d.n, d.n)
    events = i64(0)
    for k in range(d.count[0]):
        j = source_of(d, k)
        if j < 0:
            continue
        start, size = row_of(d, j)
        row = int32s(d.weights + 4 * start, size)
        factor = i32((d.payload[k] if graded else i32(1)) << i32(d.shift))
        events += size
        if d.target_step == 1 and not d.rows:
            add_row(q[d.target : d.target + size], row, factor)
        else:
            for s in range(size):
                i = target_of(d, start + s, s)
                q[i] = i32(q[i] + i32(row[s] * factor))
    d.events[0] += events


@kernel
def deliver_float(d, time, graded, payload):
    """Deliver this step's events through float64 synapses."""
    q = float64s(d.ring + 8 * ((time + d.offset) % d.slots) * d.n, d.n)
    events = i64(0)
    for k in range(d.count[0]):
        j = source_of(d, k)
        if j < 0:
            continue
        start, size = row_of(d, j)
        row = float64s(d.weights + 8 * start, size)
        factor = np.float64(payload[k]) if graded else 1.0
        events += size
        for s in range(size):
            q[target_of(d, start + s, s)] += row[s] * factor
    d.events[0] += events


step_float, step_valued = float_leaves(deliver_float, WORDS, VALUED)
