# mypy: allow-untyped-defs, allow-incomplete-defs
"""Learning of shared weights: the taps of a convolution, each changed once an epoch by all positions that use it.

A position is a pair of neurons that a tap connects. Its change is that of a single synapse with the tap's weight,
before rounding: products added to ``w << 7``, saturating at 15 bits and sign. The changes of all positions add up
exactly in 64 bits; the sum is added to ``w << 7`` and rounded once, with one random number a tap, to the weight's
precision and range. Where several parts have some of the targets each, every one adds up what its own positions change;
when all have, each rounds some of the taps.
"""

import numpy as np

from loihi_emu.jit import address_of, kernel, leaf, uint32s, whole
from loihi_emu.models.plasticity import learning, products, rows, traces
from loihi_emu.models.plasticity import learning_layout as to
from loihi_emu.models.plasticity.plastic import effective
from loihi_emu.models.records import NUMBER, Record, array, within
from loihi_emu.models.synapses import conv
from loihi_emu.philox import fill_from

i32 = np.int32
i64 = np.int64
u8 = np.uint8
u64 = np.uint64

LEAST, MOST = to.ACCUMULATOR

# What the positions of one part change, one a tap; and behind them whether some product acts there in this epoch.
CHANGES = Record("Changes", sums=array("int64"))

# Random numbers are scratch, one a tap; taps are the effective weights that are delivered. This part rounds the taps
# first_tap..last_tap - 1 by the changes of all parts; own is which of them it is.
SHARED = to.LEARNING.extended(
    "Shared",
    shape=within(conv.SHAPE),
    parts=array(CHANGES),
    part_count=NUMBER,
    own=NUMBER,
    first_tap=NUMBER,
    last_tap=NUMBER,
    tap_random=array("uint16"),
    taps=array("int32"),
    exponent=NUMBER,
)


@kernel
def change(d, j, i, weight):
    """What the active products change of a synapse from neuron j to neuron i, before rounding."""
    n_pre = d.pre.n
    before = i64(d.pre.stamp[j])
    after = i64(d.post.stamp[i])
    a = weight << to.FRACTION
    for k in range(d.product_count):
        q = rows.product_of(d, k)
        if q.active == 0:
            continue
        if q.gate == to.GATE_Y:
            if after == 0:
                continue
            value = i64(q.pre[(after - 1) * n_pre + j]) * i64(q.post[i])
            value = value << q.shift
        else:
            if q.gate == to.GATE_X and before == 0:
                continue
            parts = products.post_parts(d, q, rows.step_of(d, q, j, before))
            value = rows.scale_of(d, q, j, before) * i64(parts[i])
        if q.synaptic:
            value *= products.synaptic_part(q, weight, i64(0), i64(0))
        a = min(max(a + value, i64(LEAST)), i64(MOST))
    return a - (weight << to.FRACTION)


@kernel
def add_changes(d, s, j, sums, codes, spiked_only):
    """Add the changes of all own positions of source neuron j to the sums of their taps; returns their number."""
    low, high = d.post.low, d.post.low + d.post.n
    after = whole(d.post.stamp, d.post.n)
    row = s.width_out * s.channels_out
    channels_in, width_in, groups = s.channels_in, s.width_in, s.groups
    pixel, channel = j // channels_in, j % channels_in
    y, x = pixel // width_in + s.padding_y, pixel % width_in + s.padding_x
    n = s.channels_out // groups
    group = channel // (channels_in // groups)
    updates = 0
    for ky in range(s.kernel_y):
        oy = conv.output(y - ky * s.dilation_y, s.stride_y, s.height_out)
        if oy < 0 or oy * row >= high or (oy + 1) * row <= low:
            continue
        for kx in range(s.kernel_x):
            ox = conv.output(x - kx * s.dilation_x, s.stride_x, s.width_out)
            if ox < 0:
                continue
            target = (oy * s.width_out + ox) * s.channels_out + group * n
            tap = ((channel * s.kernel_y + ky) * s.kernel_x + kx) * n - target
            for i in range(max(target, low), min(target + n, high)):
                if spiked_only and after[i - low] == 0:
                    continue
                weight = (i64(codes[tap + i]) << d.unit) + d.low
                sums[tap + i] += change(d, j, i - low, weight)
                updates += 1
    return updates


@kernel
def round_taps(shared, d, time):
    """Add the changes of all parts to some taps, round each once, and renew the weights that are delivered."""
    n, first, last = conv.taps_of(shared.shape), shared.first_tap, shared.last_tap
    found = i64(0)
    for k in range(shared.part_count):
        found += shared.parts[k].sums[n]
    if found == 0:
        return
    codes, random, delivered = whole(d.codes, n), whole(shared.tap_random, last - first), whole(shared.taps, n)
    words = uint32s(address_of(shared.tap_random, 0), (last - first + 1) >> 1)
    key, stream, sample = traces.key_of(d, to.KEY_TAP), u64(d.stream), traces.sample_of(d)
    fill_from(words, u64(first >> 1), key, stream, sample, u64(time))
    for tap in range(first, last):
        total = i64(0)
        for k in range(shared.part_count):
            total += shared.parts[k].sums[tap]
        if total == 0:
            continue
        a = (((i64(codes[tap]) << d.unit) + d.low) << to.FRACTION) + total
        z = rows.rounded(a, i64(random[tap - first]), to.FRACTION + d.dropped)
        z = min(max(z, d.least), d.most)
        codes[tap] = u8(((z << d.dropped) - d.low) >> d.unit)
        delivered[tap] = i32(effective(codes[tap], d.unit, d.low, shared.exponent))


@kernel
def add_up(shared, d, time):
    """Add up what the own positions change at the end of an epoch."""
    n_pre, n_post, s = d.pre.n, d.post.n, shared.shape
    n = conv.taps_of(s)
    mine, codes = shared.parts[shared.own], whole(d.codes, n)
    sums = whole(mine.sums, n)
    sums[:] = 0
    fired_pre = learning.any_set(whole(d.pre.stamp, n_pre))
    fired_post = learning.any_set(whole(d.post.stamp, n_post))
    gates = learning.activate(d, time, fired_pre, fired_post)
    mine.sums[n] = 1 if gates else 0
    if gates == 0:
        return
    count = learning.list_spikes(d) if gates & (1 << to.GATE_Y) else 0
    learning.prepare(d, count)
    moved = whole(d.moved, n_pre)
    updates = 0
    for j in range(n_pre):
        if moved[j] != 0:
            updates += add_changes(d, s, j, sums, codes, moved[j] == rows.SINGLE)
    d.updates[0] += updates


@leaf
def step(address, time):
    """Change the taps of a convolution that learns, if this step ends an epoch; of several parts, find out how."""
    shared, d = SHARED(address), to.LEARNING(address)
    if (time + 1) % d.epoch == 0 and d.enabled:
        add_up(shared, d, time)
        if shared.part_count == 1:
            round_taps(shared, d, time)


@leaf
def settle(address, time):
    """Change the taps as all parts have found, if this step ends an epoch."""
    shared, d = SHARED(address), to.LEARNING(address)
    if (time + 1) % d.epoch == 0 and d.enabled:
        round_taps(shared, d, time)
