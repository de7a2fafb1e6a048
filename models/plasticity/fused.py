# mypy: allow-untyped-defs, allow-incomplete-defs
"""Weights of a dense row updated in one pass by one or two products: load, add, saturate, round.

A product is ``scale * post[i]`` (its part of the postsynaptic side) or ``scale * w + more``. What comes out equals
the general path of :mod:`loihi_emu.models.plasticity.rows`. The saturation after the last product is left out: the
limits of weights are reached before those of accumulators. Every pass is made twice: for weights 0..255 of full
precision (byte = weight, 7 bits to round), and for all formats.
"""

from typing import Any

import numpy as np

from loihi_emu.jit import disjoint, kernel, wide_vectors
from loihi_emu.models.plasticity import learning_layout as to

i32 = np.int32
u8 = np.uint8

LEAST, MOST = to.ACCUMULATOR
FULL = 255


@kernel
def weight(code, unit, low):
    """The mantissa of a byte."""
    return i32(i32(i32(code) << unit) + low)


@kernel
def saturated(a):
    """Limited to an accumulator."""
    return i32(min(max(a, i32(LEAST)), i32(MOST)))


@kernel
def code(a, r, bits, least, most, dropped, low, unit):
    """From an accumulator to the byte of a weight."""
    mask = i32(i32(i32(1) << bits) - i32(1))
    z = i32(i32(a + i32(r & mask)) >> bits)
    z = i32(min(max(z, least), most))
    return u8(i32(i32(i32(z << dropped) - low) >> unit))


def passes(plain: bool) -> Any:
    """Make the passes for plain weights, or for all formats."""

    @kernel
    def begin(byte, unit, low):
        w = i32(byte) if plain else weight(byte, i32(unit & 31), low)
        return w

    @kernel
    def finish(a, r, bits, least, most, dropped, low, unit):
        if plain:
            z = i32(i32(a + i32(r & i32(127))) >> i32(7))
            return u8(i32(min(max(z, i32(0)), i32(FULL))))
        return code(a, r, i32(bits & 31), least, most, i32(dropped & 31), low, i32(unit & 31))

    @disjoint
    def by_post(codes, post, scale, r_post, r_pre, bits, least, most, dropped, low, unit):
        wide_vectors()
        for i in range(codes.shape[0]):
            w = begin(codes[i], unit, low)
            a = i32(i32(w << i32(to.FRACTION)) + i32(scale * post[i]))
            codes[i] = finish(a, i32(i32(r_post[i]) + r_pre), bits, least, most, dropped, low, unit)

    @disjoint
    def by_weight(codes, scale, more, r_post, r_pre, bits, least, most, dropped, low, unit):
        wide_vectors()
        for i in range(codes.shape[0]):
            w = begin(codes[i], unit, low)
            a = i32(i32(w << i32(to.FRACTION)) + i32(i32(scale * w) + more))
            codes[i] = finish(a, i32(i32(r_post[i]) + r_pre), bits, least, most, dropped, low, unit)

    @disjoint
    def by_post_weight(codes, post, scale, second, more, r_post, r_pre, bits, least, most, dropped, low, unit):
        wide_vectors()
        for i in range(codes.shape[0]):
            w = begin(codes[i], unit, low)
            a = saturated(i32(i32(w << i32(to.FRACTION)) + i32(scale * post[i])))
            a = i32(a + i32(i32(second * w) + more))
            codes[i] = finish(a, i32(i32(r_post[i]) + r_pre), bits, least, most, dropped, low, unit)

    @disjoint
    def by_two(codes, post, scale, other, second, r_post, r_pre, bits, least, most, dropped, low, unit):
        wide_vectors()
        for i in range(codes.shape[0]):
            w = begin(codes[i], unit, low)
            a = saturated(i32(i32(w << i32(to.FRACTION)) + i32(scale * post[i])))
            a = i32(a + i32(second * other[i]))
            codes[i] = finish(a, i32(i32(r_post[i]) + r_pre), bits, least, most, dropped, low, unit)

    @disjoint
    def at_listed(
        codes, stride, sources, parts, shift, listed, post, r_post, r_pre, bits, least, most, dropped, low, unit
    ):
        for s in range(sources.shape[0]):
            j = np.uint64(sources[s])
            row, scale, r = j * np.uint64(stride), i32(parts[j] << i32(shift & 31)), i32(r_pre[j])
            for k in range(listed.shape[0]):
                i = row + np.uint64(listed[k])
                w = begin(codes[i], unit, low)
                a = i32(i32(w << i32(to.FRACTION)) + i32(scale * post[k]))
                codes[i] = finish(a, i32(i32(r_post[k]) + r), bits, least, most, dropped, low, unit)

    return by_post, by_weight, by_post_weight, by_two, at_listed


by_post, by_weight, by_post_weight, by_two, at_listed = passes(plain=False)
plain_by_post, plain_by_weight, plain_by_post_weight, plain_by_two, plain_at_listed = passes(plain=True)
