"""Where synapses add their weights: the ring of a group, or sums of a connection apart before that ring."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from loihi_emu.image.groups import Group
from loihi_emu.image.parts import GroupPart
from loihi_emu.image.rows import Window
from loihi_emu.models.memory import Arena, Array, Description, counter
from loihi_emu.models.records import Record
from loihi_emu.models.synapses import partial_sums as at


class TargetRing:
    """The ring of accumulators of a share's parts of a group, in ``slots`` of the whole group's: n from slot to slot.

    Attributes
    ----------
    window : Window or None
        The accumulators of a slot that synapses are asked for: those of the parts' neurons, at every port. None: all.
    waits : bool
        Whether sparse synapses are delivered when due.
    """

    base = 0  # group index of the first accumulator of a connection whose sums are kept apart
    waits = False

    def __init__(self, group: Group, parts: Sequence[GroupPart], waits: bool = False) -> None:
        self.group, self.waits = group, waits
        self.n = group.width
        self.key = f"{group.key}.ring"
        self.first, self.stop = parts[0].first, parts[-1].stop
        self._ranges = tuple((part.first, part.stop) for part in parts)
        self.window = None
        if len(parts) > 1:
            self.window = Window(self.first, self.stop, 0, self._ranges)
        elif parts[0].n < group.n:
            self.window = Window(self.first, self.stop, group.n)

    @property
    def slots(self) -> int:
        """Slots of the ring."""
        return self.group.slots

    def need(self, delay: int) -> None:
        """Make room for events that arrive up to `delay` steps later."""
        self.group.need_slots(delay + 1)

    def need_when_due(self, delay: int) -> None:
        """Let events wait up to `delay` steps outside of the ring."""
        self.group.need_span(delay + 1)

    def array(self, arena: Arena) -> Array:
        """The accumulators, from its first one in slot 0 on."""
        return arena[self.key].reshape(-1)[self.first :]


class PartialSums(TargetRing):
    """Accumulators of one connection, whose sums are shifted or wrapped before they reach the ring of its target.

    Needed where the rule acts on a connection's sum: Lava's negative exponents and convolutions; and under the
    nengo_loihi rules, whose accumulators hold single units of u.
    """

    def __init__(
        self, ring: TargetRing, start: int, stop: int, *, exponent: int, wraps: bool, offset: int, rows: int
    ) -> None:
        self.group, self.ring = ring.group, ring
        place = start % self.group.n  # of the first target in the group; before it are other ports
        low = max(ring.first - place, 0)
        high = max(min(stop - start, ring.stop - place), low)
        self.first, self.stop = low, high
        self.window, self.n = Window(low, high) if ring.window else None, high - low
        self.base = start + low - ring.first
        self.exponent, self.wraps, self.offset, self.rows = exponent, wraps, offset, rows
        self.sums = np.zeros((rows, self.n), np.int32)
        self.lost = counter()
        self.group.need_slots(offset + rows)

    @property
    def slots(self) -> int:
        return self.rows

    def need(self, delay: int) -> None:
        """Nothing: rows are counted beforehand."""

    def array(self, arena: Arena) -> Array:
        return self.sums

    def describe(self, arena: Arena) -> Description:
        """The description of the leaf that moves the sums on."""
        d = Description(at.PARTIAL_SUMS)
        d.sums, d.ring, d.lost = self.sums, self.ring.array(arena), self.lost
        d.rows, d.width, d.slots, d.n = self.rows, self.n, self.group.slots, self.group.width
        d.target, d.offset, d.exponent, d.wraps = self.base, self.offset, self.exponent, int(self.wraps)
        return d


def describe_projection(
    record: Record, lists: Description, ring: TargetRing, arena: Arena, *, offset: int, graded: bool, events: Array
) -> Description:
    """A projection's description with the fields that all kinds share; `lists` holds those of the source."""
    d = Description(record)
    d.count, d.index, d.payload = lists.count, lists.index, lists.payload
    d.ring, d.slots, d.n = ring.array(arena), ring.slots, ring.n
    d.offset, d.graded, d.events = offset, int(graded), events
    return d
