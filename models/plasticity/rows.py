# mypy: allow-untyped-defs, allow-incomplete-defs
"""Updates of one source neuron's synapses, or of single ones, by a rule's active products.

An accumulator starts as ``w << 7``; every active product adds ``(pre part) * (post part) * (w, d, t part) << (e + 7)``
and saturates at 15 bits and sign; then the value is rounded to the weight's precision, up with the probability of the
fraction: ``(a + r) >> bits`` with r = (r_pre + r_post) mod 2^bits, where each source and each target has one
random number an epoch (so the numbers of two synapses are independent of each other). All rules read the values of
w, d and t from before the epoch's update.
"""

import numpy as np

from loihi_emu.jit import disjoint, int16s, int32s, int64s, kernel, part, uint8s, uint16s, whole, wide_vectors
from loihi_emu.models.plasticity import learning_layout as to
from loihi_emu.models.plasticity import products
from loihi_emu.models.plasticity.traces import keep

i32 = np.int32
i64 = np.int64
u8 = np.uint8

LEAST, MOST = to.ACCUMULATOR
FULL, SINGLE = 1, 2
"""How a source neuron's row moves: whole, or at the targets that spiked."""


@disjoint
def load_weights(a, codes, shift, low):
    """Accumulators of weights."""
    wide_vectors()
    for i in range(a.shape[0]):
        a[i] = i32(i32(i32(codes[i]) << i32(shift & 31)) + low)


@disjoint
def load(a, values):
    """Accumulators of delays or tags."""
    for i in range(a.shape[0]):
        a[i] = i32(i32(values[i]) << i32(to.FRACTION))


@disjoint
def add_product(a, factor, scale):
    """Add one product that fits 31 bits."""
    wide_vectors()
    for i in range(a.shape[0]):
        total = i32(a[i] + i32(scale * factor[i]))
        a[i] = i32(min(max(total, i32(LEAST)), i32(MOST)))


@disjoint
def add_wide(a, p):
    """Add products of any size."""
    for i in range(a.shape[0]):
        a[i] = i32(min(max(i64(a[i]) + p[i], i64(LEAST)), i64(MOST)))


@disjoint
def start_wide(p, factor, scale):
    """Begin a wide product."""
    for i in range(p.shape[0]):
        p[i] = i64(factor[i]) * scale


@disjoint
def round_weights(out, a, r_post, r_pre, bits, least, most, shift, low, unit):
    """From accumulators to the bytes of weights."""
    wide_vectors()
    mask = i32(i32(1 << i32(bits & 31)) - 1)
    for i in range(a.shape[0]):
        r = i32(i32(i32(r_post[i]) + r_pre) & mask)
        z = i32(i32(a[i] + r) >> i32(bits & 31))
        z = i32(min(max(z, least), most))
        out[i] = u8(i32(i32(i32(z << i32(shift & 31)) - low) >> i32(unit & 31)))


@kernel
def round_others(out, a, r_post, r_pre, least, most):
    """From accumulators to delays or tags."""
    for i in range(a.shape[0]):
        r = (i32(r_post[i]) + r_pre) & ((1 << to.FRACTION) - 1)
        out[i] = min(max((a[i] + r) >> to.FRACTION, least), most)


@kernel
def weight_of(d, place):
    """One synapse's weight."""
    return (i64(d.codes[place]) << d.unit) + d.low


@kernel
def delay_of(d, place):
    """One synapse's delay; 0 where none is stored."""
    return i64(d.delays[place]) if d.delays else i64(0)


@kernel
def tag_of(d, place):
    """One synapse's tag; 0 where none is stored."""
    return i64(d.tags[place]) if d.tags else i64(0)


@kernel
def product_of(d, k):
    """The table's row of a product."""
    return d.products[k]


@kernel
def targets_of(d):
    """Which of w, d and t some product changes, as bits."""
    found = 0
    for k in range(d.product_count):
        found |= 1 << product_of(d, k).target
    return found


@kernel
def step_of(d, q, j, stamp):
    """The step of the epoch at which a product gated by x0 or u is read."""
    return i64(stamp) - 1 if q.gate == to.GATE_X else d.epoch - 1


@kernel
def add_synaptic(d, q, p, place):
    """Multiply wide products by their factors w, d and t."""
    if q.synaptic:
        for i in range(p.shape[0]):
            at = place + i
            p[i] *= products.synaptic_part(q, weight_of(d, at), delay_of(d, at), tag_of(d, at))


@kernel
def add_at_spikes(d, q, a, j, place, first, listed):
    """Add a product gated by y0 to the synapses of a row whose targets spiked."""
    n_pre, n_post = d.pre.n, d.post.n
    stamp = whole(d.post.stamp, n_post)
    parts = whole(q.post, n_post)
    n = a.shape[0]
    target = part(d.targets, place, n)
    for k in range(n if d.rows else listed.shape[0]):
        if d.rows:
            i, at = i64(target[k]), k
            if stamp[i] == 0:
                continue
        else:
            i = i64(listed[k])
            at = i - first
            if at < 0 or at >= n:
                continue
        scale = i64(q.pre[(i64(stamp[i]) - 1) * n_pre + j])
        value = scale * i64(parts[i])
        if q.synaptic:
            value *= products.synaptic_part(q, weight_of(d, place + at), delay_of(d, place + at), tag_of(d, place + at))
        a[at] = i32(min(max(i64(a[at]) + (value << q.shift), i64(LEAST)), i64(MOST)))


@kernel
def update_block(d, j, place, first, n, listed, which):
    """Update ``n`` synapses of source j from ``place`` on, in a dense row those to the targets from ``first`` on."""
    block = to.BLOCK
    a = int32s(d.scratch, n)
    p = int64s(d.scratch + 4 * block, n)
    gathered = int32s(d.scratch + 12 * block, n)
    random = uint16s(d.scratch + 16 * block, n)
    n_post = d.post.n
    sparse = bool(d.rows)
    target = part(d.targets, place, n)
    codes = part(d.codes, place, n)
    stamp = d.pre.stamp[j]
    several = which & (which - 1) != 0
    new_w = uint8s(d.scratch + 18 * block, n) if several else codes
    new_d = uint8s(d.scratch + 20 * block, n) if several else part(d.delays, place, n)
    new_t = int16s(d.scratch + 22 * block, n) if several else part(d.tags, place, n)
    for goal in range(3):
        if which & (1 << goal) == 0:
            continue
        if goal == 0:
            load_weights(a, codes, i32(to.FRACTION + d.unit), i32(d.low << to.FRACTION))
        elif goal == 1:
            load(a, part(d.delays, place, n))
        else:
            load(a, part(d.tags, place, n))
        for k in range(d.product_count):
            q = product_of(d, k)
            if q.target != goal or q.active == 0:
                continue
            if q.gate == to.GATE_Y:
                add_at_spikes(d, q, a, j, place, first, listed)
                continue
            if q.gate == to.GATE_X and stamp == 0:
                continue
            step = step_of(d, q, j, stamp)
            if q.gate == to.GATE_X:
                scale = products.pre_part(d, q, step, j)
            else:
                scale = i64(q.pre[j])
            if scale == 0:
                continue
            scale = scale << q.shift
            parts = products.post_parts(d, q, step)
            if sparse:
                for i in range(n):
                    gathered[i] = parts[target[i]]
                factor = gathered
            else:
                factor = parts[first : first + n]
            if q.wide == 0:
                add_product(a, factor, i32(scale))
            else:
                start_wide(p, factor, scale)
                add_synaptic(d, q, p, place)
                add_wide(a, p)
        r_pre = i32(d.random[goal].pre[j])
        all_random = whole(d.random[goal].post, n_post)
        if sparse:
            for i in range(n):
                random[i] = all_random[target[i]]
            r_post = random
        else:
            r_post = all_random[first : first + n]
        if goal == 0:
            round_weights(
                new_w, a, r_post, r_pre, i32(to.FRACTION + d.dropped), i32(d.least), i32(d.most),
                i32(d.dropped), i32(d.low), i32(d.unit),
            )  # fmt: skip
        elif goal == 1:
            round_others(new_d, a, r_post, r_pre, i64(0), d.longest)
        else:
            round_others(new_t, a, r_post, r_pre, i64(to.TAG[0]), i64(to.TAG[1]))
    if several:
        if which & 1:
            keep(codes, new_w)
        if which & 2:
            keep(part(d.delays, place, n), new_d)
        if which & 4:
            keep(part(d.tags, place, n), new_t)


@kernel
def scale_of(d, q, j, stamp):
    """The part of a product of one row that does not depend on the target, shifted."""
    if q.gate == to.GATE_X:
        value = products.pre_part(d, q, i64(stamp) - 1, j)
    else:
        value = i64(q.pre[j])
    return value << q.shift


@kernel
def rounded(value, r, bits):
    """One accumulator rounded."""
    return (value + (r & ((i64(1) << bits) - 1))) >> bits


@kernel
def write_weight(d, place, value, r):
    """Round one accumulator and store the weight."""
    z = rounded(value, r, to.FRACTION + d.dropped)
    z = min(max(z, d.least), d.most)
    d.codes[place] = u8(((z << d.dropped) - d.low) >> d.unit)


@kernel
def update_one(d, j, i, place, which):
    """Update one synapse whose source did not fire and whose target did, by the products gated by y0."""
    n_pre = d.pre.n
    step = i64(d.post.stamp[i]) - 1
    weight, delay, tag = weight_of(d, place), delay_of(d, place), tag_of(d, place)
    for goal in range(3):
        if which & (1 << goal) == 0:
            continue
        a = (weight if goal == 0 else (delay if goal == 1 else tag)) << to.FRACTION
        for k in range(d.product_count):
            q = product_of(d, k)
            if q.target != goal or q.active == 0 or q.gate != to.GATE_Y:
                continue
            value = i64(q.pre[step * n_pre + j]) * i64(q.post[i])
            if q.synaptic:
                value *= products.synaptic_part(q, weight, delay, tag)
            a = min(max(a + (value << q.shift), i64(LEAST)), i64(MOST))
        r = i64(d.random[goal].pre[j]) + i64(d.random[goal].post[i])
        if goal == 0:
            write_weight(d, place, a, r)
        elif goal == 1:
            d.delays[place] = u8(min(max(rounded(a, r, to.FRACTION), 0), d.longest))
        else:
            z = min(max(rounded(a, r, to.FRACTION), to.TAG[0]), to.TAG[1])
            d.tags[place] = np.int16(z)
