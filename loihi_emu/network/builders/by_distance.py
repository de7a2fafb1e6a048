"""Pairs of neurons are connected with a probability that is a function of their distance."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from loihi_emu.errors import invalid
from loihi_emu.keywords import known_keywords
from loihi_emu.network.builders.builder import BLOCK, Builder, Drawn, Range
from loihi_emu.network.builders.pairing import Integers, Pairing
from loihi_emu.network.builders.tables import UNITY
from loihi_emu.network.listed import index_type
from loihi_emu.numeric import finite, flag, ranged
from loihi_emu.read_only import read_only

Floats = NDArray[np.float64]


@read_only(advice="Make another.")
@dataclass(frozen=True, eq=False)
class ByDistance(Builder):
    """See :func:`by_distance`."""

    name: ClassVar[str] = "by_distance"
    probability: Callable[[Floats], Any]
    pre: Any
    post: Any = None
    period: Any = None
    self_connections: bool = True

    def __post_init__(self) -> None:
        if not callable(self.probability):
            raise invalid(self.name, "probability", repr(self.probability), "a function of an array of distances")
        for side in ("pre", "post"):
            given = getattr(self, side)
            if given is not None:
                places = finite(self.name, side, given).astype(np.float64)
                places = places[:, None] if places.ndim == 1 else places
                if places.ndim != 2:
                    raise invalid(self.name, side, f"shape {places.shape}", "positions (neurons, axes)")
                object.__setattr__(self, side, places)
        if self.post is None:
            object.__setattr__(self, "post", self.pre)
        if self.period is not None:
            period = finite(self.name, "period", self.period).astype(np.float64)
            if np.any(period <= 0):
                raise invalid(self.name, "period", self.period, "lengths above 0")
            object.__setattr__(self, "period", period)
        object.__setattr__(self, "self_connections", flag(self.name, "self_connections", self.self_connections))

    def check(self, where: str, pairing: Pairing) -> None:
        for side, size in (("pre", pairing.sources), ("post", pairing.targets)):
            places = getattr(self, side)
            if len(places) != size or places.shape[1] != self.pre.shape[1]:
                given = f"positions of {side} of shape {places.shape}"
                raise invalid(where, "synapses", given, f"({size}, {self.pre.shape[1]}): one of each neuron")
        if self.period is not None and self.period.shape not in ((), (self.pre.shape[1],)):
            raise invalid(where, "period", f"shape {self.period.shape}", f"a number or {self.pre.shape[1]} of them")

    def _limits(self, sources: tuple[int, int], targets: Range) -> NDArray[np.uint64]:
        """Words below which a pair is connected."""
        apart = np.abs(self.pre[sources[0] : sources[1], None] - self.post[None, targets[0] : targets[1]])
        if self.period is not None:
            apart = apart % self.period
            apart = np.minimum(apart, self.period - apart)
        found = finite(self.name, "probability", self.probability(np.sqrt((apart**2).sum(axis=2))))
        shape = (sources[1] - sources[0], targets[1] - targets[0])
        if found.shape not in ((), shape):
            given = f"a function that gives shape {found.shape} for {shape}"
            raise invalid(self.name, "probability", given, "one that gives a probability for each distance")
        ranged(self.name, "probability", found, 0, 1)
        limits: NDArray[np.uint64] = np.rint(np.broadcast_to(found, shape) * UNITY).astype(np.uint64)
        return limits

    def _pieces(self, pairing: Pairing, wide: int) -> Iterator[tuple[int, int]]:
        each = max(1, BLOCK // max(1, wide))
        return ((i, min(i + each, pairing.sources)) for i in range(0, pairing.sources, each))

    def prepared(self, pairing: Pairing) -> list[Drawn]:
        """All synapses: a function of the user's is asked once, and need not give the same again."""
        whole, kind = (0, pairing.targets), index_type(pairing.targets)
        pieces = (self.rows(pairing, None, piece, whole, 0) for piece in self._pieces(pairing, pairing.targets))
        return [part._replace(targets=part.targets.astype(kind)) for part in pieces]  # copies, without room to spare

    def counts(self, pairing: Pairing, ready: list[Drawn]) -> Integers:
        return np.concatenate([np.diff(part.starts) for part in ready])

    def rows(
        self, pairing: Pairing, ready: Any, sources: tuple[int, int], targets: tuple[int, int], room: int
    ) -> Drawn:
        from loihi_emu.models.drawing import pairs

        limits = self._limits(sources, targets)
        starts, found = np.zeros(len(limits) + 1, np.int64), np.empty(limits.size, np.int32)
        own = self.own_targets(pairing)
        count = pairs.rows(pairing.key, limits, own, sources[0], targets[0], starts, found)
        return Drawn(sources[0], starts, found[:count])

    def blocks(self, pairing: Pairing, ready: list[Drawn], targets: Range) -> Iterator[Drawn]:
        """All sources, some at a time."""
        for part in ready:
            inside = (part.targets >= targets[0]) & (part.targets < targets[1])
            yield Drawn(part.first, np.append(0, np.cumsum(inside))[part.starts], part.targets[inside].astype(np.int32))


@known_keywords
def by_distance(
    probability: Callable[[Floats], Any],
    pre: ArrayLike,
    post: ArrayLike | None = None,
    *,
    period: ArrayLike | None = None,
    self_connections: bool = True,
) -> Builder:
    """Connect each pair of neurons with a probability that is a function of their distance.

    A function cannot be kept in a file: these synapses are drawn when they are connected, and kept as a list.

    Parameters
    ----------
    probability : function
        Of an array of distances; returns one probability, 0..1, for each.
    pre, post : array (neurons, axes)
        Positions, in any unit; `post` is `pre` where it is left out.
    period : float or array (axes,), optional
        Length of the space along each axis, where its ends are joined.
    self_connections : bool
        Whether a neuron may be connected to itself.

    Examples
    --------
    >>> import numpy as np
    >>> from loihi_emu import Network
    >>> net, x = Network(seed=1), np.arange(100) / 100
    >>> ring = net.population("ring", 100, vth=100)
    >>> near = by_distance(lambda d: np.exp(-((d / 0.05) ** 2)), x, period=1)
    >>> net.connect(ring, ring, 20, synapses=near)
    <Connection "ring->ring": ring -> ring, sparse, 893 weights, excitatory, exponent 0>
    """
    return ByDistance(probability, pre, post, period, self_connections)
