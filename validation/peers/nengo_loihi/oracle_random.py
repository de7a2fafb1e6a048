"""The legacy MT19937 of NumPy's ``RandomState``, from which nengo-loihi's reference recordings were drawn."""

from __future__ import annotations

from typing import Any

from loihi_emu.validation.oracle_random import NOISE_HIGH, NOISE_LOW, WORD

MT_SIZE = 624
MT_SHIFT = 397


class LegacyMT19937:
    """The Mersenne twister behind ``numpy.random.RandomState(seed)``, for one kind of draw.

    Parameters
    ----------
    seed : int
        0..2^32-1.

    Raises
    ------
    ValueError
        If the seed does not fit in 32 bits, which ``RandomState`` refuses too.

    Examples
    --------
    >>> generator = LegacyMT19937(5489)
    >>> generator.next_word()
    3499211612
    """

    def __init__(self, seed: int) -> None:
        if not 0 <= seed <= WORD:
            raise ValueError(f"seed: got {seed}, allowed 0..2^32-1 for the legacy generator of nengo_loihi noise")
        self.words = [seed]
        for i in range(1, MT_SIZE):
            last = self.words[-1]
            self.words.append((1812433253 * (last ^ (last >> 30)) + i) & WORD)
        self.position = MT_SIZE

    def next_word(self) -> int:
        """Return the next tempered 32-bit word."""
        if self.position == MT_SIZE:
            self._renew()
        y = self.words[self.position]
        self.position += 1
        y ^= y >> 11
        y ^= (y << 7) & 0x9D2C5680
        y ^= (y << 15) & 0xEFC60000
        return y ^ (y >> 18)

    def uniform(self) -> float:
        """Return the next value of ``rand()``: 53 bits of two words.

        Examples
        --------
        >>> LegacyMT19937(0).uniform()
        0.5488135039273248
        """
        high, low = self.next_word() >> 5, self.next_word() >> 6
        return ((high << 26) + low) / 2**53

    def noise_level(self) -> int:
        """Return the next value of ``randint(-127, 128, dtype=int32)``: low 8 bits, 255 rejected, less 127."""
        while True:
            value = self.next_word() & 0xFF
            if value <= NOISE_HIGH - NOISE_LOW:
                return value + NOISE_LOW

    def _renew(self) -> None:
        words = self.words
        for i in range(MT_SIZE):
            y = (words[i] & 0x80000000) | (words[(i + 1) % MT_SIZE] & 0x7FFFFFFF)
            words[i] = words[(i + MT_SHIFT) % MT_SIZE] ^ (y >> 1) ^ (0x9908B0DF if y & 1 else 0)
        self.position = 0


class LegacyLevels:
    """Levels of noise from one stream: one for every neuron of the network and step, used or not.

    Nothing is drawn in a network without noise and without connections that learn.
    """

    def __init__(self, network: Any) -> None:
        drawn = [population.noise for population in network.populations.values()]
        drawn += [getattr(connection, "learning", None) for connection in network.connections.values()]
        self.generator = LegacyMT19937(int(network.seed)) if any(user is not None for user in drawn) else None

    def draw(self, population: Any, t: int) -> list[int]:
        """Return the levels of a population in step t."""
        return [] if self.generator is None else [self.generator.noise_level() for _ in range(population.size)]
