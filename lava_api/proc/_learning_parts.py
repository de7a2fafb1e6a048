"""Parts of a connection that learns: the synapses onto some of its targets, which one thread delivers and changes."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from lava_api.magma.kernels.leaf_calls import cut
from loihi_emu.models.lava import learning_layout as at
from loihi_emu.models.memory import APART, Array, Description, counter

GRAIN = 64
"""Targets of a part are cut at multiples of it."""


@dataclass
class LearningPart:
    """Some targets, and what one thread has of their synapses.

    Attributes
    ----------
    targets : slice
    sources : slice
        Those whose traces the thread advances, which all parts divide among them.
    values : list of ndarray
        The synaptic variables, row by row of their source.
    rows : (ndarray, ndarray) or (None, None)
        Starts and targets of the rows of a sparse connection, the targets counted from the part's first one.
    order : ndarray
        Of a sparse connection: where each of its synapses is among those of the model.
    every : ndarray
        1 when all synapses are to be settled.
    events : ndarray
        Counter of synaptic events.
    traces, learning : Description
        Of the two leaves of learning; one and the same if there is one part.
    adding : Description
        Of the leaf that adds up weights.
    """

    targets: slice
    sources: slice
    values: list[Array] = field(default_factory=list)
    rows: tuple[Array, Array] | tuple[None, None] = (None, None)
    order: Array = field(default_factory=lambda: np.zeros(0, np.int64))
    every: Array = field(default_factory=lambda: np.ones(1, np.int64))
    events: Array = field(default_factory=counter)
    traces: Description = field(default_factory=lambda: Description(at.LEARNING))
    learning: Description = field(default_factory=lambda: Description(at.LEARNING))
    adding: Description | None = None

    @property
    def width(self) -> int:
        """Targets."""
        return int(self.targets.stop - self.targets.start)

    @property
    def descriptions(self) -> list[Description]:
        """Those of both leaves, each once."""
        return [self.learning] if self.traces is self.learning else [self.learning, self.traces]


def parts_of(sources: int, targets: int, threads: int) -> list[LearningPart]:
    """Return the parts for so many threads; of few targets there are fewer."""
    pieces = cut(targets, threads, GRAIN)
    shares = cut(sources, len(pieces), APART)
    shares += [slice(sources, sources)] * (len(pieces) - len(shares))
    made = [LearningPart(few, mine) for few, mine in zip(pieces, shares, strict=True)]
    if len(made) == 1:
        made[0].traces = made[0].learning
    return made
