"""Packed rows that several images share: nobody writes to them, so another image of the same connections takes them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any, NamedTuple
from weakref import ref

from loihi_emu.image.acting import Acting
from loihi_emu.image.rows import DueRows, PackedRows, Window
from loihi_emu.models.layout import CHUNK
from loihi_emu.models.memory import Description
from loihi_emu.models.synapses import unpacking
from loihi_emu.network.elements import Connection
from loihi_emu.network.synapse_order import PACKED

_LOCK = Lock()
"""Of lists of references, to which several threads add."""


class Member(NamedTuple):
    """A connection whose synapses are in rows.

    Attributes
    ----------
    c : Connection
    made : Acting
        Its effective weights.
    first, start : int
        The row of the first neuron of its source, and the accumulator of the first one of its target.
    """

    c: Connection
    made: Acting
    first: int
    start: int

    @property
    def row(self) -> int:
        """The row of its own first neuron."""
        return self.first + self.c.pre.start

    @property
    def reach(self) -> tuple[int, int]:
        """The accumulators of its targets, from the first to the one behind the last."""
        post = self.c.post
        return self.start, self.start + post.step * (post.size - 1) + 1

    @property
    def form(self) -> tuple[Any, ...]:
        """What says which synapses these are, of a connection."""
        table = None if self.made.table is None else (self.made.table[0], self.made.table[1].tobytes())
        return self.first, self.start, table


@dataclass(eq=False)
class Packed:
    """Rows, and what they were made of.

    Attributes
    ----------
    rows : Rows or DueRows
    origin : int
        What targets are counted from.
    cut : bool
        Whether they are those of a part of the targets.
    form : tuple
        What else decides the rows: sources, width and window of the ring, and where each connection is.
    members : tuple of references to connections
        They have no other owner here.
    """

    rows: PackedRows | DueRows
    origin: int
    cut: bool
    form: tuple[Any, ...]
    members: tuple[ref[Connection], ...]

    @property
    def due(self) -> bool:
        """Whether they are sorted by delays."""
        return isinstance(self.rows, DueRows)

    def describe(self) -> Description:
        """The description of what reads them."""
        d = Description(unpacking.UNPACKING)
        rows = self.rows
        d.rows, d.packed, d.chunks, d.due = rows.starts, rows.words, rows.chunks, int(self.due)
        if isinstance(rows, DueRows):
            d.bits, d.width, d.sources = rows.bits, 1 << rows.bits, rows.starts.shape[1]
        else:
            d.bits, d.width, d.sources, d.row_delays = 16, CHUNK, rows.starts.shape[1] - 1, rows.delays
        return d


def packings(c: Connection) -> Iterator[Packed]:
    """All rows in use that have a connection's synapses."""
    for one in vars(c).get(PACKED, ()):
        packed = one()
        if packed is not None:
            yield packed


def known(members: Sequence[Member], form: tuple[Any, ...]) -> Packed | None:
    """Rows in use of these connections, in this form."""
    for packed in packings(members[0].c) if members else ():
        if packed.form == form and all(one() is m.c for one, m in zip(packed.members, members, strict=True)):
            return packed
    return None


def share(
    rows: PackedRows | DueRows, window: Window | None, form: tuple[Any, ...], members: Sequence[Member]
) -> Packed:
    """Let other images find rows that were made of these connections."""
    cut, owners = window is not None, tuple(ref(m.c) for m in members)
    made = Packed(rows, 0 if window is None else window.first, cut, form, owners)
    with _LOCK:
        for m in members:
            vars(m.c)[PACKED] = (*(ref(other) for other in packings(m.c)), ref(made))
    return made


def shared(c: Connection, connections: Mapping[str, Connection], *, due: bool, shares: int) -> bool:
    """Whether rows in use have all of a connection's synapses, in so many shares, and connections of a network only."""
    there = 0
    for packed in packings(c):
        members = (one() for one in packed.members)
        mine = all(m is not None and connections.get(m.name) is m for m in members)
        there += mine and packed.due == due and packed.cut == (shares > 1)
    return there >= shares
