"""The random generator of the emulator, Philox4x32-10, in plain Python integers: for noise and Poisson inputs."""

from __future__ import annotations

WORD = 0xFFFFFFFF  # 32-bit words throughout

PHILOX_ROUNDS = 10
PHILOX_MULTIPLIERS = (0xD2511F53, 0xCD9E8D57)
PHILOX_WEYL = (0x9E3779B9, 0xBB67AE85)

NOISE_LOW = -127  # lowest and highest value of the chip's noise generator, as nengo-loihi has it
NOISE_HIGH = 127


def philox4x32(counter: tuple[int, int, int, int], key: tuple[int, int]) -> tuple[int, int, int, int]:
    """Encrypt one block of four words with Philox4x32-10.

    Parameters
    ----------
    counter : tuple of 4 int
        Counter words, each 0..2^32-1.
    key : tuple of 2 int
        Key words, each 0..2^32-1.

    Returns
    -------
    tuple of 4 int
        Random words, each 0..2^32-1.

    Notes
    -----
    J. Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011. Every round multiplies words 0 and 2 by
    a constant each, and mixes the high halves into words 1 and 3; the key grows by a Weyl constant between rounds.

    Examples
    --------
    >>> [f"{word:08x}" for word in philox4x32((0, 0, 0, 0), (0, 0))]
    ['6627e8d5', 'e169c58d', 'bc57ac4c', '9b00dbd8']
    """
    c0, c1, c2, c3 = counter
    k0, k1 = key
    for _ in range(PHILOX_ROUNDS):
        product0 = PHILOX_MULTIPLIERS[0] * c0
        product1 = PHILOX_MULTIPLIERS[1] * c2
        c0, c1, c2, c3 = (
            (product1 >> 32) ^ c1 ^ k0,
            product1 & WORD,
            (product0 >> 32) ^ c3 ^ k1,
            product0 & WORD,
        )
        k0 = (k0 + PHILOX_WEYL[0]) & WORD
        k1 = (k1 + PHILOX_WEYL[1]) & WORD
    return c0, c1, c2, c3


def random_word(seed: int, stream: int, step: int, element: int, sample: int = 0) -> int:
    """Return the random word of one element of one population or input in one step.

    Parameters
    ----------
    seed : int
        Seed of the network, 0..2^64-1.
    stream : int
        Number of the population or input in order of creation, 0..65535.
    step : int
        Time step, 0..2^48-1.
    element : int
        Neuron index.
    sample : int
        Number of the sample of a batch; 0 outside batches.

    Returns
    -------
    int
        A word 0..2^32-1 that depends on nothing but the arguments.

    Examples
    --------
    >>> random_word(seed=0, stream=0, step=0, element=1) == 0xe169c58d
    True
    """
    key = (seed & WORD, (seed >> 32) & WORD)
    last = (stream & 0xFFFF) | (((step >> 32) & 0xFFFF) << 16)
    block = philox4x32((element >> 2, step & WORD, sample, last), key)
    return block[element & 3]


def poisson_event(word: int, rate: float) -> bool:
    """Tell whether a Poisson input of `rate` (probability per step, 0..1) fires on the random `word`.

    Examples
    --------
    >>> poisson_event(2**31 - 1, 0.5), poisson_event(2**31, 0.5), poisson_event(2**32 - 1, 1.0)
    (True, False, True)
    """
    return word < round(rate * 2**32)


def noise_number(seed: int, stream: int, step: int, element: int, sample: int = 0) -> int:
    """Draw the number of 16 bits that makes the noise of a neuron in a step: half a word, the lower one first.

    Examples
    --------
    >>> noise_number(0, 0, 0, element=2) + (noise_number(0, 0, 0, element=3) << 16) == random_word(0, 0, 0, element=1)
    True
    """
    word = random_word(seed, stream, step, element >> 1, sample)
    return word >> 16 if element & 1 else word & 0xFFFF


def noise_level(number: int) -> int:
    """Map a random number of 16 bits to -127..127: each value has 257 numbers, the lowest 258.

    Examples
    --------
    >>> noise_level(0), noise_level(2**15), noise_level(2**16 - 1)
    (-127, 0, 127)
    """
    return ((number * (NOISE_HIGH - NOISE_LOW + 1)) >> 16) + NOISE_LOW


def scaled_noise(level: int, exp: int, offset: int) -> int:
    """Scale a noise level to units of u or v: ``trunc((level + 64*offset) * 2^(exp-7))``.

    Parameters
    ----------
    level : int
        -127..127.
    exp, offset : int
        Noise exponent and mantissa offset.

    Returns
    -------
    int
        Noise, truncated toward zero (nengo-loihi's emulator, ``loihi1-arithmetic`` section 4).

    Examples
    --------
    >>> scaled_noise(-127, 7, 0), scaled_noise(-127, 3, 1), scaled_noise(3, 12, -1)
    (-127, -3, -1952)
    """
    value = level + 64 * offset
    if exp >= 7:
        return value << (exp - 7)
    size = abs(value) >> (7 - exp)
    return size if value >= 0 else -size
