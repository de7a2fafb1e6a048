"""Learning of shared weights: the taps of a convolution, each changed once an epoch by all positions that use it.

A position is a pair of neurons that a tap connects. Its change is that of a single synapse with the tap's weight,
before rounding: products added to ``w << 7``, saturating at 15 bits and sign. The changes of all positions add up
exactly in 64 bits; the sum is added to ``w << 7`` and rounded once, with one random number a tap, to the weight's
precision and range.
"""

import numpy as np

from loihi_emu.jit import int32s, int64s, kernel, leaf, uint8s, uint16s, uint32s
from loihi_emu.models import conv, learning, products, rows, traces
from loihi_emu.models import learning_layout as to
from loihi_emu.models.plastic import effective
from loihi_emu.philox import fill

i32 = np.int32
i64 = np.int64
u8 = np.uint8
u64 = np.uint64

LEAST, MOST = to.ACCUMULATOR

SHAPE = to.LEARN_WORDS  # address of words as in models/conv.py, for the geometry
SUMS = to.LEARN_WORDS + 1  # address of scratch: one 64-bit sum a tap
RANDOM = to.LEARN_WORDS + 2  # address of scratch: one 16-bit number a tap
TAPS = to.LEARN_WORDS + 3  # address of the effective weights that are delivered, int32
EXPONENT = to.LEARN_WORDS + 4
SHARED_WORDS = to.LEARN_WORDS + 5


@kernel
def change(d, j, i, weight):
    """What the active products change of a synapse from neuron j to neuron i, before rounding."""
    n_pre, n_post = d[to.PRE + to.SIDE_N], d[to.POST + to.SIDE_N]
    before = i64(uint8s(d[to.PRE + to.SIDE_STAMP], n_pre)[j])
    after = i64(uint8s(d[to.POST + to.SIDE_STAMP], n_post)[i])
    a = weight << to.FRACTION
    for k in range(d[to.PRODUCTS]):
        q = rows.product_of(d, k)
        if q[to.Q_ACTIVE] == 0:
            continue
        if q[to.Q_GATE] == to.GATE_Y:
            if after == 0:
                continue
            value = i64(int32s(q[to.Q_PRE] + 4 * (after - 1) * n_pre, n_pre)[j]) * i64(int32s(q[to.Q_POST], n_post)[i])
            value = value << q[to.Q_SHIFT]
        else:
            if q[to.Q_GATE] == to.GATE_X and before == 0:
                continue
            parts = products.post_parts(d, q, rows.step_of(d, q, j, before))
            value = rows.scale_of(d, q, j, before) * i64(parts[i])
        if q[to.Q_SYNAPTIC]:
            value *= products.synaptic_part(q, weight, i64(0), i64(0))
        a = min(max(a + value, i64(LEAST)), i64(MOST))
    return a - (weight << to.FRACTION)


@kernel
def add_changes(d, s, j, sums, codes, spiked_only):
    """Add the changes of all positions of source neuron j to the sums of their taps; returns their number."""
    after = uint8s(d[to.POST + to.SIDE_STAMP], d[to.POST + to.SIDE_N])
    channels_in, width_in, groups = s[conv.CHANNELS_IN], s[conv.WIDTH_IN], s[conv.GROUPS]
    pixel, channel = j // channels_in, j % channels_in
    y, x = pixel // width_in + s[conv.PADDING_Y], pixel % width_in + s[conv.PADDING_X]
    n = s[conv.CHANNELS_OUT] // groups
    group = channel // (channels_in // groups)
    updates = 0
    for ky in range(s[conv.KERNEL_Y]):
        oy = conv.output(y - ky * s[conv.DILATION_Y], s[conv.STRIDE_Y], s[conv.HEIGHT_OUT])
        if oy < 0:
            continue
        for kx in range(s[conv.KERNEL_X]):
            ox = conv.output(x - kx * s[conv.DILATION_X], s[conv.STRIDE_X], s[conv.WIDTH_OUT])
            if ox < 0:
                continue
            target = (oy * s[conv.WIDTH_OUT] + ox) * s[conv.CHANNELS_OUT] + group * n
            tap = ((channel * s[conv.KERNEL_Y] + ky) * s[conv.KERNEL_X] + kx) * n
            for k in range(n):
                if spiked_only and after[target + k] == 0:
                    continue
                weight = (i64(codes[tap + k]) << d[to.UNIT]) + d[to.LOW]
                sums[tap + k] += change(d, j, target + k, weight)
                updates += 1
    return updates


@kernel
def round_taps(d, time, sums, codes):
    """Add the sums to the taps, round each once, and renew the weights that are delivered."""
    n = sums.shape[0]
    words = uint32s(d[RANDOM], (n + 1) >> 1)
    fill(words, traces.key_of(d, to.KEY_TAP), u64(d[to.STREAM]), traces.sample_of(d), u64(time))
    random, delivered = uint16s(d[RANDOM], n), int32s(d[TAPS], n)
    for tap in range(n):
        if sums[tap] == 0:
            continue
        a = (((i64(codes[tap]) << d[to.UNIT]) + d[to.LOW]) << to.FRACTION) + sums[tap]
        z = rows.rounded(a, i64(random[tap]), to.FRACTION + d[to.DROPPED])
        z = min(max(z, d[to.W_LEAST]), d[to.W_MOST])
        codes[tap] = u8(((z << d[to.DROPPED]) - d[to.LOW]) >> d[to.UNIT])
        delivered[tap] = i32(effective(codes[tap], d[to.UNIT], d[to.LOW], d[EXPONENT]))


@kernel
def finish_epoch(d, time):
    """Change the taps at the end of an epoch."""
    n_pre, n_post = d[to.PRE + to.SIDE_N], d[to.POST + to.SIDE_N]
    fired_pre = learning.any_set(uint8s(d[to.PRE + to.SIDE_STAMP], n_pre))
    fired_post = learning.any_set(uint8s(d[to.POST + to.SIDE_STAMP], n_post))
    gates = learning.activate(d, time, fired_pre, fired_post)
    if gates == 0:
        return
    count = learning.list_spikes(d) if gates & (1 << to.GATE_Y) else 0
    learning.prepare(d, count)
    s = int64s(d[SHAPE], conv.CONV_WORDS)
    n = conv.taps_of(s)
    sums, codes, moved = int64s(d[SUMS], n), uint8s(d[to.CODES], n), uint8s(d[to.MOVED], n_pre)
    sums[:] = 0
    updates = 0
    for j in range(n_pre):
        if moved[j] != 0:
            updates += add_changes(d, s, j, sums, codes, moved[j] == rows.SINGLE)
    round_taps(d, time, sums, codes)
    int64s(d[to.UPDATES], 1)[0] += updates


@leaf
def step(address, time):
    """One step of a convolution that learns."""
    d = int64s(address, SHARED_WORDS)
    traces.advance(d, time)
    if (time + 1) % d[to.EPOCH] == 0:
        if d[to.ENABLED]:
            finish_epoch(d, time)
        uint8s(d[to.PRE + to.SIDE_STAMP], d[to.PRE + to.SIDE_N])[:] = 0
        uint8s(d[to.POST + to.SIDE_STAMP], d[to.POST + to.SIDE_N])[:] = 0
