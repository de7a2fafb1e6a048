# mypy: allow-untyped-defs, allow-incomplete-defs
"""Traces of Lava's integer learning: impulses while an epoch runs, and their course when it ends.

A trace has 7 bits. It decays by a factor in float64, rounded by chance; an impulse has 8 bits behind the point, rounded
up where a number in 0..127 is below them (always, at the sources' later spikes of an epoch) [lava]. All neurons of a
side share the random numbers of a step.
"""

import numpy as np

from loihi_emu.jit import int32s, int64s, kernel, leaf, whole
from loihi_emu.models.lava import learning_layout as at
from loihi_emu.models.lava import pcg64

i32 = np.int32
i64 = np.int64
TRACE_MAX = 127


@kernel
def limited(value):
    """Limit a trace to 0..127."""
    return max(0, min(value, TRACE_MAX))


@kernel
def impulse(trace, random, whole, fraction):
    """Add an impulse."""
    return limited(trace + whole + (random < fraction))


@kernel
def neuron_of(side, event):
    """The neuron of a side that an event is of, -1 if it is of none."""
    away = i64(side.index[event]) - side.first
    step = side.step
    return away // step if 0 <= away < side.n * step and away % step == 0 else i64(-1)


@kernel
def begins(d, time):
    """Whether this is the step of a network that comes before Lava's first one."""
    return time < d.start


@kernel
def place_in_epoch(d, time):
    """The number of a step in its epoch, from 1 on."""
    return (time - d.start) % d.epoch + 1


@kernel
def ends_epoch(d, time):
    """Whether a step is the last one of its epoch."""
    return (time - d.start + 1) % d.epoch == 0


@kernel
def is_driven(trace):
    """Whether something replaces a trace in every step."""
    return trace.received != 0 or trace.factor.size != 0


@kernel
def whole_value(factor, event):
    """The payload of a third factor's event."""
    return i64(int32s(factor.payload + 4 * event, 1)[0]) if factor.payload else i64(1)


@kernel
def targets_of_event(factor, event, n):
    """First and end of the neurons that a third factor's event reaches: one, or all from a node of one neuron."""
    which = i64(factor.index[event]) - factor.first
    if which < 0 or which >= factor.size:
        return i64(0), i64(0)
    return (i64(0), n) if factor.size == 1 else (which, which + 1)


@kernel
def take_over(factor, y):
    """Replace a trace by the payloads of its third factor, 0 where there is none in this step."""
    y[:] = 0
    for k in range(factor.count[0]):
        low, high = targets_of_event(factor, k, y.shape[0])
        for i in range(low, high):
            y[i] += whole_value(factor, k)


@kernel
def draw(d, side, time):
    """Draw the numbers by which a side is rounded in this step; returns that for impulses before the epoch's end.

    Lava draws twice a step, and uses the first number of decay never. It draws once before its first step: so does a
    network in step 0.
    """
    first = pcg64.early(side.impulses)
    pcg64.advance(side.impulses)
    pcg64.advance(side.decays)
    if not begins(d, time):
        pcg64.advance(side.decays)
    side.drawn[0] = pcg64.uniform(side.decays)
    side.drawn[1] = np.float64(pcg64.late(side.impulses))
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
    full, fraction = int64s(d.pre.whole, 2)[1], d.pre.fraction[1]
    k = 0
    for j in range(x1.shape[0]):
        spikes = k < count and index[k] == j
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


@leaf
def step(address, time):
    """Take in this step's spikes, and third factors."""
    d = at.LEARNING(address)
    now = place_in_epoch(d, time)
    note_sources(d, now)
    draw(d, d.pre, time)
    note_targets(d, now, draw(d, d.post, time))
    n = d.post.n
    for m in range(3):
        trace = d.post.traces[m]
        if trace.received:
            y, received = int64s(trace.now, n), int32s(trace.received, n)
            for i in range(n):
                y[i] = received[i]
        elif trace.factor.size:
            take_over(trace.factor, int64s(trace.now, n))


@kernel
def run_course(course, values, spiked_at, factor, whole, fraction, decay_random, impulse_random, stride, steps):
    """Follow one trace of all neurons through the epoch; `stride` elements lie between two steps."""
    n = values.shape[0]
    for i in range(n):
        course[i] = i32(values[i])
    for step_of in range(1, steps + 1):
        before, here = (step_of - 1) * stride, step_of * stride
        for i in range(n):
            exact = factor * course[before + i]
            floor = np.floor(exact)
            value = i64(floor) + (decay_random < exact - floor)
            if spiked_at[i] == step_of:
                value = impulse(value, impulse_random, whole, fraction)
            course[here + i] = i32(value)


@kernel
def side_courses(side, traces, steps):
    """Follow the traces of one side through an epoch."""
    n = side.n
    for m in range(traces):
        if side.traces[m].now:
            run_course(
                int32s(side.course + 4 * m * n, (traces * steps + 1) * n),
                int64s(side.traces[m].now, n),
                whole(side.spiked_at, n),
                side.factor[m],
                int64s(side.whole, traces)[m],
                side.fraction[m],
                side.drawn[0],
                side.drawn[1],
                traces * n,
                steps,
            )


@kernel
def end_side(side, traces, steps):
    """Keep the traces of the epoch's end, and forget its spikes."""
    n = side.n
    for m in range(traces):
        if side.traces[m].now and not is_driven(side.traces[m]):
            values, last = int64s(side.traces[m].now, n), int32s(side.course + 4 * (traces * steps + m) * n, n)
            for i in range(n):
                values[i] = last[i]
    whole(side.spiked_at, n)[:] = 0
    whole(side.spiked, n)[:] = 0
