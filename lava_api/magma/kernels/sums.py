"""Calls that all connections share: events in, sums out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lava_api.magma.kernels.leaf_calls import Call
from lava_api.magma.kernels.messages import Feed, Message
from loihi_emu.models.lava import messages as at
from loihi_emu.models.lava import sums
from loihi_emu.models.memory import Array, Description
from loihi_emu.models.records import Record


@dataclass
class ConnectionSums:
    """What a connection adds up, and where to."""

    feed: Feed
    ring: Array  # the sums: those of its message, or a ring of them with a slot for each delay
    n: int  # targets
    events: Array  # counter of synaptic events
    graded: bool  # whether events carry payloads

    def describe(self, record: Record) -> Description:
        """Return the description of a leaf whose record begins as :data:`loihi_emu.models.lava.sums.SUMMING`."""
        d = Description(record)
        d.count, d.index = self.feed.lists.count, self.feed.lists.index
        d.payloads = self.feed.data if self.graded else None
        d.n, d.ring, d.events = self.n, self.ring, self.events
        return d

    def rows(self) -> Description:
        """Return the description of a leaf that takes rows of weights of any size."""
        d = self.describe(sums.ROWS)
        d.slots, d.wide = self.ring.size // self.n, int(self.feed.kind == at.I64)
        d.narrow = int(self.graded and self.feed.kind == at.I32)
        return d

    def packed(self, record: Record) -> Description:
        """Return the description of a leaf of a network's synapses; its payloads are listed by :meth:`payloads`."""
        d = Description(record)
        d.count, d.index = self.feed.lists.count, self.feed.lists.index
        d.payload = np.zeros(d.index.size, record.field("payload").of) if self.graded else None
        d.ring, d.slots, d.n = self.ring, self.ring.size // self.n, self.n
        d.events, d.graded = self.events, int(self.graded)
        return d

    def payloads(self, packed: Description) -> list[Call]:
        """Return the call that lists the payloads of events for a network's synapses, if there are any."""
        if not self.graded:
            return []
        floating = self.feed.kind == at.F64
        d = Description(at.VALUED if floating else at.PAYLOADS)
        d.count, d.index, d.payload = packed.count, packed.index, packed.payload
        d.message, d.kind, d.n = self.feed.data, self.feed.kind, self.feed.data.size
        return [("messages:payloads_float" if floating else "messages:payloads", d)]


ALL = slice(None)


def clear(message: Message, few: slice = ALL) -> list[Call]:
    """Return the call that clears what a connection adds to, or a part of it, if its reader does not."""
    if message.cleared:
        return []
    d, data = Description(at.CLEAR), message.data[few]
    d.out, d.size = data, data.nbytes
    return [("messages:clear", d)]


def shift(message: Message, exponent: int, few: slice = ALL) -> list[Call]:
    """Return the call that shifts sums, or some of them, if they are to be shifted."""
    if not exponent:
        return []
    d, data = Description(sums.SHIFTED), message.data[few]
    d.sums, d.n, d.exponent = data, data.size, exponent
    return [("sums:shift_sums", d)]


def send_next(ring: Array, message: Message) -> Call:
    """Return the call that sends what is due in the next step."""
    d = Description(sums.DUE)
    d.ring, d.slots, d.n, d.out = ring, ring.size // message.size, message.size, message.data
    d.floating = int(ring.dtype.kind == "f")
    return "sums:send_next", d
