"""Parts of a group: the neurons of one share, updated by one leaf call on their part of the group's arrays."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from loihi_emu.models import layout as at
from loihi_emu.models.memory import Arena, Array, Description, SourceLists, aligned
from loihi_emu.models.specification import NeuronModel


class Piece(NamedTuple):
    """The neurons first..stop - 1 of a group, or of an input, and the share that owns them."""

    share: int
    first: int
    stop: int


Pieces = tuple[Piece, ...]
"""All pieces of something: none is empty, and their neurons ascend."""


class GroupPart:
    """The neurons first..stop - 1 of a group, which one share owns.

    Attributes
    ----------
    lists : SourceLists
        Who spiked, counted from the first of these neurons.
    populations : slice
        Which populations of the group some of them belong to.
    counters : int64 array
        One row for each of these populations.
    first_block : int
        Blocks of the parts before it.
    """

    def __init__(
        self, key: str, model: NeuronModel, bounds: NDArray[np.int64], share: int, first: int, stop: int,
        *, first_block: int = 0,
    ) -> None:  # fmt: skip
        self.key, self.model, self.share, self.first, self.stop = key, model, share, first, stop
        self.n, self.first_block = stop - first, first_block
        self.lists = SourceLists(self.n, model.payload)
        low = int(np.searchsorted(bounds, first, side="right")) - 1
        high = int(np.searchsorted(bounds, stop, side="left"))
        self.populations = slice(low, high)
        self.bounds = np.clip(bounds[low : high + 1] - first, 0, self.n)
        self.counters: NDArray[np.int64] = aligned((high - low, at.COUNTERS), np.int64)
        self.description = Description(model.record)

    @property
    def blocks(self) -> int:
        """Blocks of its neurons."""
        return -(-self.n // at.BLOCK)

    def targets(self, first: int, step: int, count: int) -> tuple[int, int]:
        """Which of so many neurons, from the first on every so many in the group, it has: the first one and the end."""
        low, high = (min(max(-(-(bound - first) // step), 0), count) for bound in (self.first, self.stop))
        return low, high

    def describe(self, arena: Arena, slots: int, width: int, n: int) -> None:
        """Fill in the description: the ring has so many slots of such a width, the group so many neurons."""
        d, model = self.description, self.model
        self.lists.describe(d)
        d.n, d.slots, d.width, d.populations = self.n, slots, width, len(self.bounds) - 1
        d.mask = aligned(at.SCRATCH, np.uint8)
        ring = arena[f"{self.key}.ring"].reshape(-1) if slots else aligned(at.BLOCK, model.accumulator)
        d.ring = ring[self.first * bool(slots) :]
        if len(model.ports) > 1:
            for k, port in enumerate(model.ports):
                d.point(port, ring[(k * n + self.first) * bool(slots) :])
        d.paths = arena[f"{self.key}.paths"][self.first_block :]
        d.bounds, d.counters = self.bounds, self.counters.reshape(-1)
        for name, _ in model.state:
            d.point(name, arena[f"{self.key}.{name}"][self.first :])

    def parameter(self, name: str, array: Array, varies: bool) -> None:
        """Set a parameter of the group: to an array of a value each, or of one block of equal values."""
        self.description.parameter(name, array[self.first :] if varies else array, varies=varies)
