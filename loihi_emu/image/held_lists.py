"""Lists that the rows of an image hold: their arrays go once they are packed, and are unpacked when somebody asks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from loihi_emu.image.acting import Acting
from loihi_emu.image.packed import Member, Packed
from loihi_emu.image.rows import Block, Listed, magnitude
from loihi_emu.image.stores import different_delays
from loihi_emu.jit import call
from loihi_emu.memory.room import room_for
from loihi_emu.models.memory import Array
from loihi_emu.models.synapses import unpacking
from loihi_emu.network.elements import Connection
from loihi_emu.network.listed import sort_rows
from loihi_emu.network.lost_weights import Loss
from loihi_emu.network.synapse_order import held_of, hold, unpacked
from loihi_emu.rules import WeightRule

Lists: TypeAlias = tuple[Array, Array, Array, Array]
"""Starts of rows, targets, weights and delays, by source neuron."""
LEAST = 1 << 14
"""A list of fewer synapses is small beside what there is to know of it."""
PIECE = 1 << 20
"""Synapses that are unpacked at a time."""


class HeldPart:
    """A connection's synapses that other rows hold, as a part for new rows: unpacked when they are first asked for."""

    def __init__(self, member: Member) -> None:
        c, held = member.c, held_of(member.c)
        assert isinstance(held, HeldList)
        self._member, self.synapses, self.longest, self.largest = (
            member,
            c.synapses,
            c.longest_delay,
            held.facts.largest,
        )
        self.reach = member.reach
        self._whole: Connection | None = None

    def prepare(self) -> None:
        """Unpack them, for all shares."""
        self._whole = unpacked(self._member.c)

    def blocks(self, first: int, stop: int, *, weights: bool) -> Iterator[Block]:
        """All synapses, by source."""
        self.prepare()
        return listed(self._member).blocks(first, stop, weights=weights)


def listed(member: Member, lists: Lists | None = None) -> Listed:
    """A connection's synapses as a part; of a held one they are unpacked."""
    c = member.c
    if lists is None:
        whole = unpacked(c)
        assert whole.indptr is not None and whole.indices is not None
        lists = whole.indptr, whole.indices, whole.values, whole.delays
    indptr, after, values, delays = lists
    steps = delays if delays.ndim else int(delays)
    return Listed(
        member.first + c.pre.indices, indptr, after, values, steps, member.start, c.post.step, member.made.table
    )


class Swaps(NamedTuple):
    """Synapses of one pair of neurons that were not listed by delay: where they go, and where they are when sorted."""

    to: NDArray[np.int64]
    come: NDArray[np.int64]


def swaps_of(c: Connection) -> Swaps:
    """Those of a list whose rows are sorted by target, where synapses of one target are sorted by delay."""
    assert c.indptr is not None and c.indices is not None
    to, come = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for low, high in _pieces(c.indptr):
        begin, end = int(c.indptr[low]), int(c.indptr[high])
        targets, delays = c.indices[begin:end], c.delays[begin:end]
        same = np.zeros(end - begin, np.bool_)  # as the one before
        np.equal(targets[1:], targets[:-1], out=same[1:])
        starts = c.indptr[low:high] - begin
        same[starts[starts < end - begin]] = False
        later = np.flatnonzero(same)
        worse = delays[later] < delays[later - 1]
        if not worse.any():
            continue
        runs = later - np.arange(later.size)  # a number that those behind each other share
        later = later[np.isin(runs, runs[worse])]
        at = np.unique(np.concatenate([later - 1, later]))
        order = np.lexsort((delays[at], np.cumsum(~same[at])))
        to.append(at[order] + begin)
        come.append(at + begin)
    return Swaps(np.concatenate(to), np.concatenate(come))


def _pieces(indptr: NDArray[np.int64]) -> Iterator[tuple[int, int]]:
    """Rows low..high - 1 of about so many synapses."""
    low, rows = 0, len(indptr) - 1
    while low < rows:
        high = min(max(int(np.searchsorted(indptr, indptr[low] + PIECE, "right")) - 1, low + 1), rows)
        yield low, high
        low = high


@dataclass(eq=False)
class Facts:
    """What there is to know of a list, whatever rows hold it.

    Attributes
    ----------
    types : dict
        Of its arrays.
    largest : int
        Largest magnitude of an effective weight.
    different : float
        How many delays it has (``stores.different_delays``).
    acting : Acting
        Its effective weights, without values.
    lost : Loss or None
        What its weights lose.
    mantissas : (int, int array) or None
        The least effective weight, and the mantissas of it and those above; None: they are given as effective ones, or
        cannot be told from them.
    swaps : Swaps or None
        Those of rows that are sorted by delays, once they are known.
    """

    types: dict[str, np.dtype[Any]]
    largest: int
    different: float
    acting: Acting
    lost: Loss | None
    mantissas: tuple[int, Array] | None
    swaps: Swaps | None = None

    @property
    def recovers(self) -> bool:
        """Whether weights as given come from effective ones."""
        return self.mantissas is not None or self.acting.table is None


def facts_of(c: Connection, made: Acting, lost: Loss | None, rule: WeightRule) -> Facts:
    """What there is to know of a list that has its arrays."""
    types = {name: getattr(c, name).dtype for name in ("indices", "values", "delays")}
    largest = magnitude(c.values if made.table is None else made.table[1])
    bare = Acting(np.zeros(0, np.int16), made.truncated, made.clipped, made.table)
    mantissas = None if made.table is None or lost is not None else _mantissas(c, made.table, rule)
    return Facts(types, largest, different_delays(c), bare, lost, mantissas)


class HeldList:
    """Where a list's arrays come from again; see :class:`loihi_emu.network.synapse_order.HeldSynapses`.

    Parameters
    ----------
    c : Connection
    pieces : sequence of (Packed, Member)
        Rows that have its synapses, each those onto some of the targets.
    facts : Facts
    """

    def __init__(self, c: Connection, pieces: Sequence[tuple[Packed, Member]], facts: Facts) -> None:
        assert c.indptr is not None
        self.name, self.pre, self.post, self.indptr, self.facts = c.name, c.pre, c.post, c.indptr, facts
        self.pieces = [(packed, member.row, member.reach) for packed, member in pieces]
        self.due = any(packed.due for packed, _ in pieces)
        self.synapses, self.varied = c.synapses, c.varied
        self.longest, self.shortest = c.longest_delay, c.shortest_delay
        self.different, self.acting, self.lost = facts.different, facts.acting, facts.lost
        if self.due and self.varied and facts.swaps is None:
            facts.swaps = swaps_of(unpacked(c))
        can_go = {"indices": True, "values": facts.recovers, "delays": self.varied}
        self.names: Sequence[str] = tuple(name for name, goes in can_go.items() if goes)

    @property
    def fits(self) -> bool:
        """Whether what has to be kept beside the rows is less than the lists are."""
        swaps = self.facts.swaps
        return not self.due or swaps is None or 16 * len(swaps.to) <= self.synapses

    def arrays(self, names: Sequence[str]) -> dict[str, Array]:
        """Some of the lists, as they were."""
        count = self.synapses
        wanted = [name for name in names if name in self.names]
        if not wanted:
            return {}
        types, swaps = self.facts.types, self.facts.swaps
        each = sum(types[name].itemsize for name in wanted)
        room_for(f'connection "{self.name}"', {f"{count:,} synapses, unpacked": each * count})
        lists = {name: np.empty(count, types[name]) for name in wanted}
        for low, high in _pieces(self.indptr):
            begin, end = int(self.indptr[low]), int(self.indptr[high])
            part = self._unpacked(low, high)
            for name, array in lists.items():
                array[begin:end] = self._weights(part["values"]) if name == "values" else part[name]
        if self.due and swaps is not None:
            for array in lists.values():
                array[swaps.to] = array[swaps.come]
        return lists

    def _unpacked(self, low: int, high: int) -> dict[str, Array]:
        """The synapses of some sources; effective weights."""
        starts = self.indptr[low : high + 1] - self.indptr[low]
        count, places = int(starts[-1]), starts[:-1].copy()
        targets, weights, delays = (np.empty(count, kind) for kind in (np.int32, np.int16, np.uint8))
        for packed, row, (start, stop) in self.pieces:
            d = packed.describe()
            d.count, d.first, d.step = high - low, row + low * self.pre.step, self.pre.step
            d.start, d.reach, d.each = start - packed.origin, stop - start, self.post.step
            d.places, d.targets, d.weights, d.delays = places, targets, weights, delays
            call(unpacking.unpack, d.address)
        assert np.array_equal(places, starts[1:])
        if self.due or len(self.pieces) > 1:
            sort_rows(starts, [targets, weights, delays], self.post.size)
        return {"indices": targets, "values": weights, "delays": delays}

    def _weights(self, effective: NDArray[np.int16]) -> Array:
        if self.facts.mantissas is None:
            return effective
        low, table = self.facts.mantissas
        mantissas: Array = table[np.subtract(effective, low, dtype=np.intp)]
        return mantissas


def _mantissas(c: Connection, table: tuple[int, NDArray[np.int16]], rule: WeightRule) -> tuple[int, Array] | None:
    """The mantissas of effective weights, counted from the least, of a list whose weights all act as given."""
    low, effective = table
    given = np.arange(low, low + len(effective))
    unchanged = rule.acting(replace(c, values=given)) == given
    given, effective = given[unchanged], effective[unchanged]
    if not given.size or np.unique(effective).size < given.size:
        return None
    least = int(effective.min())
    mantissas = np.zeros(int(effective.max()) - least + 1, np.int32)
    mantissas[effective.astype(np.intp) - least] = given
    return least, mantissas


class Packer(Protocol):
    """A projection: connections, and the rows that it has packed if these may be shared."""

    members: list[Member]
    packed: Packed | None


def hold_lists(projections: Iterable[Packer], rule: WeightRule, lost: Mapping[str, Loss | None]) -> None:
    """Let the lists go whose synapses can be had from the rows of projections: those of all shares, which have all."""
    by_name: dict[str, list[tuple[Packed, Member]]] = {}
    mixed = set()
    for projection in projections:
        if projection.packed is None:
            continue
        for member, apart in zip(projection.members, _apart(projection.members), strict=True):
            c = member.c
            whole = member.made.table is not None or rule.as_given(c)
            if c.kind == "sparse" and not c.drawn and c.synapses >= LEAST and whole:
                by_name.setdefault(c.name, []).append((projection.packed, member))
                if not apart:
                    mixed.add(c.name)
    for name, pieces in by_name.items():
        c = pieces[0][1].c
        if name not in mixed:
            old = held_of(c)
            if isinstance(old, HeldList):
                facts = old.facts
            else:
                facts = facts_of(c, pieces[0][1].made, lost[name], rule)
            held = HeldList(c, pieces, facts)
            if held.fits:
                hold(c, held)


def _apart(members: Sequence[Member]) -> list[bool]:
    """Of each member, whether no other one has synapses in the same rows onto the same targets."""
    sides = [(m.row, m.first + m.c.pre.stop, *m.reach) for m in members]
    low, high, start, stop = np.array(sides, np.int64).reshape(-1, 4).T
    return [int(np.sum((low < b) & (a < high) & (start < d) & (c < stop))) == 1 for a, b, c, d in sides]
