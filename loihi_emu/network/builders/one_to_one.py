"""Neuron by neuron."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from loihi_emu.errors import invalid
from loihi_emu.keywords import known_keywords
from loihi_emu.network.builders.builder import Builder, Drawn
from loihi_emu.network.builders.pairing import Integers, Pairing
from loihi_emu.read_only import read_only


@read_only(advice="Make another.")
@dataclass(frozen=True)
class OneToOne(Builder):
    """See :func:`one_to_one`."""

    name: ClassVar[str] = "one_to_one"

    def check(self, where: str, pairing: Pairing) -> None:
        if pairing.sources != pairing.targets:
            given = f"one_to_one() from {pairing.sources} to {pairing.targets} neurons"
            raise invalid(where, "synapses", given, "as many sources as targets")

    def number_known(self, pairing: Pairing) -> int:
        return pairing.sources

    def counts(self, pairing: Pairing, ready: Any) -> Integers:
        return np.ones(pairing.sources, np.int64)

    def rows(
        self, pairing: Pairing, ready: Any, sources: tuple[int, int], targets: tuple[int, int], room: int
    ) -> Drawn:
        found = np.arange(*sources, dtype=np.int32)
        inside = (found >= targets[0]) & (found < targets[1])
        return Drawn(sources[0], np.append(0, np.cumsum(inside)), found[inside])


@known_keywords
def one_to_one() -> Builder:
    """Connect each neuron of `pre` to the one at the same place of `post`.

    Examples
    --------
    >>> one_to_one()
    OneToOne()
    """
    return OneToOne()
