"""Weights of dense rows by the passes of :mod:`loihi_emu.models.fused`: whole rows, and single targets that spiked."""

import numpy as np

from loihi_emu.jit import int32s, kernel, uint8s, uint16s
from loihi_emu.models import fused, products
from loihi_emu.models import learning_layout as to
from loihi_emu.models.rows import FULL, LEAST, MOST, delay_of, product_of, scale_of, step_of, tag_of

i32 = np.int32
i64 = np.int64


@kernel
def is_plain(d):
    """Whether a byte is its weight, 0..255, and all 8 bits are kept."""
    return d[to.LOW] == 0 and d[to.UNIT] == 0 and d[to.DROPPED] == 0


@kernel
def compute_listed(d, j, listed):
    """New weights of the listed targets of a row that is updated whole, by all active products; kept for later."""
    n_pre, n_post = d[to.PRE + to.SIDE_N], d[to.POST + to.SIDE_N]
    before, after = uint8s(d[to.PRE + to.SIDE_STAMP], n_pre)[j], uint8s(d[to.POST + to.SIDE_STAMP], n_post)
    codes, saved = uint8s(d[to.CODES] + j * n_post, n_post), uint8s(d[to.SAVED], n_post)
    r_pre, r_post = i32(uint16s(d[to.RANDOM_PRE], n_pre)[j]), uint16s(d[to.RANDOM_POST], n_post)
    dropped, low, unit = i32(d[to.DROPPED]), i32(d[to.LOW]), i32(d[to.UNIT])
    for k in range(listed.shape[0]):
        i = listed[k]
        w = i64(fused.weight(codes[i], unit, low))
        a = w << to.FRACTION
        for number in range(d[to.PRODUCTS]):
            q = product_of(d, number)
            if q[to.Q_ACTIVE] == 0 or (q[to.Q_GATE] == to.GATE_X and before == 0):
                continue
            if q[to.Q_GATE] == to.GATE_Y:
                step = i64(after[i]) - 1
                value = i64(int32s(q[to.Q_PRE] + 4 * step * n_pre, n_pre)[j]) * i64(int32s(q[to.Q_POST], n_post)[i])
                value = value << q[to.Q_SHIFT]
            else:
                value = scale_of(d, q, j, before) * i64(products.post_parts(d, q, step_of(d, q, j, before))[i])
            if q[to.Q_SYNAPTIC]:
                place = j * n_post + i64(i)
                value *= products.synaptic_part(q, w, delay_of(d, place), tag_of(d, place))
            a = min(max(a + value, i64(LEAST)), i64(MOST))
        saved[k] = fused.code(
            i32(a), i32(i32(r_post[i]) + r_pre), i32(to.FRACTION + d[to.DROPPED]), i32(d[to.W_LEAST]),
            i32(d[to.W_MOST]), dropped, low, unit,
        )  # fmt: skip


@kernel
def put_listed(d, j, listed):
    """Store what :func:`compute_listed` kept."""
    n_post = d[to.POST + to.SIDE_N]
    codes, saved = uint8s(d[to.CODES] + j * n_post, n_post), uint8s(d[to.SAVED], n_post)
    for k in range(listed.shape[0]):
        codes[listed[k]] = saved[k]


@kernel
def update_fused(d, listed, first_product, second_product):
    """Update all rows that move whole by one or two products in one pass each; ``second_product`` -1 for one.

    Returns their number.
    """
    n_pre, n_post = d[to.PRE + to.SIDE_N], d[to.POST + to.SIDE_N]
    stamps, moved = uint8s(d[to.PRE + to.SIDE_STAMP], n_pre), uint8s(d[to.MOVED], n_pre)
    r_pre, r_post = uint16s(d[to.RANDOM_PRE], n_pre), uint16s(d[to.RANDOM_POST], n_post)
    bits, least, most = i32(to.FRACTION + d[to.DROPPED]), i32(d[to.W_LEAST]), i32(d[to.W_MOST])
    dropped, low, unit = i32(d[to.DROPPED]), i32(d[to.LOW]), i32(d[to.UNIT])
    plain, all_codes, two = is_plain(d), d[to.CODES], second_product >= 0
    q, p = product_of(d, first_product), product_of(d, max(second_product, 0))
    first_by_post, second_by_post = q[to.Q_FUSED] == to.BY_POST, p[to.Q_FUSED] == to.BY_POST
    constant = p[to.Q_CONSTANT] if two else q[to.Q_CONSTANT]
    post, other = products.post_parts(d, q, d[to.EPOCH] - 1), products.post_parts(d, p, d[to.EPOCH] - 1)
    spiked = listed.shape[0] > 0
    count = 0
    for j in range(n_pre):
        if moved[j] != FULL:
            continue
        count += 1
        if spiked:
            compute_listed(d, j, listed)
        stamp = stamps[j]
        codes, r = uint8s(all_codes + j * n_post, n_post), i32(r_pre[j])
        scale = i32(scale_of(d, q, j, stamp))
        if q[to.Q_GATE] == to.GATE_X:
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
    n = d[to.POST + to.SIDE_N]
    parts, r_post = int32s(q[to.Q_POST], n), uint16s(d[to.RANDOM_POST], n)
    values, random = int32s(d[to.LISTED_PART], n), uint16s(d[to.LISTED_RANDOM], n)
    for k in range(listed.shape[0]):
        values[k] = parts[listed[k]]
        random[k] = r_post[listed[k]]


@kernel
def update_listed(d, q, j, row, listed):
    """Update weights of a dense row at the listed targets, in an epoch of one step, by one product of both sides."""
    n_pre, n_post = d[to.PRE + to.SIDE_N], d[to.POST + to.SIDE_N]
    codes = uint8s(d[to.CODES] + row, n_post)
    values, random = int32s(d[to.LISTED_PART], n_post), uint16s(d[to.LISTED_RANDOM], n_post)
    scale = i32(i64(int32s(q[to.Q_PRE], n_pre)[j]) << q[to.Q_SHIFT])
    r_pre = i32(uint16s(d[to.RANDOM_PRE], n_pre)[j])
    least, most, bits = i32(d[to.W_LEAST]), i32(d[to.W_MOST]), i32(to.FRACTION + d[to.DROPPED])
    dropped, low, unit = i32(d[to.DROPPED]), i32(d[to.LOW]), i32(d[to.UNIT])
    if is_plain(d):
        fused.plain_at_listed(codes, listed, values, scale, random, r_pre, bits, least, most, dropped, low, unit)
    else:
        fused.at_listed(codes, listed, values, scale, random, r_pre, bits, least, most, dropped, low, unit)
