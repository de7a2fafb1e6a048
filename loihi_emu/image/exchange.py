"""What ranks send each other while a network runs, in the form that leaves read; and the whole state on every rank.

Every rank has the arrays of the whole network's state; those of other ranks' neurons are as old as the last exchange.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from loihi_emu.image.groups import Group
from loihi_emu.image.intervals import fitting, longest
from loihi_emu.image.learner import Learner
from loihi_emu.image.parts import GroupPart, Pieces
from loihi_emu.image.recorders import BufferLevels
from loihi_emu.image.schedule import Call, Program
from loihi_emu.models import exchange as at
from loihi_emu.models.memory import Array, Description, SourceLists, Table, untouched
from loihi_emu.network.elements import Connection
from loihi_emu.network.network import Network
from loihi_emu.ranks import by_address
from loihi_emu.ranks.ranks import Ranks
from loihi_emu.ranks.world import mpi

ROOM = 256
"""Words of a block that every rank always sends: one call of MPI is enough for so many spikes of a rank."""
WORD = np.dtype(np.int32)
EVERYWHERE = ("clock", "sample", "input.")
"""State that every rank has whole; what belongs to no group and no connection that learns is that of rank 0."""


class Exchange:
    """How the ranks that run a network divide it, and what they send each other.

    Parameters
    ----------
    ranks : Ranks
    shares : int
        Of each rank.
    network : Network

    Attributes
    ----------
    every : int
        Steps of an interval between two exchanges of spikes.
    """

    def __init__(self, ranks: Ranks, shares: int, network: Network) -> None:
        self.ranks, self.shares, self.network = ranks, shares, network
        self.every = 1
        self._parts: dict[int, Pieces] = {}
        self._places: dict[str, tuple[int, slice]] = {}  # of populations: number of the group, neurons there
        self._numbers: dict[tuple[int, int], int] = {}  # of parts, in messages
        self._sent = Description(at.EXCHANGE)
        self._later: list[Program] = []
        self._comm = by_address.handle(ranks.comm)
        self._gather = by_address.function("MPI_Allgather")
        self._gather_full = by_address.function("MPI_Allgatherv")

    # ------------------------------------------------------------ who has what
    def mine(self, group: Group, pieces: Pieces) -> Pieces:
        """The pieces of a group with shares counted from the first of this rank."""
        self._parts[group.number] = pieces
        self._places |= {p.name: (group.number, group.part(p.name)) for p in group.populations}
        first = self.ranks.rank * self.shares
        return tuple(piece._replace(share=piece.share - first) for piece in pieces)

    def of_this_rank(self, parts: Sequence[GroupPart]) -> list[GroupPart]:
        """Those parts of a group that this rank has."""
        return [part for part in parts if 0 <= part.share < self.shares]

    def _spans(self, group: Group) -> list[tuple[int, int]]:
        """First neuron and end of every rank's part of a group."""
        spans = [(0, 0)] * self.ranks.size
        for share, first, stop in self._parts[group.number]:
            rank = share // self.shares
            begin, end = spans[rank]
            spans[rank] = (first, stop) if begin == end else (begin, stop)
        return spans

    def owned(self, group: Group, place: slice) -> float:
        """How much of a place in a group this rank has, as a fraction."""
        first, stop = self._spans(group)[self.ranks.rank]
        low, high = int(place.start), int(place.stop)
        return max(min(stop, high) - max(first, low), 0) / max(high - low, 1)

    # ------------------------------------------------------------ intervals
    def _ranks_of(self, population: str) -> set[int]:
        """The ranks that have some of its neurons."""
        number, place = self._places[population]
        pieces = self._parts[number]
        return {p.share // self.shares for p in pieces if p.first < place.stop and p.stop > place.start}

    def crosses(self, c: Connection) -> bool:
        """Whether a connection leads from one rank to another, as far as can be said from its two sides."""
        name = c.pre.target.name
        return name in self._places and len(self._ranks_of(name) | self._ranks_of(c.post.target.name)) > 1

    def waits(self, c: Connection) -> bool:
        """Whether all its spikes wait for the end of an interval; where sums are of floats, as those of all others."""
        return self.crosses(c) or self.network.rule_set.floats

    def settle(self, wanted: int | None) -> None:
        """Find the longest interval, after all groups are cut; parameters and errors as of ``intervals.longest``."""
        crossing = [c for c in self.network.connections.values() if self.crosses(c)]
        self.every = longest(self.network, crossing, wanted)

    def until(self, step: int) -> None:
        """Let the steps before this one be run: after the last of them all ranks have all spikes."""
        self._sent.last, self._sent.held = step - 1, 0

    # ------------------------------------------------------------ spikes
    def limit(self, groups: Sequence[Group]) -> None:
        """Shorten the interval to what messages with spikes of these groups, and recorders, can hold."""
        words = sum(len(self._parts[g.number]) + g.n * (1 + _words(g)) for g in groups)
        self.every = min(self.every, fitting(self.network, words))

    def spikes(self, groups: Sequence[Group], levels: BufferLevels) -> Call:
        """The call that sends the spikes of these groups."""
        ranks, every, d = self.ranks, self.every, self._sent
        sent: list[list[tuple[Group, int]]] = [[] for _ in range(ranks.size)]
        lengths = np.full(ranks.size, at.BEGIN, np.int64)
        for group in groups:
            for k, piece in enumerate(self._parts[group.number]):
                rank = piece.share // self.shares
                sent[rank].append((group, k))
                lengths[rank] += every * (1 + (piece.stop - piece.first) * (1 + _words(group)))
        parts = [one for of_rank in sent for one in of_rank]
        room = int(min(ROOM + every * len(parts), lengths.max()))
        d.gather, d.gather_full, d.comm = self._gather, self._gather_full, self._comm
        d.word, d.rank, d.ranks, d.room = by_address.handle(by_address.type_of(WORD)), ranks.rank, ranks.size, room
        d.parts, d.part_count, d.every = Table(at.SENT, len(parts)), len(parts), every
        for number, (record, (group, k)) in enumerate(zip(d.parts, parts, strict=True)):
            lists = group.parts[k].lists
            record.count, record.index, record.payload_words = lists.count, lists.index, _words(group)
            record.payload = lists.payload
            self._numbers[group.number, k] = number
        d.begins = np.cumsum([0, *map(len, sent)], dtype=np.int64)
        d.mine = untouched(max(room, int(lengths[ranks.rank])), WORD)
        d.blocks = np.zeros(room * ranks.size, WORD)
        d.full = untouched(int(lengths.sum()) if lengths.max() > room else 1, WORD)
        d.counts, d.places = np.zeros(ranks.size, WORD), np.zeros(ranks.size, WORD)
        d.found = np.zeros(every * max(len(parts), 1), np.int64)
        d.limits, d.filled, d.capacity, d.needed = levels.stop, levels.filled, levels.capacity, levels.needed
        d.stop = levels.filled[levels.stop :]
        return "exchange:spikes", d

    def join(self, group: Group, lists: SourceLists) -> Call:
        """The call that lists all spikes of a group in a step that came."""
        pieces = self._parts[group.number]
        d = Description(at.JOIN)
        lists.describe(d)
        d.exchange, d.parts, d.part_count = self._sent.words, Table(at.JOINED, len(pieces)), len(pieces)
        for k, (record, piece) in enumerate(zip(d.parts, pieces, strict=True)):
            record.number, record.first = self._numbers[group.number, k], piece.first
        return "exchange:join", d

    def later(self, calls: Program) -> Call:
        """The call that makes these for each step that came."""
        d = Description(at.LATER)
        self._later.append(calls)
        d.exchange, d.calls = self._sent.words, len(calls.calls)
        d.leaves, d.descriptions = calls.leaves, calls.descriptions
        return "exchange:later", d

    # ------------------------------------------------------------ counters
    def add_others(self, before: Array, now: Array) -> Array:
        """What all other ranks have counted since `before`, of counters that are `now`."""
        mine = now - before
        everybody = np.empty_like(mine)
        self.ranks.comm.Allreduce(mine, everybody)
        others: Array = everybody - mine
        return others

    # ------------------------------------------------------------ state
    def state(self, values: Array, group: Group, every: int) -> Call:
        """The call that gets other ranks' part of a state variable of a group, in every EVERY-th step."""
        return self.in_place(values, self._spans(group), every)

    def told(self, learner: Learner) -> Call | None:
        """The call by which the parts of a connection on all ranks tell each other what they have found in an epoch."""
        rows = learner.told()
        if rows is None or len(set(learner.division.ranks)) == 1:
            return None
        spans = [(0, 0)] * self.ranks.size
        for rank in set(learner.division.ranks):
            first = learner.division.ranks.index(rank) * rows.shape[1]
            spans[rank] = first, first + learner.division.ranks.count(rank) * rows.shape[1]
        leaf, d = self.in_place(rows.reshape(-1), spans, learner.rule.t_epoch)
        d.ahead = 1
        return leaf, d

    def in_place(self, values: Array, spans: Sequence[tuple[int, int]], every: int) -> Call:
        """The call that gets from every rank the values of its span."""
        d = Description(at.STATE)
        d.gather_full, d.in_place, d.comm = self._gather_full, by_address.in_place(), self._comm
        d.type, d.every, d.values = by_address.handle(by_address.type_of(values.dtype)), every, values
        d.counts = np.array([stop - first for first, stop in spans], np.int32)
        d.places = np.array([first for first, _ in spans], np.int32)
        return "exchange:state", d

    def refresh(
        self, state: Mapping[str, Array], groups: Iterable[Group], learned: Mapping[str, tuple[Learner, str]]
    ) -> None:
        """Get all of some arrays of the state from the ranks that have it. All ranks call it.

        Parameters
        ----------
        state : dict
            Arrays by their names.
        groups : iterable of Group
        learned : dict
            Of arrays that connections which learn have: the learner, and the variable.
        """
        by_key = {group.key: group for group in groups}
        with self.ranks.at_once("the state of all ranks"):
            for name, array in state.items():
                group = by_key.get(name.partition(".")[0])
                if name in learned:
                    learner, variable = learned[name]
                    rows = array if array.ndim > 1 and variable.startswith(learner.by_target) else array.reshape(1, -1)
                    for row in rows:
                        self._joined(row, learner.spans(variable, row.size, self.ranks.size))
                elif group is not None:
                    self._of_group(array, group, name.partition(".")[2])
                elif not name.startswith(EVERYWHERE):
                    self._whole(array.reshape(-1), 0)

    def _of_group(self, array: Array, group: Group, variable: str) -> None:
        spans = self._spans(group)
        if variable != "ring" and variable not in dict(group.model.state):
            return  # the first share of every rank has all of it: spikes of the last step, what chips' probes read
        rows = array.reshape(-1, group.n) if variable == "ring" else array.reshape(1, -1)
        for row in rows:  # slots, and ports within each
            self._joined(row, spans)

    def _joined(self, row: Array, spans: Sequence[tuple[int, int]]) -> None:
        counts = [stop - first for first, stop in spans]
        places = [first for first, _ in spans]
        MPI = mpi()
        self.ranks.comm.Allgatherv(MPI.IN_PLACE, [row, counts, places, by_address.type_of(row.dtype)])

    def _whole(self, array: Array, owner: int) -> None:
        self.ranks.comm.Bcast([array, array.size, by_address.type_of(array.dtype)], owner)


def _words(group: Group) -> int:
    """Words of 32 bits of a payload."""
    payload = group.model.payload
    return 0 if payload is None else np.dtype(payload).itemsize // WORD.itemsize


def sent_groups(network: Network, groups: Sequence[Group]) -> list[Group]:
    """The groups whose spikes somebody reads: synapses, learning, probes."""
    read = {c.pre.target.name for c in network.connections.values()}
    read |= {p.target.name for p in network.probes if "spikes" in p.variables or p.view == "chip"}
    return [g for g in groups if g.keeps_spikes or any(p.name in read for p in g.populations)]
