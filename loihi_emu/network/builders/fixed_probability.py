"""Each pair of neurons is connected with the same probability."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from loihi_emu.errors import invalid
from loihi_emu.keywords import known_keywords
from loihi_emu.network.builders.builder import Builder, Drawn
from loihi_emu.network.builders.pairing import Integers, Pairing
from loihi_emu.network.builders.tables import UNITY, binomial, table
from loihi_emu.numeric import flag, numbers, ranged
from loihi_emu.read_only import read_only


@read_only(advice="Make another.")
@dataclass(frozen=True)
class FixedProbability(Builder):
    """See :func:`fixed_probability`."""

    name: ClassVar[str] = "fixed_probability"
    probability: float
    self_connections: bool = True

    def __post_init__(self) -> None:
        given = numbers(self.name, "probability", self.probability)
        if given.ndim:
            raise invalid(self.name, "probability", f"an array of shape {given.shape}", "one number")
        ranged(self.name, "probability", given, 0, 1)
        object.__setattr__(self, "probability", float(given))
        object.__setattr__(self, "self_connections", flag(self.name, "self_connections", self.self_connections))

    def prepared(self, pairing: Pairing) -> Any:
        from loihi_emu.models.drawing.words import CELL

        last = (pairing.targets - 1) % CELL + 1
        whole = CELL if pairing.targets >= CELL else last
        limits, others = np.full((4, CELL + 1), UNITY, np.uint64), np.zeros((4, CELL + 1), np.int32)
        for row, size in enumerate((whole, last, whole - 1, last - 1)):
            made = table(0, binomial(size, self.probability))
            limits[row, : size + 1], others[row, : size + 1] = made.limits, made.others
        return limits, others, self.own_targets(pairing)

    def counts(self, pairing: Pairing, ready: Any) -> Integers:
        from loihi_emu.models.drawing import probability

        found = np.zeros(pairing.sources, np.int64)
        probability.count(pairing.key, *ready, 0, pairing.sources, 0, pairing.targets, pairing.targets, found)
        return found

    def rows(
        self, pairing: Pairing, ready: Any, sources: tuple[int, int], targets: tuple[int, int], room: int
    ) -> Drawn:
        from loihi_emu.models.drawing import probability

        starts, found = np.zeros(sources[1] - sources[0] + 1, np.int64), np.empty(room, np.int32)
        count = probability.rows(pairing.key, *ready, *sources, *targets, pairing.targets, starts, found)
        return Drawn(sources[0], starts, found[:count])


@known_keywords
def fixed_probability(probability: float, *, self_connections: bool = True) -> Builder:
    """Connect each pair of neurons with a probability, independently of all others.

    Parameters
    ----------
    probability : float
        0..1.
    self_connections : bool
        Whether a neuron may be connected to itself (NEST's "allow_autapses").

    Examples
    --------
    >>> from loihi_emu import Network
    >>> net = Network(seed=1)
    >>> cells = net.population("cells", 1000, vth=100)
    >>> net.connect(cells, cells, 20, synapses=fixed_probability(0.1))
    <Connection "cells->cells": cells -> cells, sparse, 100720 weights, excitatory, exponent 0>
    """
    return FixedProbability(probability, self_connections)
