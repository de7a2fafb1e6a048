"""Where synapses add their weights: the ring of a group, or a stage of its own before that ring."""

from __future__ import annotations

import numpy as np

from loihi_emu.image.groups import Group
from loihi_emu.image.memory import Arena, Array, Description
from loihi_emu.models import layout as at
from loihi_emu.models import stage


class Sink:
    """The ring of accumulators of a group, ``slots`` x ``n``."""

    base = 0  # group index of its first accumulator

    def __init__(self, group: Group) -> None:
        self.group = group
        self.n = group.n
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
        """One row per delay."""
        return self.rows

    def need(self, delay: int) -> None:
        """Nothing: rows are counted beforehand."""

    def array(self, arena: Arena) -> Array:
        """The sums."""
        return self.sums

    def describe(self, arena: Arena) -> Description:
        """The description of the leaf that moves the sums on."""
        d = Description(stage.STAGE_WORDS)
        d.point(stage.STAGE, self.sums)
        d.point(stage.RING, arena[f"{self.group.key}.ring"])
        d.point(stage.COUNTER, self.lost)
        numbers = {
            stage.ROWS: self.rows, stage.WIDTH: self.n, stage.SLOTS: self.group.slots, stage.N: self.group.n,
            stage.TARGET: self.base, stage.OFFSET: self.offset, stage.EXPONENT: self.exponent,
            stage.WRAPS: int(self.wraps),
        }  # fmt: skip
        for word, number in numbers.items():
            d.words[word] = number
        return d


def describe_projection(
    words: int, lists: Description, sink: Sink, arena: Arena, *, offset: int, graded: bool, events: Array
) -> Description:
    """A projection's description with the fields that all kinds share; `lists` holds the source's three fields."""
    d = Description(words)
    for word in (at.S_COUNT, at.S_INDEX, at.S_PAYLOAD):
        d.point(word, lists._kept.get(word))
    d.point(at.P_RING, sink.array(arena))
    d.words[at.P_SLOTS] = sink.slots
    d.words[at.P_N] = sink.n
    d.words[at.P_OFFSET] = offset
    d.words[at.P_GRADED] = int(graded)
    d.point(at.P_EVENTS, events)
    return d
