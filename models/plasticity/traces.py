# mypy: allow-untyped-defs, allow-incomplete-defs
"""Traces by the chip's widths: 7 bits, decay and impulse rounded stochastically, one step of one connection.

    x = (x * keep + r) >> 12,  r uniform in 0..4095,  keep = round(4096 exp(-1 / tau))
    spike: x = min(127, x + whole + (r' < part)),  r' uniform in 0..255

Evidence: 7 bits, impulse with a fraction, stochastic rounding: Davies et al. 2018, nengo-loihi. The number of bits of
`keep` is that of the compartments' decays and was chosen by analogy. Random numbers: Philox, element = neuron within
the side, stream = number of the connection, key = seed mixed with a constant for each purpose.
"""

import numpy as np

from loihi_emu.jit import disjoint, kernel, leaf, part, whole
from loihi_emu.models.plasticity import learning_layout as to
from loihi_emu.models.synapses.dense import lower_bound
from loihi_emu.philox import fill_from, philox4x32
from loihi_emu.widths import DECAY_UNITY

i32 = np.int32
i8 = np.int8
u32 = np.uint32
u64 = np.uint64

MOST = 127


@kernel
def key_of(d, purpose):
    """The seed for one purpose."""
    return u64(d.seed) ^ u64(u64(purpose) * u64(to.KEY_FACTOR))


@kernel
def sample_of(d):
    """Number of the sample."""
    return u64(d.sample[0])


@kernel
def word_of(d, purpose, time, element):
    """One random word: what ``fill_from`` gives this element."""
    key = key_of(d, purpose)
    mask = u64(0xFFFFFFFF)
    step = u64(time)
    last = (u64(d.stream) & u64(0xFFFF)) | (((step >> u64(32)) << u64(16)) & mask)
    words = philox4x32(u64(element >> 2), step & mask, sample_of(d) & mask, last, key & mask, (key >> u64(32)) & mask)
    which = element & 3
    if which == 0:
        return words[0]
    if which == 1:
        return words[1]
    return words[2] if which == 2 else words[3]


@disjoint
def decay_trace(x, words, shift, keep):
    """One step of decay."""
    for i in range(x.shape[0]):
        r = i32((words[i] >> u32(shift)) & u32(0xFFF))
        x[i] = i8(i32(i32(i32(i32(x[i]) * keep) + r) >> 12))


@kernel
def is_silent(x):
    """Whether all values are 0."""
    found = i8(0)
    for i in range(x.shape[0]):
        found = i8(found | x[i])
    return found == 0


@kernel
def decays(d, number, n):
    """Whether a trace exists, is not 0 everywhere and loses something."""
    trace = d.traces[number]
    if not trace.now or trace.keep == DECAY_UNITY:
        return False
    return not is_silent(whole(trace.now, n))


@kernel
def decay_pair(d, time, first, second, low, n, purpose):
    """Decay one or two traces of neurons from ``low`` on with the halves of one random word each; -1: no second."""
    one = decays(d, first, n)
    two = second >= 0 and decays(d, max(second, 0), n)
    if not one and not two:
        return
    before = low & 3
    drawn = whole(d.words_32, before + n)
    fill_from(drawn, u64(low - before), key_of(d, purpose), u64(d.stream), sample_of(d), u64(time))
    words = part(d.words_32, before, n)
    if one:
        decay_trace(whole(d.traces[first].now, n), words, u32(0), i32(d.traces[first].keep))
    if two:
        decay_trace(whole(d.traces[second].now, n), words, u32(16), i32(d.traces[second].keep))


@kernel
def add_impulse(trace, i, word):
    """Add the impulse of one spike; ``word`` decides about its fraction."""
    extra = 1 if np.int64(word) < trace.part else 0
    trace.now[i] = i8(min(np.int64(trace.now[i]) + trace.whole + extra, MOST))


@kernel
def own_impulses(d, time, side, first, last, purpose):
    """Stamp the neurons of a side that spiked and raise their traces ``first..last - 1``, but for driven ones."""
    count = side.count[0]
    if count == 0:
        return
    index = whole(side.index, count)
    n, step, start = side.n, side.step, side.first
    stamp = whole(side.stamp, n)
    phase = time % d.epoch
    parts = False
    for k in range(first, last):
        parts = parts or (bool(d.traces[k].now) and d.traces[k].part != 0)
    for s in range(lower_bound(index, count, start) if start > 0 else 0, count):
        away = np.int64(index[s]) - start
        if away >= n * step:
            break
        if away % step != 0:
            continue
        i = away // step
        stamp[i] = phase + 1
        word = word_of(d, purpose, time, side.low + i) if parts else u64(0)
        for k in range(first, last):
            driven = k >= to.X_TRACES and d.factors[k - to.X_TRACES].mode != to.OWN
            if d.traces[k].now and not driven:
                add_impulse(d.traces[k], i, (word >> u64(8 * (k - first))) & u64(0xFF))


@kernel
def driven_impulses(d, time, number):
    """Let another node drive trace ``number``: its spikes add impulses, or its values are taken over."""
    factor, trace = d.factors[number - to.X_TRACES], d.traces[number]
    mode, size, start = factor.mode, factor.size, factor.first
    if mode == to.OWN:
        return
    count = factor.count[0]
    index = whole(factor.index, count)
    graded = bool(factor.payload)
    payload = whole(factor.payload if graded else factor.index, count)
    n, own = d.post.n, d.post.low
    y = whole(trace.now, n)
    shift = u64(8 * (number - to.X_TRACES))
    for s in range(count):
        which = np.int64(index[s]) - start
        if which < 0 or which >= size:
            continue
        low, high = (0, n) if size == 1 else (max(which - own, 0), min(which - own + 1, n))
        for i in range(low, high):
            if mode == to.VALUES:
                y[i] = i8(min(max(np.int64(payload[s]) if graded else 1, -MOST - 1), MOST))
            else:
                word = word_of(d, to.KEY_IMPULSE_Y, time, own + i) if trace.part != 0 else u64(0)
                add_impulse(trace, i, (word >> shift) & u64(0xFF))


@disjoint
def keep(out, values):
    """Copy (an assignment of slices would bring the code of its error message)."""
    for i in range(out.shape[0]):
        out[i] = values[i]


@kernel
def advance(d, time):
    """Decay all traces of a connection, add this step's impulses and keep what the epoch's end will need."""
    n_pre, n_post = d.pre.n, d.post.n
    if time % d.epoch == 0:
        whole(d.pre.stamp, n_pre)[:] = 0
        whole(d.post.stamp, n_post)[:] = 0
    # Constants as arguments would be compiled into a function each, hence the loops.
    for pair in range(3):
        second = 2 * pair + 1 if 2 * pair + 1 < to.TRACE_COUNT else -1
        low, n = (d.pre.low, n_pre) if pair == 0 else (d.post.low, n_post)
        decay_pair(d, time, 2 * pair, second, low, n, to.KEY_X + pair)
    for side in range(2):
        first, last = (0, to.X_TRACES) if side == 0 else (to.X_TRACES, to.TRACE_COUNT)
        own_impulses(d, time, d.pre if side == 0 else d.post, first, last, to.KEY_IMPULSE_X + side)
    for number in range(to.X_TRACES, to.TRACE_COUNT):
        driven_impulses(d, time, number)
    if d.epoch == 1:
        return
    phase = time % d.epoch
    for number in range(to.TRACE_COUNT):
        trace = d.traces[number]
        if trace.now:
            n, size = (n_pre, d.pre.size) if number < to.X_TRACES else (n_post, d.post.size)
            keep(part(trace.history, phase * size, n), whole(trace.now, n))


@leaf
def step(address, time):
    """One step of the traces of a connection that learns, or of some of its neurons of either side."""
    advance(to.LEARNING(address), time)
