"""Traces by the chip's widths: 7 bits, decay and impulse rounded stochastically, one step of one connection.

    x = (x * keep + r) >> 12,  r uniform in 0..4095,  keep = round(4096 exp(-1 / tau))
    spike: x = min(127, x + whole + (r' < part)),  r' uniform in 0..255

Evidence: 7 bits, impulse with a fraction, stochastic rounding: Davies et al. 2018, nengo-loihi. The number of bits of
`keep` is that of the compartments' decays and was chosen by analogy. Random numbers: Philox, element = neuron within
the side, stream = number of the connection, key = seed mixed with a constant for each purpose.
"""

import numpy as np

from loihi_emu.jit import disjoint, int8s, int32s, int64s, kernel, uint8s, uint32s
from loihi_emu.models import learning_layout as to
from loihi_emu.models.dense import lower_bound
from loihi_emu.philox import fill, philox4x32
from loihi_emu.widths import DECAY_UNITY

i32 = np.int32
i8 = np.int8
u32 = np.uint32
u64 = np.uint64

MOST = 127


@kernel
def key_of(d, purpose):
    """The seed for one purpose."""
    return u64(d[to.SEED]) ^ u64(u64(purpose) * u64(to.KEY_FACTOR))


@kernel
def sample_of(d):
    """Number of the sample."""
    return u64(int64s(d[to.SAMPLE], 1)[0])


@kernel
def word_of(d, purpose, time, element):
    """One random word: what ``fill`` gives this element."""
    key = key_of(d, purpose)
    mask = u64(0xFFFFFFFF)
    step = u64(time)
    last = (u64(d[to.STREAM]) & u64(0xFFFF)) | (((step >> u64(32)) << u64(16)) & mask)
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
    at = to.TRACES + number * to.TRACE_WORDS
    if d[at + to.T_NOW] == 0 or d[at + to.T_KEEP] == DECAY_UNITY:
        return False
    return not is_silent(int8s(d[at + to.T_NOW], n))


@kernel
def decay_pair(d, time, first, second, n, purpose):
    """Decay one or two traces of a side with the halves of one random word a neuron; ``second`` -1 for none."""
    one = decays(d, first, n)
    two = second >= 0 and decays(d, max(second, 0), n)
    if not one and not two:
        return
    words = uint32s(d[to.WORDS_32], n)
    fill(words, key_of(d, purpose), u64(d[to.STREAM]), sample_of(d), u64(time))
    if one:
        at = to.TRACES + first * to.TRACE_WORDS
        decay_trace(int8s(d[at + to.T_NOW], n), words, u32(0), i32(d[at + to.T_KEEP]))
    if two:
        at = to.TRACES + second * to.TRACE_WORDS
        decay_trace(int8s(d[at + to.T_NOW], n), words, u32(16), i32(d[at + to.T_KEEP]))


@kernel
def add_impulse(d, number, n, i, word):
    """Add the impulse of one spike; ``word`` decides about its fraction."""
    at = to.TRACES + number * to.TRACE_WORDS
    x = int8s(d[at + to.T_NOW], n)
    extra = 1 if np.int64(word) < d[at + to.T_PART] else 0
    x[i] = i8(min(np.int64(x[i]) + d[at + to.T_WHOLE] + extra, MOST))


@kernel
def own_impulses(d, time, side, first, last, purpose):
    """Stamp the neurons of a side that spiked and raise their traces ``first..last - 1``, but for driven ones."""
    count = int64s(d[side + to.SIDE_COUNT], 1)[0]
    if count == 0:
        return
    index = int32s(d[side + to.SIDE_INDEX], count)
    n, step, start = d[side + to.SIDE_N], d[side + to.SIDE_STEP], d[side + to.SIDE_FIRST]
    stamp = uint8s(d[side + to.SIDE_STAMP], n)
    phase = time % d[to.EPOCH]
    parts = False
    for k in range(first, last):
        at = to.TRACES + k * to.TRACE_WORDS
        parts = parts or (d[at + to.T_NOW] != 0 and d[at + to.T_PART] != 0)
    for s in range(lower_bound(index, count, start) if start > 0 else 0, count):
        away = np.int64(index[s]) - start
        if away >= n * step:
            break
        if away % step != 0:
            continue
        i = away // step
        stamp[i] = phase + 1
        word = word_of(d, purpose, time, i) if parts else u64(0)
        for k in range(first, last):
            driven = k >= to.X_TRACES and (d[to.FACTORS + (k - to.X_TRACES) * to.FACTOR_WORDS + to.F_MODE] != to.OWN)
            if d[to.TRACES + k * to.TRACE_WORDS + to.T_NOW] != 0 and not driven:
                add_impulse(d, k, n, i, (word >> u64(8 * (k - first))) & u64(0xFF))


@kernel
def driven_impulses(d, time, number):
    """Let another node drive trace ``number``: its spikes add impulses, or its values are taken over."""
    f = to.FACTORS + (number - to.X_TRACES) * to.FACTOR_WORDS
    mode, size, start = d[f + to.F_MODE], d[f + to.F_SIZE], d[f + to.F_FIRST]
    if mode == to.OWN:
        return
    count = int64s(d[f + to.F_COUNT], 1)[0]
    index = int32s(d[f + to.F_INDEX], count)
    graded = d[f + to.F_PAYLOAD] != 0
    payload = int32s(d[f + to.F_PAYLOAD] if graded else d[f + to.F_INDEX], count)
    n = d[to.POST + to.SIDE_N]
    at = to.TRACES + number * to.TRACE_WORDS
    y = int8s(d[at + to.T_NOW], n)
    shift = u64(8 * (number - to.X_TRACES))
    for s in range(count):
        which = np.int64(index[s]) - start
        if which < 0 or which >= size:
            continue
        low, high = (0, n) if size == 1 else (which, which + 1)
        for i in range(low, high):
            if mode == to.VALUES:
                y[i] = i8(min(max(np.int64(payload[s]) if graded else 1, -MOST - 1), MOST))
            else:
                word = word_of(d, to.KEY_IMPULSE_Y, time, i) if d[at + to.T_PART] != 0 else u64(0)
                add_impulse(d, number, n, i, (word >> shift) & u64(0xFF))


@disjoint
def keep(out, values):
    """Copy (an assignment of slices would bring the code of its error message)."""
    for i in range(out.shape[0]):
        out[i] = values[i]


@kernel
def advance(d, time):
    """Decay all traces of a connection, add this step's impulses and keep what the epoch's end will need."""
    n_pre, n_post = d[to.PRE + to.SIDE_N], d[to.POST + to.SIDE_N]
    # Constants as arguments would be compiled into a function each, hence the loops.
    for pair in range(3):
        second = 2 * pair + 1 if 2 * pair + 1 < to.TRACE_COUNT else -1
        decay_pair(d, time, 2 * pair, second, n_pre if pair == 0 else n_post, to.KEY_X + pair)
    for side in range(2):
        first, last = (0, to.X_TRACES) if side == 0 else (to.X_TRACES, to.TRACE_COUNT)
        own_impulses(d, time, side * to.SIDE_WORDS, first, last, to.KEY_IMPULSE_X + side)
    for number in range(to.X_TRACES, to.TRACE_COUNT):
        driven_impulses(d, time, number)
    if d[to.EPOCH] == 1:
        return
    phase = time % d[to.EPOCH]
    for number in range(to.TRACE_COUNT):
        at = to.TRACES + number * to.TRACE_WORDS
        if d[at + to.T_NOW] != 0:
            n = n_pre if number < to.X_TRACES else n_post
            keep(int8s(d[at + to.T_HISTORY] + phase * n, n), int8s(d[at + to.T_NOW], n))
