"""What one share does in a step: its lists of spikes, where its synapses add their weights, and its synapses."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import NamedTuple

from loihi_emu.image.acting import Acting
from loihi_emu.image.boards import Boards
from loihi_emu.image.draws import Generator
from loihi_emu.image.exchange import Exchange
from loihi_emu.image.groups import Group
from loihi_emu.image.learner import Learner
from loihi_emu.image.parts import GroupPart
from loihi_emu.image.projections import DUE, DUE_NOW, Projection, Projections, SourceView
from loihi_emu.image.schedule import Call
from loihi_emu.image.sources import InputPart, InputSource, NoiseSource
from loihi_emu.image.target_rings import PartialSums, TargetRing
from loihi_emu.models import gather as at
from loihi_emu.models.layout import SOURCE, VALUED_SOURCE
from loihi_emu.models.memory import Arena, Description, SourceLists, Table
from loihi_emu.network.elements import Connection
from loihi_emu.rules import Sums


class Listing:
    """The spikes of a source in this step, as one share reads them: in one list.

    Attributes
    ----------
    lists : SourceLists
        Those of the source's only part, if it is the share's own and begins where the source does; or lists that
        :meth:`gather` fills.
    direct : bool
        Whether they are the part's own.
    wanted : bool
        Whether somebody reads them.
    join : function or None
        Of several ranks: what makes the call that joins what all have sent.
    """

    def __init__(
        self, share: int, parts: Sequence[GroupPart | InputPart], capacity: int, payload: str | None, copied: bool
    ) -> None:
        self.parts, self.wanted = parts, False
        self.direct = len(parts) == 1 and parts[0].share == share and parts[0].first == 0 and not copied
        self.lists = parts[0].lists if self.direct else SourceLists(capacity, payload)
        self.floats = payload == "float64"
        self.join: Callable[[SourceLists], Call] | None = None

    def gather(self) -> Call | None:
        """The call that joins the parts' lists; None when nobody reads them, or there is nothing to join."""
        if self.direct or not self.wanted:
            return None
        if self.join is not None:
            return self.join(self.lists)
        d = Description(at.VALUED if self.floats else at.GATHER)
        self.lists.describe(d)
        d.parts, d.part_count = Table(at.VALUED_PART if self.floats else at.PART, len(self.parts)), len(self.parts)
        for part, record in zip(self.parts, d.parts, strict=True):
            part.lists.describe(record)
            record.first = part.first
        return f"gather:{'step_valued' if self.floats else 'step'}", d


class Delivery(NamedTuple):
    """Calls that deliver spikes: of inputs; of populations; of these for each step whose spikes have come; and of the
    share's own neurons, before it knows of others.
    """

    inputs: list[Call]
    populations: list[Call]
    later: list[Call]
    own: list[Call]


class SplitSpikes(NamedTuple):
    """The spikes of a source apart: of the share's own neurons, and of others; None where there are no such neurons."""

    own: Listing | None
    others: Listing | None


class Learns(NamedTuple):
    """Calls by which connections learn, in the phases of a step.

    Attributes
    ----------
    traces : list of Call
        What advances traces that several shares divide.
    synapses : list of Call
        What changes synapses, and all other traces.
    shared : list of Call
        What changes shared weights of which several shares have found how.
    last : list of Call
        What nobody must read before: the end of an epoch.
    """

    traces: list[Call]
    synapses: list[Call]
    shared: list[Call]
    last: list[Call]


class Share:
    """One share: what it reads, what it adds to, and what it does.

    Attributes
    ----------
    number : int
    listings : dict
        By the key of a source.
    sources : dict
        Of every population and input: the source it belongs to, as this share reads it, and its first neuron there.
    split : dict
        With boards: of populations, by the key of a source.
    here : dict
        With several ranks, of every population: the same, with the spikes of this rank's neurons alone, which are known
        in their own step.
    rings : dict
        By the number of a group of which it owns a part.
    projections : Projections
        Synapses onto its neurons.
    partial_sums : list of (SourceView, PartialSums)
    learners : dict
        Connections that learn, by name.
    noises, applied : list of NoiseSource, list of Description
        Noise of its neurons, and what adds it to a parameter.
    waits : bool
        Whether its sparse synapses are delivered when due.
    alone : bool
        Whether there is no other share.
    """

    def __init__(self, number: int, waits: bool, exchange: Exchange | None = None) -> None:
        self.number, self.waits, self.alone = number, waits, False
        self._exchange = exchange
        self.listings: dict[str, Listing] = {}
        self.split: dict[str, SplitSpikes] = {}
        self.sources: dict[str, tuple[SourceView, int]] = {}
        self.here: dict[str, tuple[SourceView, int]] = {}
        self.rings: dict[int, TargetRing] = {}
        self.projections = Projections(number)
        self.partial_sums: list[tuple[SourceView, PartialSums]] = []
        self.learners: dict[str, Learner] = {}
        self.noises: list[NoiseSource] = []
        self.applied: list[Description] = []

    # ------------------------------------------------------------ sources and targets
    def add_group(self, group: Group) -> None:
        """Read the spikes of a group, and take its part of it."""
        record = VALUED_SOURCE if group.model.payload == "float64" else SOURCE
        several = self._exchange is not None
        source = SourceView(group.key, Description(record), group.n, 1, later=several)
        near = SourceView(f"{group.key}.here", Description(record), group.n, 1)
        for p in group.populations:
            start = group.part(p.name).start
            self.sources[p.name] = (source, start)
            if several:
                self.here[p.name] = (near, start)
        parts = self.parts(group)
        if parts:
            self.rings[group.number] = TargetRing(group, parts, self.waits)

    def add_input(self, name: str, source: InputSource) -> None:
        """Read the spikes of an input."""
        record = VALUED_SOURCE if source.payload == "float64" else SOURCE
        self.sources[name] = (SourceView(source.key, Description(record), source.node.size, 0), 0)

    def parts(self, group: Group) -> list[GroupPart]:
        """Its part of a group, if it has one."""
        return [part for part in group.parts if part.share == self.number]

    def list_spikes(
        self, arena: Arena, groups: Sequence[Group], inputs: Mapping[str, InputSource], *, alone: bool,
        boards: Boards | None = None,
    ) -> None:  # fmt: skip
        """Make the lists of all sources, after all connections are known; `alone`: there is no other share."""
        self.alone = alone
        for group in groups:
            copied = group.keeps_spikes and not alone  # learning still reads the last step's while parts list the next
            name, exchange = group.populations[0].name, self._exchange
            listing = Listing(self.number, group.parts, group.n, group.model.payload, copied or exchange is not None)
            if exchange is not None:
                mine = exchange.of_this_rank(group.parts)
                self._list(self.here[name][0], Listing(self.number, mine, group.n, group.model.payload, False))
                listing.join = partial(exchange.join, group)
            if boards is not None:
                self.split[self.sources[name][0].key] = self._split(group, boards)
                listing.join = partial(boards.join, self.number, group.parts)
            if self.number == 0:
                group.keep_spikes(listing.lists, arena)
            self._list(self.sources[name][0], listing)
        for name, source in inputs.items():
            listing = Listing(self.number, source.parts, source.most, source.payload, False)
            self._list(self.sources[name][0], listing)

    def _split(self, group: Group, boards: Boards) -> SplitSpikes:
        """Read from boards who spiked of others, and apart from them who did of the source's own neurons."""

        def listing(mine: bool) -> Listing | None:
            parts = [part for part in group.parts if (part.share == self.number) is mine]
            found = Listing(self.number, parts, group.n, None, False) if parts else None
            if found is not None and not mine:
                found.join = partial(boards.join, self.number, parts)
            return found

        return SplitSpikes(listing(True), listing(False))

    def _list(self, source: SourceView, listing: Listing) -> None:
        self.listings[source.key] = listing
        listing.lists.describe(source.lists)

    def lists(self, name: str) -> SourceLists:
        """The spikes of the source that a population or input belongs to, for somebody who reads them."""
        listing = self.listings[self.sources[name][0].key]
        listing.wanted = True
        return listing.lists

    def spikes(self, name: str) -> list[SourceLists]:
        """The spikes of the source that a population or input belongs to, in one list or two."""
        split = self.split.get(self.sources[name][0].key)
        listings = [one for one in split or () if one is not None]
        for one in listings:
            one.wanted = True
        return [one.lists for one in listings] or [self.lists(name)]

    # ------------------------------------------------------------ synapses
    def add(self, c: Connection, made: Acting, ring: TargetRing, target: int, sums: Sums) -> None:
        """Add those synapses of a connection that reach a ring; parameters as of :meth:`Projections.add`."""
        name = c.pre.target.name
        at_once = self._exchange is not None and name in self.here and not self._exchange.waits(c)
        source, first = (self.here if at_once else self.sources)[name]
        if sums.apart:
            ring, target = self.sum_apart(c, source, ring, target, sums), -c.post.start
        self.projections.add(c, made, source, first, ring, target)

    def sum_apart(self, c: Connection, source: SourceView, ring: TargetRing, target: int, sums: Sums) -> PartialSums:
        """The accumulators where the sums of a connection are kept apart before they reach a ring."""
        rows = c.longest_delay + 1
        start, stop = target + c.post.start, target + c.post.stop
        made = PartialSums(
            ring, start, stop, exponent=sums.exponent, wraps=sums.wraps, offset=source.offset, rows=rows
        )  # fmt: skip
        self.partial_sums.append((source, made))
        return made

    # ------------------------------------------------------------ calls
    def delivery(self, arena: Arena) -> Delivery:
        """The synapses of inputs and of populations, each with what moves sums that are kept apart."""
        made = Delivery([], [], [], [])
        for projection in self.projections.all:
            description = projection.describe(arena)
            if projection.stored or self.alone:
                source = projection.source
                if source.key in self.split and projection.divides:
                    self._deliver_apart(projection, made)
                    continue
                self.listings[source.key].wanted = True
                where = made.later if source.later else made[source.offset]
                where.append((projection.leaf(), description))
                if source.later and projection.kind == DUE:
                    made.populations.append((DUE_NOW, description))
        for source, sums in self.partial_sums:
            if sums.n or self.alone:
                where = made.later if source.later else made[source.offset]
                where.append(("loihi_emu.models.synapses.partial_sums:step", sums.describe(arena)))
        return made

    def _deliver_apart(self, projection: Projection, made: Delivery) -> None:
        """Deliver the spikes of its own neurons, then those of others."""
        split, more = self.split[projection.source.key], False
        for listing, calls in zip(split, (made.own, made.populations), strict=True):
            if listing is not None:
                listing.wanted = True
                calls.append((projection.leaf(), projection.of_some(listing.lists, more)))
                more = True

    def learning(self, arena: Arena, first: Share) -> Learns:
        """The calls by which connections learn.

        Of populations it reads the spikes of the last step, in the lists of the first share. Second leaves are a second
        pass, behind the first of all.
        """
        made = Learns([], [], [], [])
        for learner in self.learners.values():
            c = learner.connection
            assert c.learning is not None
            nodes = {c.pre.target.name, c.post.target.name, *(node for _, node in c.learning.factors)}
            readers = {name: self if self.sources[name][0].offset == 0 else first for name in nodes}
            for name, reader in readers.items():
                reader.lists(name)
            lists = {name: reader.sources[name] for name, reader in readers.items()}
            learner.describe_learning(arena, lists)
            d, divided = learner.describe_traces(arena, lists), len(learner.parts) > 1
            (made.traces if divided else made.synapses).append((learner.learning_leaf, d))
            if divided and learner.last_leaf:
                made.last.append((learner.last_leaf, d))
        for learner in self.learners.values():
            if learner.second_leaf:
                made.synapses.append((learner.second_leaf, learner.learning_description))
            if len(learner.division) > 1 and learner.shared_leaf:
                made.shared.append((learner.shared_leaf, learner.learning_description))
        return made

    def noise(self, arena: Arena, generator: Generator) -> Iterator[Call]:
        """What draws noise and adds it to parameters."""
        self.applied = [noise.describe(arena, generator.network.seed) for noise in self.noises]
        yield from generator.calls(arena, self.noises, self.applied, learns=bool(self.learners))
        for d in self.applied:
            yield "noise:apply", d

    def gathers(self, offset: int, *, later: bool = False) -> list[Call]:
        """What joins the lists of inputs (0) or of populations (1), after all who read them are known.

        `later`: the lists of all ranks, for each step whose spikes have come.
        """
        every = [*self.sources.values(), *self.here.values()]
        sources = {one.key: one for one, _ in every if one.offset == offset and one.later == later}
        listings = [self.listings[key] for key in sources]
        if offset == 1:
            listings += [split.others for split in self.split.values() if split.others is not None]
        return _gathered(listings)

    def gathers_own(self) -> list[Call]:
        """What joins the lists of its own neurons."""
        return _gathered(split.own for split in self.split.values() if split.own is not None)


def _gathered(listings: Iterable[Listing]) -> list[Call]:
    calls = [listing.gather() for listing in listings]
    return [call for call in calls if call is not None]
