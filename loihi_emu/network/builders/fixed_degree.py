"""Each source has the same number of targets, each target the same number of sources, or there is a number of all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from loihi_emu.keywords import known_keywords
from loihi_emu.network.builders.builder import BLOCK, Builder, Drawn, Range, check_degree
from loihi_emu.network.builders.pairing import Integers, Pairing
from loihi_emu.numeric import flag, integer
from loihi_emu.read_only import read_only

MOST = (1 << 31) - 1
MOST_ALL = 1 << 40


class Rowwise(Builder):
    """Base of those whose sources each have a number of targets."""

    several: bool = True

    def rows(
        self, pairing: Pairing, ready: Any, sources: tuple[int, int], targets: tuple[int, int], room: int
    ) -> Drawn:
        from loihi_emu.models.drawing import degrees

        starts, found = np.zeros(sources[1] - sources[0] + 1, np.int64), np.empty(room, np.int32)
        own = self.own_targets(pairing)
        count = degrees.rows(
            pairing.key, ready, self.several, own, *sources, *targets, pairing.targets, starts, found
        )  # fmt: skip
        return Drawn(sources[0], starts, found[:count])

    def counts(self, pairing: Pairing, ready: Any) -> Integers:
        found: Integers = ready
        return found


@dataclass(frozen=True)
class Degree(Builder):
    """Base of those by which each neuron of one side has a number of partners."""

    degree: int
    several: bool = True
    self_connections: bool = True

    def __post_init__(self) -> None:
        _check(self, "degree", MOST)


@read_only(advice="Make another.")
@dataclass(frozen=True)
class FixedOutDegree(Rowwise, Degree):
    """See :func:`fixed_out_degree`."""

    name: ClassVar[str] = "fixed_out_degree"

    def check(self, where: str, pairing: Pairing) -> None:
        own = self.own_targets(pairing)
        check_degree(where, "degree", self.degree, pairing.targets, own, self.several, "targets")

    def number_known(self, pairing: Pairing) -> int:
        return self.degree * pairing.sources

    def prepared(self, pairing: Pairing) -> Any:
        return np.full(pairing.sources, self.degree, np.int64)


@read_only(advice="Make another.")
@dataclass(frozen=True)
class FixedTotalNumber(Rowwise):
    """See :func:`fixed_total_number`."""

    name: ClassVar[str] = "fixed_total_number"
    number: int
    self_connections: bool = True

    def __post_init__(self) -> None:
        _check(self, "number", MOST_ALL)

    def check(self, where: str, pairing: Pairing) -> None:
        if pairing.sources == pairing.targets == 1:
            check_degree(where, "number", self.number, 1, self.own_targets(pairing), True, "pairs")

    def number_known(self, pairing: Pairing) -> int:
        return self.number

    def prepared(self, pairing: Pairing) -> Any:
        from loihi_emu.models.drawing import degrees

        found = np.zeros(pairing.sources, np.int64)
        degrees.sources_of_all(pairing.key, self.number, self.own_targets(pairing), pairing.targets, found)
        return found


@read_only(advice="Make another.")
@dataclass(frozen=True)
class FixedInDegree(Degree):
    """See :func:`fixed_in_degree`."""

    name: ClassVar[str] = "fixed_in_degree"
    at_once: ClassVar[bool] = True

    def check(self, where: str, pairing: Pairing) -> None:
        own = self.own_sources(pairing)
        check_degree(where, "degree", self.degree, pairing.sources, own, self.several, "sources")

    def number_known(self, pairing: Pairing) -> int:
        return self.degree * pairing.targets

    def _counts(self, pairing: Pairing, targets: Range) -> Integers:
        from loihi_emu.models.drawing import degrees

        found, own = np.zeros(pairing.sources, np.int64), self.own_sources(pairing)
        degrees.columns(pairing.key, self.degree, self.several, own, *targets, pairing.sources, found)
        return found

    def counts(self, pairing: Pairing, ready: Any) -> Integers:
        return self._counts(pairing, (0, pairing.targets))

    def rows(
        self, pairing: Pairing, ready: Any, sources: tuple[int, int], targets: tuple[int, int], room: int
    ) -> Drawn:
        whole = self._all(pairing, targets)
        first, end = whole.starts[sources[0]], whole.starts[sources[1]]
        return Drawn(sources[0], whole.starts[sources[0] : sources[1] + 1] - first, whole.targets[first:end])

    def blocks(self, pairing: Pairing, ready: Any, targets: Range) -> Iterator[Drawn]:
        """All sources, some at a time: drawn target by target, held at once."""
        whole = self._all(pairing, targets)
        first = 0
        while first < pairing.sources:
            end = int(np.searchsorted(whole.starts, whole.starts[first] + BLOCK, "right")) - 1
            end = min(max(end, first + 1), pairing.sources)
            begin, stop = whole.starts[first], whole.starts[end]
            yield Drawn(first, whole.starts[first : end + 1] - begin, whole.targets[begin:stop])
            first = end

    def _all(self, pairing: Pairing, targets: Range) -> Drawn:
        from loihi_emu.models.drawing import degrees

        starts, own = np.zeros(pairing.sources + 1, np.int64), self.own_sources(pairing)
        np.cumsum(self._counts(pairing, targets), out=starts[1:])
        found = np.empty(int(starts[-1]), np.int32)
        places = starts[:-1].copy()
        degrees.place_columns(pairing.key, self.degree, self.several, own, *targets, pairing.sources, places, found)
        return Drawn(0, starts, found)


def _check(made: Any, number: str, most: int) -> None:
    """Check the parameters of a builder."""
    object.__setattr__(made, number, integer(made.name, number, getattr(made, number), 0, most))
    for name in ("several", "self_connections"):
        if name in made.__dataclass_fields__:
            object.__setattr__(made, name, flag(made.name, name, getattr(made, name)))


@known_keywords
def fixed_out_degree(degree: int, *, several: bool = True, self_connections: bool = True) -> Builder:
    """Connect each source to a number of targets that are drawn at random.

    Parameters
    ----------
    degree : int
        Targets of each source.
    several : bool
        Whether there may be several synapses between the same two neurons (NEST's "allow_multapses").
    self_connections : bool
        Whether a neuron may be connected to itself (NEST's "allow_autapses").

    Examples
    --------
    >>> fixed_out_degree(100)
    FixedOutDegree(degree=100, several=True, self_connections=True)
    """
    return FixedOutDegree(degree, several, self_connections)


@known_keywords
def fixed_in_degree(degree: int, *, several: bool = True, self_connections: bool = True) -> Builder:
    """Connect each target to a number of sources that are drawn at random.

    Parameters
    ----------
    degree : int
        Sources of each target.
    several : bool
        Whether there may be several synapses between the same two neurons (NEST's "allow_multapses").
    self_connections : bool
        Whether a neuron may be connected to itself (NEST's "allow_autapses").

    Examples
    --------
    >>> fixed_in_degree(100, several=False)
    FixedInDegree(degree=100, several=False, self_connections=True)
    """
    return FixedInDegree(degree, several, self_connections)


@known_keywords
def fixed_total_number(number: int, *, self_connections: bool = True) -> Builder:
    """Make a number of synapses whose sources and targets are drawn at random; two may have the same.

    Parameters
    ----------
    number : int
        Synapses of the connection.
    self_connections : bool
        Whether a neuron may be connected to itself (NEST's "allow_autapses").

    Examples
    --------
    >>> fixed_total_number(100_000)
    FixedTotalNumber(number=100000, self_connections=True)
    """
    return FixedTotalNumber(number, self_connections)
