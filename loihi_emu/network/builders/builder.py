"""What a builder is: it says which targets each source has, for any sources and targets alone."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any, ClassVar, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from loihi_emu.errors import invalid
from loihi_emu.network.builders.pairing import Integers, Pairing

Range: TypeAlias = tuple[int, int]
"""Neurons from the first to the one before the second."""
BLOCK = 1 << 18
"""Synapses that are drawn at a time, about."""


class Drawn(NamedTuple):
    """Targets of some sources.

    Attributes
    ----------
    first : int
        The first source.
    starts : int64 array
        Where the row of each source begins, and the last one ends.
    targets : int32 array
        Ascending in each row; several of one number are several synapses.
    """

    first: int
    starts: Integers
    targets: NDArray[np.int32]


class Builder(ABC):
    """A rule by which synapses are made; what it draws depends on the pairing's key alone."""

    name: ClassVar[str]
    at_once: ClassVar[bool] = False
    """Whether all synapses onto the targets that are asked for are drawn before the first are given."""
    self_connections: bool = True

    def settings(self) -> dict[str, Any]:
        """What makes another like it."""
        return {"name": self.name, **asdict(self)}  # type: ignore[call-overload]

    def check(self, where: str, pairing: Pairing) -> None:
        """Raise where it has no such synapses between these neurons."""
        return None

    def number_known(self, pairing: Pairing) -> int | None:
        """How many synapses there are, where that is known before they are drawn."""
        return None

    def prepared(self, pairing: Pairing) -> Any:
        """What drawing any part needs."""
        return None

    @abstractmethod
    def counts(self, pairing: Pairing, ready: Any) -> Integers:
        """How many targets each source has."""

    @abstractmethod
    def rows(
        self, pairing: Pairing, ready: Any, sources: tuple[int, int], targets: tuple[int, int], room: int
    ) -> Drawn:
        """The targets low..high - 1 of sources first..end - 1, at most `room`."""

    def blocks(self, pairing: Pairing, ready: Any, targets: Range) -> Iterator[Drawn]:
        """All sources, some at a time."""
        ends = np.cumsum(self.counts(pairing, ready))
        first = before = 0
        while first < pairing.sources:
            end = min(max(int(np.searchsorted(ends, before + BLOCK, "right")), first + 1), pairing.sources)
            after = int(ends[end - 1])
            yield self.rows(pairing, ready, (first, end), targets, after - before)
            first, before = end, after

    def own_targets(self, pairing: Pairing) -> Integers:
        """The target of each source that is left out; -1 for none."""
        return np.full(pairing.sources, -1) if self.self_connections else pairing.own_targets

    def own_sources(self, pairing: Pairing) -> Integers:
        """The source of each target that is left out; -1 for none."""
        return np.full(pairing.targets, -1) if self.self_connections else pairing.own_sources


def check_degree(where: str, name: str, degree: int, size: int, own: Integers, repeats: bool, side: str) -> None:
    """Raise where some neuron does not have so many partners."""
    left = size - int(bool((own >= 0).any()))
    if degree and not left:
        raise invalid(where, name, f"{degree} with no other neuron", "self_connections=True, or more neurons")
    if not repeats and degree > left:
        advice = "several=True allows several synapses between the same two neurons."
        raise invalid(where, name, f"{degree} of {left} {side}", f"0..{left}", advice=advice)
