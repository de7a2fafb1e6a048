"""The image of a network, built in the order: groups, inputs, projections, memory, schedule."""

from __future__ import annotations

from typing import Any

import numpy as np

from loihi_emu.image import schedule as phases
from loihi_emu.image import side_by_side
from loihi_emu.image.acting import acting
from loihi_emu.image.boards import boards_of
from loihi_emu.image.chip_views import ChipView
from loihi_emu.image.division import Division
from loihi_emu.image.draws import Generator
from loihi_emu.image.exchange import Exchange, sent_groups
from loihi_emu.image.groups import Group, make_groups
from loihi_emu.image.learner import Learner
from loihi_emu.image.parts import Piece, Pieces
from loihi_emu.image.pending import Pending
from loihi_emu.image.probes import exchanged_state, limits_of, recorders
from loihi_emu.image.projections import DUE, release
from loihi_emu.image.recorders import BufferLevels
from loihi_emu.image.schedule import Call, Schedule, program_of
from loihi_emu.image.share import Share
from loihi_emu.image.shares import cut_groups, cut_inputs
from loihi_emu.image.sizes import check_room
from loihi_emu.image.sources import InputSource, NoiseSource
from loihi_emu.image.stores import waits
from loihi_emu.image.target_rings import PartialSums
from loihi_emu.image.watch import watch
from loihi_emu.image.whole_state import WholeState
from loihi_emu.jit import COMPILED
from loihi_emu.lazy import imported
from loihi_emu.models.memory import Arena, Array
from loihi_emu.network.elements import Connection
from loihi_emu.network.lost_weights import Loss, loss
from loihi_emu.network.network import Network
from loihi_emu.network.payloads import drives_values
from loihi_emu.ranks.ranks import Ranks


class Image(WholeState):
    """Everything that runs: groups, inputs, projections, recorders and the schedule of leaf calls.

    Attributes
    ----------
    arena : Arena
        All state that changes while running.
    schedule : Schedule
        One step's calls, by phases and shares: inputs; traces; synapses of inputs, learning, noise, populations;
        probes; synapses of populations.
    program : Program
        All of them in order.
    programs : list of Program
        Those of each share, where several threads run them.
    levels : BufferLevels
    recorded : list of Recorded
    waits : bool
        Whether sparse synapses are delivered when due.
    cut : list of tuple of Piece
        Which neurons of each group are whose: those of `replaced`, if there is one.
    truncated, clipped : dict
        Connection name to the number of weights that lost low bits, or were cut to their range.
    lost : dict
        Connection name to what its weights lose, None if nothing.
    """

    def __init__(
        self,
        network: Network,
        replaced: Image | None = None,
        shares: int = 1,
        ranks: Ranks | None = None,
        every: int | None = None,
    ) -> None:
        """Build it in so many shares; of several ranks each has so many of its own, and what belongs to them.

        `replaced` is an image of the same network whose place this one is to take (``handover.adopt``). Ranks exchange
        spikes after `every` steps at the latest.
        """
        self.network = network
        self.arena = Arena()
        self.groups = make_groups(network)
        self.exchange = None if ranks is None else Exchange(ranks, shares, network)
        self._alone = shares == 1 and ranks is None
        count = 1 if ranks is None else ranks.size
        self.waits = waits(network, self.groups, shares * count)
        if ranks is None:
            check_room(network, self.waits, shares=shares)
        # Rules that are set may weigh more or less: what was recorded lies in memory as it was cut before.
        cut = cut_groups(network, self.groups, shares * count, count) if replaced is None else replaced.cut
        self.cut: list[Pieces] = cut
        for group, pieces in zip(self.groups, self.cut, strict=True):
            group.cut(pieces if self.exchange is None else self.exchange.mine(group, pieces))
        if self.exchange is not None:
            self.exchange.settle(every)
            owned = {p.name: self.exchange.owned(g, g.part(p.name)) for g in self.groups for p in g.populations}
            check_room(network, self.waits, owned, ranks)
        connections = network.connections.values()
        listed = cut_inputs(network, shares)
        self.boards = boards_of(network, self.groups, 1 if ranks else shares)
        self.inputs = {
            name: InputSource(node, network.seed, drives_values(name, connections), listed[name])
            for name, node in network.inputs.items()
        }
        self._home = {p.name: g for g in self.groups for p in g.populations}
        self._states: dict[tuple[str, str], Array] = {}
        self.shares = [self._make_share(number) for number in range(shares)]
        self.truncated: dict[str, int] = {}
        self.clipped: dict[str, int] = {}
        self.lost: dict[str, Loss | None] = {}
        self.learners: dict[str, Learner] = {}
        for connection in network.connections.values():
            self._add(connection)
        self.generator: Generator = imported(network.rule_set.generator)(network)
        self._add_noises()
        if replaced is not None:
            keep_room(self, replaced)
        self._make_memory()
        self._events_before = self._wraps_before = 0
        self.elsewhere: Array = np.zeros(2, np.int64)  # synaptic events and wraps counted on other ranks
        side_by_side.pack([share.projections for share in self.shares])
        self._schedule()
        release([share.projections for share in self.shares], network, self.lost, hold=ranks is None)

    # ------------------------------------------------------------ parts
    @property
    def step(self) -> int:
        """The step that runs next."""
        return int(self.arena["clock"][0])

    def group(self, population: str) -> Group:
        """The group that a population is in."""
        return self._home[population]

    def state(self, population: str, variable: str) -> Array:
        """A population's slice of a state array."""
        values = self._states.get((population, variable))
        if values is None:
            group = self._home[population]
            values = self.arena[f"{group.key}.{variable}"][group.part(population)]
            self._states[population, variable] = values
        return values

    def refresh(self, group: Group) -> None:
        """Take over parameters that were set."""
        group.refresh(self.arena)
        for share in self.shares:
            for noise, d in zip(share.noises, share.applied, strict=True):
                if noise.group is group:
                    noise.point_base(d)

    @property
    def projections(self) -> list[Any]:
        """What delivers spikes, of all shares."""
        return [projection for share in self.shares for projection in share.projections.all]

    @property
    def partial_sums(self) -> list[PartialSums]:
        """Those of all shares."""
        return [sums for share in self.shares for _, sums in share.partial_sums]

    # ------------------------------------------------------------ building
    def _make_share(self, number: int) -> Share:
        share = Share(number, self.waits, self.exchange)
        for group in self.groups:
            share.add_group(group)
        for name, source in self.inputs.items():
            share.add_input(name, source)
        return share

    def _add(self, c: Connection) -> None:
        weights, group = self.network.rule_set.weights, self._home[c.post.target.name]
        made = acting(c, weights)
        self.truncated[c.name], self.clipped[c.name] = made.truncated, made.clipped
        self.lost[c.name] = loss(c, self.network.rule_set)
        if c.learning is not None:
            self._add_learner(c, group)
            return
        sums, target = weights.sums(c), group.first_accumulator(c.post.target.name, c.port)
        for share in self._reached(c, group):
            share.add(c, made, share.rings[group.number], target, sums)

    def _reached(self, c: Connection, group: Group) -> list[Share]:
        """The shares that a connection reaches; if they are all of other ranks, one like them, to count slots by it."""
        place = group.part(c.post.target.name)
        mine = [share for share in self.shares if group.number in share.rings]
        others = (part for part in group.parts if part.first <= place.start < part.stop)
        return mine or [self._make_share(part.share) for part in others]

    def _add_learner(self, c: Connection, group: Group) -> None:
        assert c.learning is not None
        for name in (c.pre.target.name, c.post.target.name, *(node for _, node in c.learning.factors)):
            if name in self._home:
                self._home[name].keeps_spikes = True
        how = self.network.rule_set.learning
        assert how is not None
        number, sums = list(self.network.connections).index(c.name), how.sums(c, self.network.rule_set.weights)
        place, ranks = group.part(c.post.target.name).start + c.post.start, self.exchange and self.exchange.ranks
        pieces = [Piece(part.share, *part.targets(place, c.post.step, c.post.size)) for part in group.parts]
        pieces = [piece for piece in pieces if piece.first < piece.stop]
        division = Division(c, pieces, len(self.shares), ranks.rank if ranks else 0)
        of_synapses = {"weights", "delays", "tags"}
        probed = any(p.target.name == c.name and of_synapses & set(p.variables) for p in self.network.probes)
        parts = list[Learner]()
        for block in division.here or range(1):  # of none that is here the first one counts slots
            piece = pieces[block]
            share = self.shares[piece.share] if division.here else self._make_share(piece.share)
            source, first = share.sources[c.pre.target.name]
            ring = share.rings[group.number]
            target = group.first_accumulator(c.post.target.name, c.port) - ring.first
            if sums.apart:
                ring = share.sum_apart(c, source, ring, target + ring.first, sums)
                target = -c.post.start - ring.first
            some = () if len(pieces) == 1 else (slice(piece.first, piece.stop),)
            learner: Learner = how.make(c, number, source, first, ring, target, self.network, *some)
            learner.is_part_of(parts, division, block, whole_here=probed and ranks is not None)
            parts.append(learner)
            share.learners[c.name] = learner
            share.projections.put(c.name, learner)
        self.learners[c.name] = parts[0]

    def _add_noises(self) -> None:
        for p in self.network.populations.values():
            if p.noise is not None:
                group = self._home[p.name]
                for part in group.parts:
                    noise = NoiseSource(p, group, part)
                    if noise.n > 0 and part.share in range(len(self.shares)):
                        group.noisy(noise.parameter)
                        self.shares[part.share].noises.append(noise)

    def _make_memory(self) -> None:
        arena = self.arena
        viewed = dict.fromkeys(p.target.name for p in self.network.probes if p.view == "chip")
        populations = self.network.populations
        self.chip_views = {name: ChipView(name, populations[name].size, self.group(name)) for name in viewed}
        arena.reserve("clock", 1, np.int64)
        arena.reserve("sample", 1, np.int64)
        self.generator.reserve(arena)
        for group in self.groups:
            group.reserve(arena)
        for source in self.inputs.values():
            source.reserve(arena)
        for learner in self.learners.values():
            learner.reserve(arena)
        for view in self.chip_views.values():
            view.reserve(arena)
        waiting = [p for p in self.projections if p.kind == DUE]
        for projection in waiting:
            projection.reserve(arena)
        self.pending = [Pending(g, [p for p in waiting if p.ring.group is g]) for g in self.groups if g.span]
        for pending in self.pending:
            pending.reserve(arena)
            pending.group.reserve_ring(arena)
        arena.seal()
        for share in self.shares:
            share.list_spikes(arena, self.groups, self.inputs, alone=self._alone, boards=self.boards)
        for group in self.groups:
            group.describe(arena)
        for source in self.inputs.values():
            source.describe(arena)

    # ------------------------------------------------------------ schedule
    def _schedule(self) -> None:
        schedule = self.schedule = Schedule(len(self.shares))
        for source in self.inputs.values():
            for part in source.parts:
                schedule.add(phases.INPUTS, part.share, (source.leaf(), part.description))
        exchange = self.exchange
        if exchange is not None:
            sent = sent_groups(self.network, self.groups)
            exchange.limit(sent)
        boards = self.boards
        self.levels = BufferLevels(limits_of(self.network), 2 * exchange.every if exchange else 2 if boards else 1)
        if exchange is not None:
            schedule.add(phases.EXCHANGE, 0, exchange.spikes(sent, self.levels))
        later: list[list[Call]] = []
        for share in self.shares:
            made = share.delivery(self.arena)
            learns = share.learning(self.arena, self.shares[0])
            updates = [*learns.synapses, *share.noise(self.arena, self.generator)]
            updates += [(g.model.leaf, part.description) for g in self.groups for part in share.parts(g)]
            before = [call for pending in self.pending for call in pending.calls(self.arena, share.number)]
            schedule.add(phases.TRACES, share.number, *learns.traces)
            schedule.add(phases.UPDATE, share.number, *before, *made.inputs, *updates)
            schedule.add(phases.SHARED, share.number, *learns.shared)
            schedule.add(phases.READING, share.number, *learns.last)
            schedule.add(phases.DELIVERY, share.number, *made.populations)
            if boards is not None:
                schedule.add(phases.UPDATE, share.number, boards.publish(share.number, self.levels))
                schedule.add(phases.OWN, share.number, *share.gathers_own(), *made.own)
                schedule.add(phases.READING, share.number, boards.meet(share.number))
            later.append(made.later)
        self.recorded, probes = recorders(self, self.shares[0], self.levels)  # the first share makes their calls
        if exchange is not None:
            schedule.add(phases.EXCHANGE, 0, *exchanged_state(self, self.recorded, exchange))
            told = (exchange.told(learner) for learner in self.learners.values())
            schedule.add(phases.TELLING, 0, *(call for call in told if call is not None))
            self._keep_lists()
        later[0] += probes.later
        spikes = self.shares[0].spikes
        watched = [] if exchange is not None else watch(self.network, self.groups, spikes, self.levels)
        divided = any(len(learner.parts) > 1 for learner in self.learners.values())
        for share in self.shares:
            schedule.first(phases.TRACES if divided else phases.UPDATE, share.number, share.gathers(0))
            schedule.add(phases.READING, share.number, *share.gathers(1))
            if exchange is not None:
                calls = program_of([*share.gathers(1, later=True), *later[share.number]])
                schedule.add(phases.READING, share.number, exchange.later(calls))
        schedule.add(phases.READING, 0, *probes.now, *watched)
        self.program = schedule.together()
        stops = () if boards is None else boards.stops
        self.programs = schedule.apart(stops) if COMPILED and len(self.shares) > 1 else []

    def _keep_lists(self) -> None:
        """Of several ranks: let all have the spikes that learning looks back at, which are state."""
        for group in self.groups:
            if group.keeps_spikes:
                self.shares[0].lists(group.populations[0].name)

    # ------------------------------------------------------------ accounts
    def memory(self) -> dict[str, int]:
        """Bytes by purpose."""
        projections = self.projections
        state = self.arena.data.nbytes + self.arena.initial.nbytes
        return {
            "state": int(state),
            "parameters and spike lists": sum(g.parameter_bytes for g in self.groups),
            "synapses": sum(p.weight_bytes for p in projections),
            "stages": sum(s.sums.nbytes for s in self.partial_sums),
            "recorders": sum(r.recorder.nbytes for r in self.recorded),
            "neurons": sum(g.n for g in self.groups),
            "stored synapses": sum(p.stored for p in projections),
        }

    def count_from(self, events: int, wraps: int) -> None:
        """Begin to count synaptic events and wraps of convolutions at these numbers."""
        self._events_before, self._wraps_before = events, wraps

    @property
    def events(self) -> int:
        """Synaptic events since the image was built."""
        return self._events_before + int(self.elsewhere[0]) + sum(int(p.events[0]) for p in self.projections)

    @property
    def convolution_wraps(self) -> int:
        """Sums of Lava's convolutions that wrapped at 24 bits, since the image was built."""
        return self._wraps_before + int(self.elsewhere[1]) + sum(int(sums.lost[0]) for sums in self.partial_sums)

    def counted(self) -> Array:
        """What each rank counts of its own: of populations, events, wraps."""
        of_groups = [group.counters().reshape(-1) for group in self.groups]
        return np.concatenate([*of_groups, np.array([self.events, self.convolution_wraps], np.int64)])

    def count_others(self, before: Array) -> None:
        """Add what all other ranks have counted since :meth:`counted` was `before`."""
        if self.exchange is None:
            return
        others, first = self.exchange.add_others(before, self.counted()), 0
        for group in self.groups:
            group.counted += others[first : first + group.counted.size].reshape(group.counted.shape)
            first += group.counted.size
        self.elsewhere += others[first:]


def keep_room(image: Image, old: Image) -> None:
    """Make rings as long as they were: events under way stay where they are, whatever the delays are now."""
    for group, old_group in zip(image.groups, old.groups, strict=True):
        if old_group.span and image.waits:
            group.need_span(old_group.span)
        elif old_group.span:
            group.need_slots(old_group.span)
    for name, learner in image.learners.items():
        for part in learner.parts:
            part.longest = max(part.longest, old.learners[name].longest)
