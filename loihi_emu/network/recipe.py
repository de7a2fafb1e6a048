"""The recipe of a connection's synapses: a builder, distributions and a key, of which any part can be drawn alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from loihi_emu.memory.room import room_for
from loihi_emu.network.builders.builder import Builder, Drawn
from loihi_emu.network.builders.distributions import Distribution
from loihi_emu.network.builders.pairing import Pairing
from loihi_emu.network.builders.tables import AliasTable
from loihi_emu.network.listed import index_type, value_type

Array = NDArray[Any]


class DrawnRows(NamedTuple):
    """Synapses of some sources.

    Attributes
    ----------
    first : int
    starts : int64 array
        Of the row of each source from `first` on, and the end.
    targets : int32 array
    weights : int16 array or None
        Mantissas as given.
    delays : uint8 array or int
    """

    first: int
    starts: NDArray[np.int64]
    targets: NDArray[np.int32]
    weights: NDArray[np.int16] | None
    delays: NDArray[np.uint8] | int


@dataclass(frozen=True, eq=False)
class Recipe:
    """What synapses are drawn from.

    Attributes
    ----------
    builder : Builder
    pairing : Pairing
    given : dict
        Weights and delays as they were given: a distribution or a number.
    weights, delays : Table
    stream : int
        Number of the connection in the network, which with the seed decides what is drawn.
    """

    builder: Builder
    pairing: Pairing
    given: dict[str, Distribution | int]
    weights: AliasTable
    delays: AliasTable
    stream: int

    @cached_property
    def ready(self) -> Any:
        """What drawing any part needs."""
        return self.builder.prepared(self.pairing)

    @cached_property
    def synapses(self) -> int:
        """How many there are."""
        known = self.builder.number_known(self.pairing)
        return int(self.builder.counts(self.pairing, self.ready).sum()) if known is None else known

    def parts(self, low: int, high: int, *, values: bool = True) -> Iterator[DrawnRows]:
        """The synapses onto targets low..high - 1, by source, then target; the same for every cut."""
        for drawn in self.builder.blocks(self.pairing, self.ready, (low, high)):
            if values or not self.delays.constant:
                yield DrawnRows(*drawn, *self._values(drawn))
            else:
                yield DrawnRows(*drawn, None, self.delays.low)

    def _values(self, drawn: Drawn) -> tuple[Array, Array | int]:
        """Weights and delays of some synapses."""
        count = len(drawn.targets)
        if self.weights.constant and self.delays.constant:
            return np.full(count, self.weights.low, np.int16), self.delays.low
        from loihi_emu.models.drawing import values

        weights, delays = np.empty(count, np.int16), np.empty(count, np.uint8)
        w, d = self.weights, self.delays
        values.draw(
            self.pairing.key, drawn.first, drawn.starts, drawn.targets,
            w.limits, w.others, w.low, weights, d.limits, d.others, d.low, delays,
        )  # fmt: skip
        return weights, d.low if d.constant else delays

    def arrays(self, where: str) -> dict[str, Array]:
        """All of them, as a connection holds lists."""
        sources, targets, count = self.pairing.sources, self.pairing.targets, self.synapses
        values = np.empty(0, value_type(self.weights.low, self.weights.high)).dtype
        each = np.dtype(index_type(targets)).itemsize + values.itemsize + 1
        room_for(where, {f"{count:,} synapses, drawn": each * count})
        indptr, indices = np.zeros(sources + 1, np.int64), np.empty(count, index_type(targets))
        found, delays = np.empty(count, values), np.empty(0 if self.delays.constant else count, np.uint8)
        at = 0
        for part in self.parts(0, targets):
            end = at + len(part.targets)
            indptr[part.first + 1 : part.first + len(part.starts)] = part.starts[1:] + at
            indices[at:end], found[at:end] = part.targets, part.weights
            if not self.delays.constant:
                delays[at:end] = part.delays
            at = end
        steps = np.asarray(self.delays.low, np.int64) if self.delays.constant else delays
        return {"indptr": indptr, "indices": indices, "values": found, "delays": steps}

    def weight_counts(self) -> NDArray[np.int64]:
        """How often each of the weights is drawn."""
        found = np.zeros(len(self.weights.limits), np.int64)
        for part in self.parts(0, self.pairing.targets):
            assert part.weights is not None
            found += np.bincount(part.weights.astype(np.int64) - self.weights.low, minlength=found.size)
        return found

    def uniforms(self) -> NDArray[np.float64]:
        """A number of 0..1, both excluded, for each synapse: what weights that are floats are made of."""
        from loihi_emu.models.drawing import values

        found, at = np.empty(self.synapses), 0
        for drawn in self.builder.blocks(self.pairing, self.ready, (0, self.pairing.targets)):
            end = at + len(drawn.targets)
            values.uniforms(self.pairing.key, drawn.first, drawn.starts, drawn.targets, found[at:end])
            at = end
        return found

    def settings(self) -> dict[str, Any]:
        """What a file holds."""
        parts = {
            name: one.settings() if isinstance(one, Distribution) else int(one) for name, one in self.given.items()
        }
        return {"builder": self.builder.settings(), **parts, "stream": self.stream}
