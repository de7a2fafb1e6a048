"""Philox against its authors' vectors and the oracle, the Mersenne twister and its draws against NumPy."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from leaves import call

from loihi_emu import philox
from loihi_emu.image.sources import thresholds
from loihi_emu.models import noise
from loihi_emu.models.layout import BLOCK
from loihi_emu.models.memory import Description
from loihi_emu.validation.oracle_random import noise_level, noise_number, poisson_event, random_word
from loihi_emu.validation.peers.nengo_loihi import twister
from loihi_emu.validation.peers.nengo_loihi.generator import seeded

VECTORS = [  # Random123 1.09, kat_vectors, philox4x32 with 10 rounds: counter, key, result
    ("00000000 00000000 00000000 00000000", "00000000 00000000", "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
    ("ffffffff ffffffff ffffffff ffffffff", "ffffffff ffffffff", "408f276d 41c83b0e a20bc7c6 6d5451fd"),
    ("243f6a88 85a308d3 13198a2e 03707344", "a4093822 299f31d0", "d16cfe09 94fdcceb 5001e420 24126ea1"),
]


def words(text):
    return [np.uint64(int(word, 16)) for word in text.split()]


@pytest.mark.parametrize(("counter", "key", "expected"), VECTORS)
def test_philox_gives_the_known_answers(counter, key, expected):
    assert list(philox.philox4x32(*words(counter), *words(key))) == words(expected)


@pytest.mark.slow
@given(
    st.integers(0, (1 << 63) - 1), st.integers(0, 0xFFFF), st.integers(0, (1 << 32) - 1), st.integers(0, (1 << 48) - 1),
    st.integers(0, 13),
)  # fmt: skip
def test_fill_equals_the_oracle(seed, stream, sample, step, count):
    out = np.zeros(count, np.uint32)
    philox.fill(out, np.uint64(seed), np.uint64(stream), np.uint64(sample), np.uint64(step))
    assert out.tolist() == [random_word(seed, stream, step, i, sample) for i in range(count)]


@pytest.mark.parametrize("count", [255, 256, 1023, 1024, 1025, 1026, 1027, 2053])
def test_fill_of_many_equals_the_oracle(count):
    out = np.zeros(count, np.uint32)
    seed, stream, sample, step = 0x123456789ABCDEF, 7, 3, (5 << 32) + 9
    philox.fill(out, np.uint64(seed), np.uint64(stream), np.uint64(sample), np.uint64(step))
    assert out.tolist() == [random_word(seed, stream, step, i, sample) for i in range(count)]


@given(st.integers(0, (1 << 32) - 1), st.floats(0, 1))
def test_rates_become_the_same_events(word, rate):
    assert bool(np.uint64(word) < thresholds(rate, 1)[0]) == poisson_event(word, rate)


@given(
    st.integers(0, 1 << 40),
    st.sampled_from([1, 3, 8, 9, BLOCK + 5]),
    st.integers(0, 1 << 40),
    st.sampled_from([0, 3, 8, 2049]),
)
def test_draws_of_noise_equal_the_oracle(seed, size, step, first):
    out, scratch, base = np.zeros(size, np.int32), np.zeros(noise.SCRATCH, np.uint8), np.arange(size, dtype=np.int32)
    d = Description(noise.NOISE)
    d.out, d.scratch, d.sample, d.first, d.n = out, scratch, np.zeros(1, np.int64), first, size
    d.seed, d.stream = seed, 3
    d.exponent = 7
    d.parameter("base", base, True)
    d.parameter("enabled", -np.ones(BLOCK, np.int8), False)
    call(noise.apply, d, step)
    assert (out - base).tolist() == [noise_level(noise_number(seed, 3, step, first + i)) for i in range(size)]


@pytest.mark.parametrize("seed", [0, 1, 5489, 0xFFFFFFFF])
def test_the_twister_equals_numpy(seed):
    size = 700
    out, state = np.zeros(size, np.int16), seeded(seed)
    d = Description(twister.TWISTER)
    d.out, d.state, d.n = out, state, size
    generator = np.random.RandomState(seed)
    for _ in range(4):
        call(twister.draw, d)
        assert out.tolist() == generator.randint(-127, 128, size=size, dtype=np.int32).tolist()
