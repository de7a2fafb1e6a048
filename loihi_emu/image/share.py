"""What one share does in a step: its lists of spikes, where its synapses add their weights, and its synapses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from loihi_emu.image.acting import Acting
from loihi_emu.image.draws import Generator
from loihi_emu.image.groups import Group
from loihi_emu.image.learner import Learner
from loihi_emu.image.parts import Part
from loihi_emu.image.projections import Origin, Projections
from loihi_emu.image.schedule import Call
from loihi_emu.image.sinks import Sink, Stage
from loihi_emu.image.sources import InputPart, InputSource, NoiseSource
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
        Those of the source's only part, if that is the share's own, or lists that :meth:`gather` fills.
    wanted : bool
        Whether somebody reads them.
    """

    def __init__(
        self, share: int, parts: Sequence[Part | InputPart], capacity: int, payload: str | None, kept: bool
    ) -> None:
        self.parts, self.wanted = parts, False
        self.own = len(parts) == 1 and parts[0].share == share and not kept
        self.lists = parts[0].lists if self.own else SourceLists(capacity, payload)
        self.floats = payload == "float64"

    def gather(self) -> Call | None:
        """The call that joins the parts' lists; None when nobody reads them, or there is nothing to join."""
        if self.own or not self.wanted:
            return None
        d = Description(at.VALUED if self.floats else at.GATHER)
        self.lists.describe(d)
        d.parts, d.part_count = Table(at.VALUED_PART if self.floats else at.PART, len(self.parts)), len(self.parts)
        for part, record in zip(self.parts, d.parts, strict=True):
            part.lists.describe(record)
            record.first = part.first
        return f"gather:{'step_valued' if self.floats else 'step'}", d


class Share:
    """One share: what it reads, what it adds to, and what it does.

    Attributes
    ----------
    number : int
    listings : dict
        By the key of a source.
    origins : dict
        Of every population and input: the source it belongs to, as this share reads it, and its first neuron there.
    sinks : dict
        By the number of a group of which it owns a part.
    projections : Projections
        Synapses onto its neurons.
    stages : list of (Origin, Stage)
    learners : dict
        Connections that learn, by name.
    noises, applied : list of NoiseSource, list of Description
        Noise of its neurons, and what adds it to a parameter.
    waits : bool
        Whether its sparse synapses are delivered when due.
    alone : bool
        Whether there is no other share.
    """

    def __init__(self, number: int, waits: bool) -> None:
        self.number, self.waits, self.alone = number, waits, False
        self.listings: dict[str, Listing] = {}
        self.origins: dict[str, tuple[Origin, int]] = {}
        self.sinks: dict[int, Sink] = {}
        self.projections = Projections(number)
        self.stages: list[tuple[Origin, Stage]] = []
        self.learners: dict[str, Learner] = {}
        self.noises: list[NoiseSource] = []
        self.applied: list[Description] = []

    # ------------------------------------------------------------ sources and targets
    def add_group(self, group: Group) -> None:
        """Read the spikes of a group, and take its part of it."""
        valued = group.model.payload == "float64"
        origin = Origin(group.key, Description(VALUED_SOURCE if valued else SOURCE), group.n, 1)
        for p in group.populations:
            self.origins[p.name] = (origin, group.part(p.name).start)
        for part in group.parts:
            if part.share == self.number:
                self.sinks[group.number] = Sink(group, part, self.waits)

    def add_input(self, name: str, source: InputSource) -> None:
        """Read the spikes of an input."""
        record = VALUED_SOURCE if source.payload == "float64" else SOURCE
        self.origins[name] = (Origin(source.key, Description(record), source.node.size, 0), 0)

    def parts(self, group: Group) -> list[Part]:
        """Its part of a group, if it has one."""
        return [part for part in group.parts if part.share == self.number]

    def list_spikes(
        self, arena: Arena, groups: Sequence[Group], inputs: Mapping[str, InputSource], *, alone: bool
    ) -> None:
        """Make the lists of all sources, after all connections are known; `alone`: there is no other share."""
        self.alone = alone
        for group in groups:
            kept = group.keeps_spikes and not alone  # learning still reads the last step's while parts list the next
            listing = Listing(self.number, group.parts, group.n, group.model.payload, kept)
            if self.number == 0:
                group.keep_spikes(listing.lists, arena)
            self._list(self.origins[group.populations[0].name][0], listing)
        for name, source in inputs.items():
            listing = Listing(self.number, source.parts, source.most, source.payload, False)
            self._list(self.origins[name][0], listing)

    def _list(self, origin: Origin, listing: Listing) -> None:
        self.listings[origin.key] = listing
        listing.lists.describe(origin.lists)

    def lists(self, name: str) -> SourceLists:
        """The spikes of the source that a population or input belongs to, for somebody who reads them."""
        listing = self.listings[self.origins[name][0].key]
        listing.wanted = True
        return listing.lists

    # ------------------------------------------------------------ synapses
    def add(self, c: Connection, made: Acting, sink: Sink, target: int, sums: Sums) -> None:
        """Add those synapses of a connection that reach a sink; parameters as of :meth:`Projections.add`."""
        if c.conv is not None and not sink.owns(c.post.target.name):
            return
        origin, first = self.origins[c.pre.target.name]
        if sums.apart:
            sink, target = self.stage(c, origin, sink, target, sums), -c.post.start
        self.projections.add(c, made, origin, first, sink, target)

    def stage(self, c: Connection, origin: Origin, sink: Sink, target: int, sums: Sums) -> Stage:
        """A stage before a sink for the sums of a connection."""
        rows = c.longest_delay + 1
        start, stop = target + c.post.start, target + c.post.stop
        stage = Stage(
            sink, start, stop, exponent=sums.exponent, wraps=sums.wraps, offset=origin.offset, rows=rows
        )  # fmt: skip
        self.stages.append((origin, stage))
        return stage

    # ------------------------------------------------------------ calls
    def delivery(self, arena: Arena) -> tuple[list[Call], list[Call]]:
        """The synapses of inputs and of populations, each with the stages behind them."""
        found: tuple[list[Call], list[Call]] = [], []
        for projection in self.projections.all:
            call = projection.leaf(), projection.describe(arena)
            if projection.stored or self.alone:
                found[projection.origin.offset].append(call)
                self.listings[projection.origin.key].wanted = True
        for origin, stage in self.stages:
            if stage.n or self.alone:
                found[origin.offset].append(("loihi_emu.models.synapses.stage:step", stage.describe(arena)))
        return found

    def learning(self, arena: Arena, first: Share) -> Iterator[Call]:
        """What changes synapses. Of populations it reads the spikes of the last step, in the lists of the first share.

        Second leaves are a second pass, behind the first of all.
        """
        for learner in self.learners.values():
            c = learner.connection
            assert c.learning is not None
            nodes = {c.pre.target.name, c.post.target.name, *(node for _, node in c.learning.factors)}
            readers = {name: self if self.origins[name][0].offset == 0 else first for name in nodes}
            for name, reader in readers.items():
                reader.lists(name)
            yield learner.learning_leaf, learner.describe_learning(arena, {k: r.origins[k] for k, r in readers.items()})
        for learner in self.learners.values():
            if learner.second_leaf:
                yield learner.second_leaf, learner.learning_description

    def noise(self, arena: Arena, generator: Generator) -> Iterator[Call]:
        """What draws noise and adds it to parameters."""
        self.applied = [noise.describe(arena, generator.network.seed) for noise in self.noises]
        yield from generator.calls(arena, self.noises, self.applied, learns=bool(self.learners))
        for d in self.applied:
            yield "noise:apply", d

    def gathers(self, offset: int) -> list[Call]:
        """What joins the lists of inputs (0) or of populations (1), after all who read them are known."""
        origins = {origin.key: origin for origin, _ in self.origins.values() if origin.offset == offset}
        calls = [self.listings[key].gather() for key in origins]
        return [call for call in calls if call is not None]
