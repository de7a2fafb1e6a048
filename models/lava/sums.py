# mypy: allow-untyped-defs, allow-incomplete-defs
"""Sums of weights as Lava's process models take them, where the synapses of networks do not do.

Those (models.sparse, models.dense) add up 32 bits, and 16 bits or a byte hold a weight. Here are sums of 64 bits that a
negative weight exponent shifts, weights of any size and those that learning changes in place, and delays in float64,
where the order of additions shows. Like those, leaves add to accumulators: a message, or a ring with a slot for each
delay.
"""

import numpy as np

from loihi_emu.arithmetic import shift
from loihi_emu.jit import disjoint, float64s, int32s, int64s, kernel, leaf, part, whole
from loihi_emu.models.records import NUMBER, Record, array

i32 = np.int32
i64 = np.int64

SUMMING = Record(
    "LavaSumming",
    count=array("int64"),  # of this step's events
    index=array("int32"),  # their sources
    payloads=NUMBER,  # the incoming message; 0: every event counts as 1
    n=NUMBER,  # targets
    ring=NUMBER,  # the sums, slots x n
    events=array("int64"),  # counter of synaptic events
)
"""What every connection is told: events in, sums out."""

# One row for each source. Without targets it has a weight for each of the n, else those from its start on. Weights are
# int32 or float64. Payloads of integers have 64 bits (wide) or 32; narrow ones and their products wrap at 32 bits, and
# so do sums without delays. With delays, an event arrives so many steps after the next one; later than the ring has
# slots, never.
ROWS = SUMMING.extended(
    "LavaRows",
    starts=array("int64"),
    targets=array("int32"),
    weights=NUMBER,
    delays=array("int32"),
    slots=NUMBER,
    exponent=NUMBER,
    wide=NUMBER,
    narrow=NUMBER,
    sums=NUMBER,  # of this step, slots x n of int64 or, with delays, float64; 0 between steps
)


@kernel
def events_of(common):
    """Sources of this step's events."""
    return whole(common.index, common.count[0])


@kernel
def payload(d, source):
    """Payload of a source's event; 1 without payloads."""
    if not d.payloads:
        return i64(1)
    return int64s(d.payloads + 8 * source, 1)[0] if d.wide else i64(int32s(d.payloads + 4 * source, 1)[0])


@kernel
def payload_float(common, source):
    """The same in float64."""
    return float64s(common.payloads + 8 * source, 1)[0] if common.payloads else 1.0


@kernel
def row(d, source):
    """First weight of a source, and how many it has."""
    if not d.targets:
        return source * d.n, d.n
    first = d.starts[source]
    return first, d.starts[source + 1] - first


@disjoint
def add_plain(sums, weights):
    """Add one row with all targets."""
    for i in range(sums.shape[0]):
        sums[i] += weights[i]


@disjoint
def add_scaled(sums, weights, factor):
    """Add one row with all targets times a factor."""
    for i in range(sums.shape[0]):
        sums[i] += weights[i] * factor


@disjoint
def add_synapses(sums, targets, weights, factor):
    """Add one row of synapses times a factor."""
    for k in range(targets.shape[0]):
        sums[targets[k]] += weights[k] * factor


@disjoint
def add_delayed(sums, n, slots, targets, weights, delays, factor, narrow):
    """Add one row of synapses times a factor, each to its delay."""
    for k in range(targets.shape[0]):
        if delays[k] < slots:
            product = weights[k] * factor
            sums[i64(delays[k]) * n + targets[k]] += i64(i32(product)) if narrow else product


@disjoint
def add_delayed_float(sums, n, slots, targets, weights, delays, factor):
    """The same in float64."""
    for k in range(targets.shape[0]):
        if delays[k] < slots:
            sums[i64(delays[k]) * n + targets[k]] += weights[k] * factor


@disjoint
def finish(out, sums, exponent, narrow):
    """Shift sums, keep 32 bits, add them to accumulators, and clear them."""
    for i in range(out.shape[0]):
        total = i64(i32(sums[i])) if narrow else sums[i]
        out[i] = i32(out[i] + i32(shift(total, exponent)))
        sums[i] = 0


@leaf
def step(address, time):
    """Integer weights of any size."""
    common, d = SUMMING(address), ROWS(address)
    index = events_of(common)
    n, slots = d.n, d.slots
    sums, ring = int64s(d.sums, slots * n), int32s(d.ring, slots * n)
    events = 0
    for k in range(index.shape[0]):
        source = i64(index[k])
        first, size = row(d, source)
        weights, factor = int32s(d.weights + 4 * first, size), payload(d, source)
        if d.delays:
            targets, delays = part(d.targets, first, size), part(d.delays, first, size)
            add_delayed(sums, n, slots, targets, weights, delays, factor, d.narrow != 0)
        elif d.targets:
            add_synapses(sums, part(d.targets, first, size), weights, factor)
        elif factor == 1:
            add_plain(sums, weights)
        else:
            add_scaled(sums, weights, factor)
        events += size
    if index.shape[0]:
        for delay in range(slots):
            slot = ((time + 1 + delay) % slots) * n
            narrow = d.narrow != 0 and not d.delays
            finish(ring[slot : slot + n], sums[delay * n : (delay + 1) * n], d.exponent, narrow)
    d.events[0] += events


@disjoint
def finish_float(out, sums):
    """Add sums to accumulators, and clear them."""
    for i in range(out.shape[0]):
        out[i] += sums[i]
        sums[i] = 0.0


@leaf
def step_float(address, time):
    """Weights and payloads in float64, with delays: sums of a step are added to the ring at once, as in Lava."""
    common, d = SUMMING(address), ROWS(address)
    index = events_of(common)
    n, slots = d.n, d.slots
    ring, sums = float64s(d.ring, slots * n), float64s(d.sums, slots * n)
    events = 0
    for k in range(index.shape[0]):
        source = i64(index[k])
        first, size = row(d, source)
        targets, delays = part(d.targets, first, size), part(d.delays, first, size)
        weights, factor = float64s(d.weights + 8 * first, size), payload_float(common, source)
        add_delayed_float(sums, n, slots, targets, weights, delays, factor)
        events += size
    if index.shape[0]:
        for delay in range(slots):
            slot = ((time + 1 + delay) % slots) * n
            finish_float(ring[slot : slot + n], sums[delay * n : (delay + 1) * n])
    d.events[0] += events


# What is due in the next step: a slot of a ring that becomes a message.
DUE = Record("Due", ring=NUMBER, slots=NUMBER, n=NUMBER, out=NUMBER, floating=NUMBER)


@disjoint
def move(out, slot):
    """Copy a slot into a message and clear it."""
    for i in range(out.shape[0]):
        out[i] = slot[i]
        slot[i] = 0


@leaf
def send_next(address, time):
    """Send what is due in the next step."""
    d = DUE(address)
    n, first = d.n, ((time + 1) % d.slots) * d.n
    if d.floating:
        move(float64s(d.out, n), float64s(d.ring + 8 * first, n))
    else:
        move(int32s(d.out, n), int32s(d.ring + 4 * first, n))


# Sums that a weight exponent shifts, in place.
SHIFTED = Record("ShiftedSums", sums=array("int32"), n=NUMBER, exponent=NUMBER)


@disjoint
def shift_all(sums, exponent):
    """Shift sums; what a left shift pushes beyond 32 bits is lost."""
    for i in range(sums.shape[0]):
        sums[i] = i32(shift(i64(sums[i]), exponent))


@leaf
def shift_sums(address, time):
    """Shift 32-bit sums."""
    d = SHIFTED(address)
    shift_all(whole(d.sums, d.n), d.exponent)
