# mypy: allow-untyped-defs, allow-incomplete-defs
"""Traces of Lava's integer learning: impulses while an epoch runs, and their course when it ends.

A trace has 7 bits. It decays by a factor in float64, rounded by chance; an impulse has 8 bits behind the point, rounded
up where a number in 0..127 is below them (always, at the sources' later spikes of an epoch) [lava].
"""

import numpy as np

from loihi_emu.jit import int32s, int64s, kernel, leaf, whole
from loihi_emu.models.lava import learning_layout as at

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
    index = whole(d.pre.index, count)
    spiked_at = whole(d.pre.spiked_at, n)
    x1, x2 = int64s(d.pre.traces[0].now, n), int64s(d.pre.traces[1].now, n)
    full, fraction = int64s(d.pre.whole, 2), d.pre.fraction
    mode = d.graded
    if mode == at.ADD_SATURATING or mode == at.ADD_WRAPPING:
        add_payloads(d, x1, x2, spiked_at, count, index, now)
        return
    for k in range(count):
        j = i64(index[k])
        again = spiked_at[j] > 0
        if mode == at.OVERWRITE:
            x1[j] = payload(d, j)
        elif again:
            x1[j] = impulse(x1[j], 0, full[0], fraction[0])
        if again:
            x2[j] = impulse(x2[j], 0, full[1], fraction[1])
        spiked_at[j] = now


@kernel
def note_targets(d, now, random):
    """Take in the spikes of the targets."""
    n = d.post.n
    count = d.post.count[0]
    index = whole(d.post.index, count)
    spiked_at, spiked = whole(d.post.spiked_at, n), whole(d.post.spiked, n)
    full, fraction = int64s(d.post.whole, 3), d.post.fraction
    for k in range(count):
        i = i64(index[k])
        spiked[i] = 1
        if spiked_at[i] > 0:
            for m in range(3):
                y = int64s(d.post.traces[m].now, n)
                y[i] = impulse(y[i], random, full[m], fraction[m])
        spiked_at[i] = now


@leaf
def step(address, time):
    """Take in this step's spikes, and third factors."""
    d = at.LEARNING(address)
    now = time % d.epoch + 1
    note_sources(d, now)
    draw = 2 * (time - d.first)
    note_targets(d, now, d.post.impulse[draw])
    if d.third_factors:
        n = d.post.n
        for m in range(3):
            y, received = int64s(d.post.traces[m].now, n), int32s(d.post.traces[m].received, n)
            for i in range(n):
                y[i] = received[i]


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
def courses(d, time):
    """Follow all traces through the epoch that ends with this step."""
    steps = d.epoch
    draw = 2 * (time - d.first) + 1
    n_pre, n_post = d.pre.n, d.post.n
    for m in range(2):
        run_course(
            int32s(d.pre.course + 4 * m * n_pre, (2 * steps + 1) * n_pre),
            int64s(d.pre.traces[m].now, n_pre),
            whole(d.pre.spiked_at, n_pre),
            d.pre.factor[m],
            int64s(d.pre.whole, 2)[m],
            d.pre.fraction[m],
            d.pre.decay[draw],
            d.pre.impulse[draw],
            2 * n_pre,
            steps,
        )
    for m in range(3):
        run_course(
            int32s(d.post.course + 4 * m * n_post, (3 * steps + 1) * n_post),
            int64s(d.post.traces[m].now, n_post),
            whole(d.post.spiked_at, n_post),
            d.post.factor[m],
            int64s(d.post.whole, 3)[m],
            d.post.fraction[m],
            d.post.decay[draw],
            d.post.impulse[draw],
            3 * n_post,
            steps,
        )


@kernel
def end_epoch(d):
    """Keep the traces of the epoch's end, and forget its spikes."""
    steps, n_pre, n_post = d.epoch, d.pre.n, d.post.n
    for m in range(2):
        x, last = int64s(d.pre.traces[m].now, n_pre), int32s(d.pre.course + 4 * (2 * steps + m) * n_pre, n_pre)
        for j in range(n_pre):
            x[j] = last[j]
    if d.third_factors == 0:
        for m in range(3):
            y, last = int64s(d.post.traces[m].now, n_post), int32s(d.post.course + 4 * (3 * steps + m) * n_post, n_post)
            for i in range(n_post):
                y[i] = last[i]
    whole(d.pre.spiked_at, n_pre)[:] = 0
    whole(d.post.spiked_at, n_post)[:] = 0
    whole(d.pre.spiked, n_pre)[:] = 0
    whole(d.post.spiked, n_post)[:] = 0
