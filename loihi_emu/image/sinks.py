"""Where synapses add their weights: the ring of a group, or a stage of its own before that ring."""

from __future__ import annotations

import numpy as np

from loihi_emu.image.groups import Group
from loihi_emu.image.rows import Window
from loihi_emu.models.memory import Arena, Array, Description
from loihi_emu.models.records import Record
from loihi_emu.models.synapses import stage


class Sink:
    """The ring of accumulators of a group, ``slots`` x ``n``: n is the width of a slot, of all ports together."""

    base = 0  # group index of its first accumulator
    window: Window | None = None  # the accumulators that synapses are asked for; None: all

    def __init__(self, group: Group) -> None:
        self.group = group
        self.n = group.width
        self.key = f"{group.key}.ring"

    @property
    def slots(self) -> int:
        """Slots of the ring."""
        return self.group.slots

    def need(self, delay: int) -> None:
        """Make room for events that arrive up to `delay` steps later."""
        self.group.need_slots(delay + 1)

    def array(self, arena: Arena) -> Array:
        """The accumulators."""
        return arena[self.key]


class Stage(Sink):
    """Accumulators of one connection, whose sums are shifted or wrapped before they reach the group's ring.

    Needed where the rule acts on a connection's sum: Lava's negative exponents and convolutions; and under the
    nengo_loihi rules, whose accumulators hold single units of u.
    """

    def __init__(
        self, group: Group, start: int, stop: int, *, exponent: int, wraps: bool, offset: int, rows: int
    ) -> None:
        super().__init__(group)
        self.base, self.n = start, stop - start
        self.exponent, self.wraps, self.offset, self.rows = exponent, wraps, offset, rows
        self.sums = np.zeros((rows, self.n), np.int32)
        self.lost = np.zeros(1, np.int64)
        group.need_slots(offset + rows)

    @property
    def slots(self) -> int:
        return self.rows

    def need(self, delay: int) -> None:
        """Nothing: rows are counted beforehand."""

    def array(self, arena: Arena) -> Array:
        return self.sums

    def describe(self, arena: Arena) -> Description:
        """The description of the leaf that moves the sums on."""
        d = Description(stage.STAGE)
        d.sums, d.ring, d.lost = self.sums, arena[f"{self.group.key}.ring"], self.lost
        d.rows, d.width, d.slots, d.n = self.rows, self.n, self.group.slots, self.group.width
        d.target, d.offset, d.exponent, d.wraps = self.base, self.offset, self.exponent, int(self.wraps)
        return d


def describe_projection(
    record: Record, lists: Description, sink: Sink, arena: Arena, *, offset: int, graded: bool, events: Array
) -> Description:
    """A projection's description with the fields that all kinds share; `lists` holds those of the source."""
    d = Description(record)
    d.count, d.index, d.payload = lists.count, lists.index, lists.payload
    d.ring, d.slots, d.n = sink.array(arena), sink.slots, sink.n
    d.offset, d.graded, d.events = offset, int(graded), events
    return d
