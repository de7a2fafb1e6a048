"""Populations whose v is recorded as a chip's probe reads it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from loihi_emu.image.groups import Group
from loihi_emu.models import chip_view as at
from loihi_emu.models.memory import Arena, Array, Description, SourceLists


def view_key(group: Group, population: str) -> str:
    """Name of a population's counters in the arena."""
    return f"{group.key}.left.{population}"


class ChipView:
    """The steps that the neurons of one population still rest, and what a chip's probe reads in their v.

    Attributes
    ----------
    seen : int32 or int64 array (size,)
        Written in every step.
    """

    def __init__(self, name: str, size: int, group: Group) -> None:
        self.name, self.size, self.group = name, size, group
        self.seen: Array = np.zeros(size, dict(group.model.state)["v"])
        self.description = Description(at.VIEW)

    @property
    def key(self) -> str:
        """Name of the counters in the arena."""
        return view_key(self.group, self.name)

    def reserve(self, arena: Arena) -> None:
        """Ask for the counters."""
        arena.reserve(self.key, self.size, np.uint8)

    def describe(self, arena: Arena, lists: SourceLists) -> Description:
        """Fill in the description after the arena is sealed; `lists` are the spikes of the group."""
        d, group, part = self.description, self.group, self.group.part(self.name)
        lists.describe(d)
        d.first, d.n, d.width = part.start, self.size, self.seen.itemsize
        d.left = arena[self.key]
        rests = "rest" in dict(group.model.state)
        d.rest = arena[f"{group.key}.rest"][part].view(np.uint8) if rests else None
        d.v, d.seen = arena[f"{group.key}.v"][part], self.seen
        return d

    def read(self, arena: Arena) -> Array:
        """What a chip's probe reads now."""
        left, v = arena[self.key], arena[f"{self.group.key}.v"][self.group.part(self.name)]
        return np.where(left > 0, at.COUNTER_UNIT * left.astype(v.dtype), v)

    def rest_changed(self, arena: Arena, rest: NDArray[np.integer]) -> None:
        """Follow a counter that was set between two steps."""
        left = arena[self.key]
        left[...] = np.where(rest > 0, rest + 1, np.minimum(left, 1))

    def begin(self, arena: Arena) -> None:
        """Begin from the state of a run in which nobody looked."""
        rests = "rest" in dict(self.group.model.state)
        arena[self.key][...] = 0
        if rests:
            self.rest_changed(arena, arena[f"{self.group.key}.rest"][self.group.part(self.name)])
