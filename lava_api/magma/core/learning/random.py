"""Random numbers of learning: one each for all neurons, or all synapses, of a connection in a step."""

from __future__ import annotations

from abc import ABC, abstractmethod

import numpy as np

from lava_api.magma.core.learning.constants import W_TRACE


class AbstractRandomGenerator(ABC):
    """Holds random numbers until they are drawn anew."""

    @abstractmethod
    def advance(self, *args: object, **kwargs: object) -> None:
        """Draw new numbers."""


class TraceRandom(AbstractRandomGenerator):
    """The numbers by which traces are rounded; the first are drawn at once, each kind by a seed of its own."""

    def __init__(self, seed_trace_decay: int | None = 0, seed_impulse_addition: int | None = 1) -> None:
        self.decay_generator = np.random.default_rng(seed_trace_decay)
        self.impulse_generator = np.random.default_rng(seed_impulse_addition)
        self.advance()

    def advance(self, *args: object, **kwargs: object) -> None:
        self.random_trace_decay: float = self.decay_generator.random(1)[0]  # in [0, 1)
        drawn = self.impulse_generator.integers(0, 1 << W_TRACE, size=1, dtype=np.int64)
        self.random_impulse_addition: int = drawn[0]  # 0..127


class ConnVarRandom(AbstractRandomGenerator):
    """The number by which weights and tags are rounded; the first is drawn at once."""

    def __init__(self, seed_stochastic_rounding: int | None = 2) -> None:
        self.generator = np.random.default_rng(seed_stochastic_rounding)
        self.advance()

    def advance(self, *args: object, **kwargs: object) -> None:
        self.random_stochastic_round: float = self.generator.random(1)[0]  # in [0, 1)
