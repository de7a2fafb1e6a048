"""Every integer rule against plain Python: all of a small domain, and anything in the range it promises."""

from fractions import Fraction
from itertools import product
from math import trunc

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from loihi_emu import arithmetic
from loihi_emu.arithmetic import i16, i32, i64

WORDS = st.integers(-(1 << 31), (1 << 31) - 1)
KEEPS = st.integers(0, 4096)
STATES = st.integers(-(1 << 27) + 1, (1 << 27) - 1)


def decayed(x, keep):
    return trunc(Fraction(x * keep, 4096))


def wrapped(x, bits):
    """Two's complement of so many bits and a sign."""
    span = 2 << bits
    x %= span
    return x - span if x >= span // 2 else x


@pytest.mark.parametrize("keep", [0, 1, 2, 2047, 2048, 2049, 4094, 4095, 4096])
def test_decay_of_all_small_numbers(keep):
    for x in range(-4200, 4201):
        assert arithmetic.decay(i32(x), i16(keep)) == decayed(x, keep)


@pytest.mark.parametrize("x", [1, 5, 4095, 4096, 4097, (1 << 23) - 1, 1 << 23, (1 << 27) - 1])
def test_all_decays(x):
    for keep, sign in product(range(4097), (1, -1)):
        assert arithmetic.decay(i32(sign * x), i16(keep)) == decayed(sign * x, keep)


@given(STATES, KEEPS)
@example(-(1 << 23), 4096)
def test_decay(x, keep):
    assert arithmetic.decay(i32(x), i16(keep)) == decayed(x, keep)


@given(st.integers(-(1 << 50), 1 << 50), KEEPS)
def test_decay_wide(x, keep):
    assert arithmetic.decay_wide(i64(x), i64(keep)) == decayed(x, keep)


def test_wrap_of_all_small_numbers():
    for bits, x in product(range(1, 8), range(-300, 300)):
        assert arithmetic.wrap(i32(x), i32(bits)) == wrapped(x, bits)


@given(WORDS, st.sampled_from([21, 23]))
@example(1 << 23, 23)
@example(-(1 << 23) - 1, 23)
def test_wrap(x, bits):
    assert arithmetic.wrap(i32(x), i32(bits)) == wrapped(x, bits)


@given(WORDS)
@example(1 << 15)
@example(-(1 << 15))
def test_synaptic_current(weights):
    assert arithmetic.synaptic_current(i32(weights), *map(i32, arithmetic.WEIGHTS)) == wrapped(64 * weights, 21)
    assert arithmetic.synaptic_current(i32(weights), *map(i32, arithmetic.CURRENTS)) == weights


@given(WORDS, st.lists(WORDS, min_size=2, max_size=2))
def test_clip(x, limits):
    low, high = sorted(limits)
    assert arithmetic.clip(i32(x), i32(low), i32(high)) == sorted((x, low, high))[1]


@given(WORDS)
@example(1 << 23)
@example(-(1 << 23))
@example((1 << 23) + 1)
def test_wrap_lava(x):
    expected = x - (1 << 24) if x > 1 << 23 else x + (1 << 24) if x <= -(1 << 23) else x
    assert arithmetic.wrap_lava(i32(x)) == expected


@given(WORDS)
@example(1 << 23)
@example(-(1 << 23) - 1)
def test_wrap24(x):
    assert arithmetic.wrap24(i64(x)) == wrapped(x, 23)


@given(WORDS, st.integers(-8, 7))
def test_shift(x, exponent):
    assert arithmetic.shift(i64(x), i64(exponent)) == (Fraction(x) * Fraction(2) ** exponent).__floor__()


def test_all_small_noise():
    for uniform, exponent in product(range(-127, 128), range(24)):
        expected = trunc(Fraction(uniform) * Fraction(2) ** (exponent - 7))
        assert arithmetic.noise_value(i32(uniform), i32(0), i32(exponent)) == expected


@given(st.integers(-127, 127), st.integers(-128, 127), st.integers(0, 23))
def test_noise(uniform, offset, exponent):
    expected = trunc((uniform + 64 * offset) * Fraction(2) ** (exponent - 7))
    assert arithmetic.noise_value(i32(uniform), i32(offset), i32(exponent)) == expected


def test_results_keep_their_width():
    assert {int(np.iinfo(kind).bits) for kind in (i16, i32, i64)} == {16, 32, 64}
    assert int(arithmetic.wrap(i32((1 << 31) - 1), i32(23))) == -1
