# mypy: allow-untyped-defs, allow-incomplete-defs
"""Sources of spikes from outside: lists of events, and seeded Poisson processes."""

import numpy as np

from loihi_emu.jit import disjoint, entry, kernel, leaf, part, uint8s, whole
from loihi_emu.models.layout import BLOCK, SOURCE, valued
from loihi_emu.models.records import NUMBER, Record, array
from loihi_emu.models.spikes import emit
from loihi_emu.philox import fill_from

NO_STEP = -1

# What an input of size neurons sends in one step (or NO_STEP): so many events, with values if it has some. Known are
# the lowest and the highest value that need no care, a 0 among them if zeros is 1; valued says whether values are sent.
SENT = Record(
    "SentEvents",
    step=NUMBER,
    total=NUMBER,
    size=NUMBER,
    neurons=array("int64"),
    payloads=array("float64"),
    valued=NUMBER,
    zeros=NUMBER,
    known=array("float64"),
)

# A list of events by ascending times, and where in it the next one is; counter counts events. What was sent for a step
# takes the place of those listed for it.
EVENTS = SOURCE.extended(
    "Events",
    times=array("int64"),
    neurons=array("int32"),
    payloads=array("int32"),
    total=NUMBER,
    cursor=array("int64"),
    counter=array("int64"),
    sent=array(SENT),
)
VALUED_EVENTS = Record("ValuedEvents", **{**valued(EVENTS).fields, "payloads": array("float64")})

# A Poisson source, or a part of one from the neuron start (a multiple of 4) on, whose indices count from there. An
# event is where a 32-bit random number is below the neuron's limit; draws and mask are scratch, sample the number of
# the sample.
POISSON = SOURCE.extended(
    "Poisson",
    n=NUMBER,
    start=NUMBER,
    limits=array("uint64"),
    draws=array("uint32"),
    mask=NUMBER,
    seed=NUMBER,
    stream=NUMBER,
    sample=array("int64"),
    counter=array("int64"),
)


@entry
def takes(address, count):
    """Whether the first events of what is to be sent need no care, so that they are sent: neurons rise and are there.

    Parameters
    ----------
    address : int
        Of SENT.
    count : int
        How many events.

    Returns
    -------
    bool
    """
    sent = SENT(address)
    before = -1
    for k in range(count):
        neuron = sent.neurons[k]
        if neuron <= before:
            return False
        before = neuron
    if before >= sent.size:
        return False
    if sent.payloads:
        zeros, low, high = sent.zeros, sent.known[0], sent.known[1]
        for k in range(count):
            if not sent.valued:
                sent.payloads[k] = 1.0
            elif not low <= sent.payloads[k] <= high or (sent.payloads[k] == 0.0 and zeros == 0):
                return False
    sent.total = count
    return True


@kernel
def copy_sent(d, sent):
    """Copy what was sent for this step alone."""
    count = sent.total
    d.count[0] = count
    d.counter[0] += count
    for k in range(count):
        d.index[k] = sent.neurons[k]
    if d.payload:
        for k in range(count):
            d.payload[k] = sent.payloads[k]
    sent.step = NO_STEP


@kernel
def copy_events(d, time):
    """Copy this step's events to the source's list."""
    sent = d.sent[0]
    if sent.step == time:
        copy_sent(d, sent)
        return
    total, times = d.total, d.times
    position = d.cursor[0]
    while position < total and times[position] < time:
        position += 1
    first = position
    while position < total and times[position] == time:
        position += 1
    d.cursor[0] = position
    count = position - first
    d.count[0] = count
    d.counter[0] += count
    for k in range(count):
        d.index[k] = d.neurons[first + k]
    if d.payload:
        for k in range(count):
            d.payload[k] = d.payloads[first + k]


@leaf
def events(address, time):
    """Copy this step's events."""
    copy_events(EVENTS(address), time)


@leaf
def valued_events(address, time):
    """Copy this step's events, whose payloads are float64."""
    copy_events(VALUED_EVENTS(address), time)


@disjoint
def mark(mask, draws, limits):
    """Mark the neurons whose numbers are below their limits."""
    for i in range(mask.shape[0]):
        mask[i] = np.uint8(1) if np.uint64(draws[i]) < limits[i] else np.uint8(0)


@leaf
def poisson(address, time):
    """Draw one number per neuron and list those below their thresholds (rate times 2^32)."""
    d = POISSON(address)
    n = d.n
    draws, limits, index = whole(d.draws, n), whole(d.limits, n), whole(d.index, n)
    seed, stream, sample = np.uint64(d.seed), np.uint64(d.stream), np.uint64(d.sample[0])
    fill_from(draws, np.uint64(d.start), seed, stream, sample, np.uint64(time))
    count = 0
    for first in range(0, n, BLOCK):
        m = min(BLOCK, n - first)
        mask = uint8s(d.mask, m)
        mark(mask, part(draws, first, m), part(limits, first, m))
        count = emit(mask, d.mask, first, index, count)
    d.count[0] = count
    d.counter[0] += count
