"""The oracle's random generators against published vectors and NumPy."""

import numpy as np
import pytest

from loihi_emu.validation.oracle_random import noise_level, philox4x32, poisson_event, random_word, scaled_noise
from loihi_emu.validation.peers.nengo_loihi.oracle_random import LegacyMT19937

# Known answers of the Random123 distribution, file kat_vectors, philox4x32 with 10 rounds.
KNOWN_ANSWERS = [
    ("00000000 00000000 00000000 00000000", "00000000 00000000", "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
    ("ffffffff ffffffff ffffffff ffffffff", "ffffffff ffffffff", "408f276d 41c83b0e a20bc7c6 6d5451fd"),
    ("243f6a88 85a308d3 13198a2e 03707344", "a4093822 299f31d0", "d16cfe09 94fdcceb 5001e420 24126ea1"),
]


def words(text):
    return tuple(int(word, 16) for word in text.split())


@pytest.mark.parametrize(("counter", "key", "expected"), KNOWN_ANSWERS)
def test_philox_gives_the_known_answers(counter, key, expected):
    assert philox4x32(words(counter), words(key)) == words(expected)


def test_random_word_lays_out_counter_and_key():
    seed, stream, step, element, sample = 0x1122334455667788, 0x1ABCD, 0x0000000300000004, 11, 5
    block = philox4x32((2, 4, 5, 0xABCD | (3 << 16)), (0x55667788, 0x11223344))
    assert random_word(seed, stream, step, element, sample) == block[3]


def test_random_word_of_neighbours_comes_from_one_block():
    block = philox4x32((1, 7, 0, 2), (9, 0))
    assert tuple(random_word(9, 2, 7, element) for element in range(4, 8)) == block


def test_poisson_threshold_is_exact():
    assert not poisson_event(0, 0.0)
    assert poisson_event(2**32 - 1, 1.0)
    assert poisson_event(round(0.1 * 2**32) - 1, 0.1)
    assert not poisson_event(round(0.1 * 2**32), 0.1)


def test_noise_level_covers_its_range_evenly():
    edges = [-(-(level * 2**16) // 255) for level in range(256)]  # first number of every level
    for level, edge in enumerate(edges[:-1]):
        assert noise_level(edge) == level - 127
        assert noise_level(edges[level + 1] - 1) == level - 127


@pytest.mark.parametrize(
    ("level", "exp", "offset", "expected"),
    [(127, 7, 0, 127), (-127, 6, 0, -63), (127, 6, 0, 63), (-127, 0, 0, 0), (-128, 0, 0, -1), (1, 9, -2, -508)],
)
def test_noise_is_scaled_and_truncated_toward_zero(level, exp, offset, expected):
    assert scaled_noise(level, exp, offset) == expected


@pytest.mark.parametrize("seed", [0, 1, 42, 5489, 2**32 - 1])
def test_legacy_generator_equals_numpy(seed):
    reference = np.random.RandomState(seed)
    generator = LegacyMT19937(seed)
    for size in (1, 20, 7, 1000):
        expected = reference.randint(-127, 128, size=size, dtype=np.int32).tolist()
        assert [generator.noise_level() for _ in range(size)] == expected


def test_legacy_generator_refuses_a_seed_of_more_than_32_bits():
    with pytest.raises(ValueError, match="allowed 0"):
        LegacyMT19937(2**32)
