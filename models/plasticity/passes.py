# mypy: allow-untyped-defs, allow-incomplete-defs
"""Weights of dense rows by the passes of :mod:`loihi_emu.models.plasticity.fused`: whole rows, and single targets that
spiked.
"""

import numpy as np

from loihi_emu.jit import disjoint, kernel, part, whole
from loihi_emu.models.plasticity import fused, products
from loihi_emu.models.plasticity import learning_layout as to
from loihi_emu.models.plasticity.rows import FULL, LEAST, MOST, SINGLE, delay_of, product_of, scale_of, step_of, tag_of

i32 = np.int32
i64 = np.int64


@kernel
def is_plain(d):
    """Whether a byte is its weight, 0..255, and all 8 bits are kept."""
    return d.low == 0 and d.unit == 0 and d.dropped == 0


@kernel
def compute_listed(d, j, listed):
    """New weights of the listed targets of a row that is updated whole, by all active products; kept for later."""
    n_pre, n_post = d.pre.n, d.post.n
    before, after = d.pre.stamp[j], whole(d.post.stamp, n_post)
    codes, saved = part(d.codes, j * d.stride, n_post), whole(d.saved, n_post)
    r_pre, r_post = i32(d.random[0].pre[j]), whole(d.random[0].post, n_post)
    dropped, low, unit = i32(d.dropped), i32(d.low), i32(d.unit)
    for k in range(listed.shape[0]):
        i = listed[k]
        w = i64(fused.weight(codes[i], unit, low))
        a = w << to.FRACTION
        for number in range(d.product_count):
            q = product_of(d, number)
            if q.active == 0 or (q.gate == to.GATE_X and before == 0):
                continue
            if q.gate == to.GATE_Y:
                step = i64(after[i]) - 1
                value = i64(q.pre[step * n_pre + j]) * i64(q.post[i])
                value = value << q.shift
            else:
                value = scale_of(d, q, j, before) * i64(products.post_parts(d, q, step_of(d, q, j, before))[i])
            if q.synaptic:
                place = j * d.stride + i64(i)
                value *= products.synaptic_part(q, w, delay_of(d, place), tag_of(d, place))
            a = min(max(a + value, i64(LEAST)), i64(MOST))
        saved[k] = fused.code(
            i32(a), i32(i32(r_post[i]) + r_pre), i32(to.FRACTION + d.dropped), i32(d.least),
            i32(d.most), dropped, low, unit,
        )  # fmt: skip


@kernel
def put_listed(d, j, listed):
    """Store what :func:`compute_listed` kept."""
    n_post = d.post.n
    codes, saved = part(d.codes, j * d.stride, n_post), whole(d.saved, n_post)
    for k in range(listed.shape[0]):
        codes[listed[k]] = saved[k]


@kernel
def update_fused(d, listed, first_product, second_product):
    """Update all rows that move whole by one or two products in one pass each; ``second_product`` -1 for one.

    Returns their number.
    """
    n_pre, n_post, stride = d.pre.n, d.post.n, d.stride
    count = list_moved(d, FULL)
    stamps, sources = whole(d.pre.stamp, n_pre), whole(d.sources, count)
    r_pre, r_post = whole(d.random[0].pre, n_pre), whole(d.random[0].post, n_post)
    bits, least, most = i32(to.FRACTION + d.dropped), i32(d.least), i32(d.most)
    dropped, low, unit = i32(d.dropped), i32(d.low), i32(d.unit)
    plain, all_codes, two = is_plain(d), d.codes, second_product >= 0
    q, p = product_of(d, first_product), product_of(d, max(second_product, 0))
    first_by_post, second_by_post = q.fused == to.BY_POST, p.fused == to.BY_POST
    constant = p.constant if two else q.constant
    post, other = products.post_parts(d, q, d.epoch - 1), products.post_parts(d, p, d.epoch - 1)
    spiked = listed.shape[0] > 0
    for k in range(count):
        j = i64(sources[k])
        if spiked:
            compute_listed(d, j, listed)
        stamp = stamps[j]
        codes, r = part(all_codes, j * stride, n_post), i32(r_pre[j])
        scale = i32(scale_of(d, q, j, stamp))
        if q.gate == to.GATE_X:
            post, other = products.post_parts(d, q, i64(stamp) - 1), products.post_parts(d, p, i64(stamp) - 1)
        if two:
            second = i32(scale_of(d, p, j, stamp))
            more = i32(second * constant)
            if second_by_post:
                if plain:
                    fused.plain_by_two(
                        codes, post, scale, other, second, r_post, r, bits, least, most, dropped, low, unit
                    )
                else:
                    fused.by_two(codes, post, scale, other, second, r_post, r, bits, least, most, dropped, low, unit)
            elif plain:
                fused.plain_by_post_weight(
                    codes, post, scale, second, more, r_post, r, bits, least, most, dropped, low, unit
                )
            else:
                fused.by_post_weight(codes, post, scale, second, more, r_post, r, bits, least, most, dropped, low, unit)
        elif first_by_post:
            if plain:
                fused.plain_by_post(codes, post, scale, r_post, r, bits, least, most, dropped, low, unit)
            else:
                fused.by_post(codes, post, scale, r_post, r, bits, least, most, dropped, low, unit)
        else:
            more = i32(scale * constant)
            if plain:
                fused.plain_by_weight(codes, scale, more, r_post, r, bits, least, most, dropped, low, unit)
            else:
                fused.by_weight(codes, scale, more, r_post, r, bits, least, most, dropped, low, unit)
        if spiked:
            put_listed(d, j, listed)
    return count


@kernel
def gather_listed(d, q, listed):
    """Put the postsynaptic parts and random numbers of the listed targets side by side."""
    n = d.post.n
    parts, r_post = whole(q.post, n), whole(d.random[0].post, n)
    values, random = whole(d.listed_part, n), whole(d.listed_random, n)
    for k in range(listed.shape[0]):
        values[k] = parts[listed[k]]
        random[k] = r_post[listed[k]]


@disjoint
def list_equal(sources, moved, wanted):
    """List the sources with this mark; returns their number."""
    count = np.uint64(0)
    for j in range(moved.shape[0]):
        sources[count] = i32(j)
        count += np.uint64(1) if moved[j] == wanted else np.uint64(0)
    return count


@kernel
def list_moved(d, wanted):
    """List the sources that are marked so in ``sources``; returns their number."""
    return i64(list_equal(whole(d.sources, d.pre.n), whole(d.moved, d.pre.n), np.uint8(wanted)))


@kernel
def update_listed(d, q, listed):
    """Update weights of dense rows at the listed targets, in an epoch of one step, by one product of both sides.

    Of sources of which no other synapses change; returns their number.
    """
    n_pre, n_post = d.pre.n, d.post.n
    count = list_moved(d, SINGLE)
    sources, parts, codes = whole(d.sources, count), whole(q.pre, n_pre), whole(d.codes, n_pre * d.stride)
    values, random, r_pre = whole(d.listed_part, n_post), whole(d.listed_random, n_post), whole(d.random[0].pre, n_pre)
    least, most, bits = i32(d.least), i32(d.most), i32(to.FRACTION + d.dropped)
    dropped, low, unit, stride, shift = i32(d.dropped), i32(d.low), i32(d.unit), d.stride, i32(q.shift)
    if is_plain(d):
        fused.plain_at_listed(
            codes, stride, sources, parts, shift, listed, values, random, r_pre, bits, least, most, dropped, low, unit
        )
    else:
        fused.at_listed(
            codes, stride, sources, parts, shift, listed, values, random, r_pre, bits, least, most, dropped, low, unit
        )
    return count
