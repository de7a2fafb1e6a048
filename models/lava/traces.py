# mypy: allow-untyped-defs, allow-incomplete-defs
"""Traces of Lava's integer learning: impulses while an epoch runs, and their course when it ends.

A trace has 7 bits. It decays by a factor in float64, rounded by chance; an impulse has 8 bits behind the point, rounded
up where a number in 0..127 is below them (always, at the sources' later spikes of an epoch) [lava]. All neurons of a
side share the random numbers of a step.
"""

import numpy as np

from loihi_emu.jit import disjoint, int32s, int64s, kernel, whole
from loihi_emu.models.lava import learning_layout as at
from loihi_emu.models.lava import pcg64
from loihi_emu.models.lava.epoch import courses, neuron_of, tracer, whole_value
from loihi_emu.models.synapses.dense import lower_bound
from loihi_emu.widths import TRACE_MAX

i32 = np.int32
i64 = np.int64


@kernel
def limited(value):
    """Limit a trace to 0..127."""
    return max(0, min(value, TRACE_MAX))


@kernel
def impulse(trace, random, whole, fraction):
    """Add an impulse."""
    return limited(trace + whole + (random < fraction))


@kernel
def begins(d, time):
    """Whether this is the step of a network that comes before Lava's first one."""
    return time < d.start


@kernel
def draw(d, side, time):
    """Draw the numbers by which a side is rounded in this step; returns that for impulses before the epoch's end.

    Lava draws twice a step, and uses the first number of decay never. It draws once before its first step: so does a
    network in step 0.
    """
    first = pcg64.upper_integer(side.impulses)
    pcg64.advance(side.impulses)
    pcg64.advance(side.decays)
    if not begins(d, time):
        pcg64.advance(side.decays)
    side.drawn[0] = pcg64.uniform(side.decays)
    side.drawn[1] = np.float64(pcg64.lower_integer(side.impulses))
    return first


@kernel
def payload(d, place):
    """Half of an event's payload as a byte, halves to even."""
    value = i64(1)
    if d.payloads:
        if d.wide:
            value = int64s(d.payloads + 8 * place, 1)[0]
        else:
            value = i64(int32s(d.payloads + 4 * place, 1)[0])
    half = value >> 1
    return (half + (value & half & 1)) & 0xFF


@kernel
def add_payloads(d, x1, x2, spiked_at, count, index, now):
    """Add payloads to x1; in Lava x1 of silent sources is limited as well, and may begin at 128 or at what was set."""
    full, fraction, low = int64s(d.pre.whole, 2)[1], d.pre.fraction[1], d.pre.low
    k = lower_bound(index, count, low)
    for j in range(x1.shape[0]):
        spikes = k < count and index[k] == low + j
        k += spikes
        total = (x1[j] + (payload(d, j) if spikes else 0)) & 0xFF
        over = total > TRACE_MAX
        if d.graded == at.ADD_SATURATING:
            x1[j] = min(total, TRACE_MAX)
        else:
            x1[j] = total - TRACE_MAX if over else total
            spikes = spikes and over
        if spikes:
            if spiked_at[j] > 0:
                x2[j] = impulse(x2[j], 0, full, fraction)
            spiked_at[j] = now


@kernel
def note_sources(d, now):
    """Take in the spikes of the sources."""
    n = d.pre.n
    count = d.pre.count[0]
    spiked_at = whole(d.pre.spiked_at, n)
    full, fraction = int64s(d.pre.whole, 2), d.pre.fraction
    mode = d.graded
    if mode == at.ADD_SATURATING or mode == at.ADD_WRAPPING:
        x1, x2 = int64s(d.pre.traces[0].now, n), int64s(d.pre.traces[1].now, n)
        add_payloads(d, x1, x2, spiked_at, count, whole(d.pre.index, count), now)
        return
    for k in range(count):
        j = neuron_of(d.pre, k)
        if j < 0:
            continue
        again = spiked_at[j] > 0
        if mode == at.OVERWRITE:
            int64s(d.pre.traces[0].now, n)[j] = payload(d, j)
        for m in range(2):
            if again and d.pre.traces[m].now and (m == 1 or mode == at.REGULAR):
                x = int64s(d.pre.traces[m].now, n)
                x[j] = impulse(x[j], 0, full[m], fraction[m])
        spiked_at[j] = now


@kernel
def note_targets(d, now, random):
    """Take in the spikes of the targets."""
    n = d.post.n
    spiked_at, spiked = whole(d.post.spiked_at, n), whole(d.post.spiked, n)
    full, fraction = int64s(d.post.whole, 3), d.post.fraction
    for k in range(d.post.count[0]):
        i = neuron_of(d.post, k)
        if i < 0:
            continue
        spiked[i] = 1
        for m in range(3):
            if spiked_at[i] > 0 and d.post.traces[m].now:
                y = int64s(d.post.traces[m].now, n)
                y[i] = impulse(y[i], random, full[m], fraction[m])
        spiked_at[i] = now


@kernel
def note(d, now, time):
    """Take in a step's spikes."""
    note_sources(d, now)
    draw(d, d.pre, time)
    note_targets(d, now, draw(d, d.post, time))


@disjoint
def decayed(course, before, factor, random):
    """One step of a decay; what is behind the point is rounded up where a random number is below it."""
    for i in range(course.shape[0]):
        exact = factor * before[i]
        floor = np.floor(exact)
        course[i] = i32(i32(floor) + i32(random < exact - floor))


@kernel
def follow(side, m, before, course, step):
    """One step of a trace of all neurons, with its impulses."""
    decayed(course, before, side.factor[m], side.drawn[0])
    spiked_at, full, fraction, random = (
        whole(side.spiked_at, side.n),
        int64s(side.whole, 3),
        side.fraction[m],
        side.drawn[1],
    )
    for i in range(side.n):
        if spiked_at[i] == step:
            course[i] = i32(impulse(i64(course[i]), random, full[m], fraction))


side_courses, keep_last = courses(int64s, int32s, 4, follow)
step = tracer(__name__, int64s, int32s, note, whole_value, side_courses, keep_last)
