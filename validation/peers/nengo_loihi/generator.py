"""The generator of all random numbers of a network under rules="nengo_loihi"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from loihi_emu.image.draws import Generator
from loihi_emu.image.sources import NoiseSource
from loihi_emu.image.state import State
from loihi_emu.models.memory import Arena, Description
from loihi_emu.validation.peers.nengo_loihi import twister as at

TWO32 = 1 << 32
KEY = "twister"
"""Name of the generator's state in the arena, which PES draws from too."""


class Twister(Generator):
    """One stream over all populations in order, whether they have noise or not; connections that learn draw from it."""

    def reserve(self, arena: Arena) -> None:
        arena.reserve(KEY, at.STATE_WORDS, np.uint32, seeded(self.network.seed))

    def check_state(self, state: State) -> None:
        """A position among the words, and words that are not all 0."""
        words = state[KEY]
        if words[-1] >= at.STATE_WORDS:
            state.fail(KEY, f"position {words[-1]}", f"0..{at.STATE_WORDS - 1}")
        if words[0] < 1 << 31 and not words[1:-1].any():
            state.fail(KEY, "a generator that gives zeros only", "a state of the generator")

    def calls(
        self, arena: Arena, noises: Sequence[NoiseSource], applied: Sequence[Description], *, learns: bool
    ) -> Iterator[tuple[str, Description]]:
        if not (noises or learns):
            return
        populations = self.network.populations
        sizes = [p.size for p in populations.values()]
        draws = np.zeros(sum(sizes), np.int16)
        starts = dict(zip(populations, np.cumsum([0, *sizes]), strict=False))
        for noise, d in zip(noises, applied, strict=True):
            first = int(starts[noise.population.name])
            d.draws = draws[first : first + noise.population.size]
        d = Description(at.TWISTER)
        d.out, d.n, d.state = draws, len(draws), arena[KEY]
        yield f"{at.__name__}:draw", d


def seeded(seed: int) -> NDArray[np.uint32]:
    """State of numpy's legacy generator after seeding: 624 words and the position."""
    _, words, position, *_ = np.random.RandomState(seed % TWO32).get_state(legacy=True)
    return np.concatenate([np.asarray(words, np.uint32), np.asarray([position], np.uint32)])
