"""The image of a network, built in the order: groups, inputs, projections, memory, schedule."""

from __future__ import annotations

from typing import Any

import numpy as np

from loihi_emu.image.acting import Acting, acting
from loihi_emu.image.chip_views import ChipView
from loihi_emu.image.draws import Generator
from loihi_emu.image.groups import Group, make_groups
from loihi_emu.image.learner import Learner
from loihi_emu.image.leaves import leaf_named
from loihi_emu.image.projections import Origin, Projections
from loihi_emu.image.recorders import Fills, Recorded, SpikeRecorder, StateRecorder
from loihi_emu.image.sinks import Sink, Stage
from loihi_emu.image.sizes import check_room
from loihi_emu.image.sources import InputSource, NoiseSource
from loihi_emu.jit import Leaf, addresses
from loihi_emu.lazy import imported
from loihi_emu.models import layout as at
from loihi_emu.models.memory import Arena, Array, Description
from loihi_emu.network.elements import Connection, Input, Population
from loihi_emu.network.lost_weights import Loss, loss
from loihi_emu.network.network import Network
from loihi_emu.network.payloads import drives_values
from loihi_emu.rules import Sums


class Image:
    """Everything that runs: groups, inputs, projections, recorders and the schedule of leaf calls.

    Attributes
    ----------
    arena : Arena
        All state that changes while running.
    leaves, descriptions : int64 arrays
        One step's calls in order: inputs, their synapses, noise, populations, their synapses, probes.
    fills : Fills
    recorded : list of Recorded
    truncated, clipped : dict
        Connection name to the number of weights that lost low bits, or were cut to their range.
    lost : dict
        Connection name to what its weights lose, None if nothing.
    """

    def __init__(self, network: Network, before: Image | None = None) -> None:
        """Build it; `before` is an image of the same network that this one is to replace (``handover.adopt``)."""
        check_room(network)
        self.network = network
        self.arena = Arena()
        self.groups = make_groups(list(network.populations.values()), network.rule_set)
        connections = network.connections.values()
        self.inputs = {
            name: InputSource(node, network.seed, drives_values(name, connections))
            for name, node in network.inputs.items()
        }
        self._home = {p.name: g for g in self.groups for p in g.populations}
        self._states: dict[tuple[str, str], Array] = {}
        self.truncated: dict[str, int] = {}
        self.clipped: dict[str, int] = {}
        self.lost: dict[str, Loss | None] = {}
        self.projections = Projections()
        self.stages: list[tuple[Origin, Stage]] = []
        self._sinks = {g.number: Sink(g) for g in self.groups}
        self._origins = self._make_origins()
        self.learners: dict[str, Learner] = {}
        for connection in network.connections.values():
            self._add(connection)
        self.generator: Generator = imported(network.rule_set.generator)(network)
        self.noises = [NoiseSource(p, self._home[p.name]) for p in network.populations.values() if p.noise is not None]
        for noise in self.noises:
            noise.group.noisy(noise.parameter)
        if before is not None:
            keep_room(self, before)
        self._make_memory()
        self._events_before = self._wraps_before = 0
        self._calls: list[tuple[Leaf, Description]] = []
        self._schedule()

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
        found = self._states.get((population, variable))
        if found is None:
            group = self._home[population]
            found = self.arena[f"{group.key}.{variable}"][group.part(population)]
            self._states[population, variable] = found
        return found

    def refresh(self, group: Group) -> None:
        """Take over parameters that were set."""
        group.refresh(self.arena)
        for noise, d in zip(self.noises, self._applied, strict=True):
            if noise.group is group:
                d.base = group.quiet(noise.parameter)[group.part(noise.population.name)]

    # ------------------------------------------------------------ building
    def _make_origins(self) -> dict[str, tuple[Origin, int]]:
        """For every population and input: the source it belongs to and its first neuron there."""
        origins: dict[str, tuple[Origin, int]] = {}
        for group in self.groups:
            origin = Origin(group.key, group.description, group.n, 1)
            for p in group.populations:
                origins[p.name] = (origin, group.part(p.name).start)
        for name, source in self.inputs.items():
            origins[name] = (Origin(source.key, source.origin, source.node.size, 0), 0)
        return origins

    def _add(self, c: Connection) -> None:
        weights = self.network.rule_set.weights
        origin, first = self._origins[c.pre.target.name]
        group = self._home[c.post.target.name]
        if c.learning is not None:
            self._add_learner(c, origin, first, group)
            return
        made, sums = acting(c, weights), weights.sums(c)
        self._count_losses(c, made)
        target = group.first_accumulator(c.post.target.name, c.port)
        sink = self._sinks[group.number]
        if sums.apart:
            sink = self._stage(c, origin, group, target, sums)
            target = -c.post.start
        self.projections.add(c, made, origin, first, sink, target)

    def _count_losses(self, c: Connection, made: Acting) -> None:
        self.truncated[c.name], self.clipped[c.name] = made.truncated, made.clipped
        self.lost[c.name] = loss(c, self.network.rule_set)

    def _add_learner(self, c: Connection, origin: Origin, first: int, group: Group) -> None:
        self._count_losses(c, acting(c, self.network.rule_set.weights))
        for name in (c.pre.target.name, c.post.target.name, *(node for _, node in c.learning.factors)):
            if name in self._home:
                self._home[name].keeps_spikes = True
        number = list(self.network.connections).index(c.name)
        how = self.network.rule_set.learning
        assert how is not None
        sums = how.sums(c, self.network.rule_set.weights)
        sink, target = self._sinks[group.number], group.first_accumulator(c.post.target.name, c.port)
        if sums.apart:
            sink, target = self._stage(c, origin, group, target, sums), -c.post.start
        learner: Learner = how.make(c, number, origin, first, sink, target, self.network)
        self.learners[c.name] = learner
        self.projections.put(c.name, learner)

    def _stage(self, c: Connection, origin: Origin, group: Group, target: int, sums: Sums) -> Stage:
        rows = int(c.delays.max()) + 1 if c.delays.size else 1
        start, stop = target + c.post.start, target + c.post.stop
        stage = Stage(
            group, start, stop, exponent=sums.exponent, wraps=sums.wraps, offset=origin.offset, rows=rows
        )  # fmt: skip
        self.stages.append((origin, stage))
        return stage

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
        for group in self.groups:
            group.reserve_ring(arena)
        arena.seal()
        for group in self.groups:
            group.describe(arena)

    # ------------------------------------------------------------ schedule
    def _call(self, leaf: str | Leaf, description: Description) -> None:
        self._calls.append((leaf_named(leaf), description))

    def _schedule(self) -> None:
        for source in self.inputs.values():
            self._call(source.leaf(), source.describe(self.arena))
        self._deliver(0)
        for learner in self.learners.values():
            self._call(learner.learning_leaf, learner.describe_learning(self.arena, self._origins))
        for learner in self.learners.values():  # a second pass, behind the first of all
            if learner.second_leaf:
                self._call(learner.second_leaf, learner.learning_description)
        self._schedule_noise()
        for group in self.groups:
            self._calls.append((group.model.leaf, group.description))
        self._deliver(1)
        self._schedule_probes()
        self.leaves = np.array(addresses([leaf for leaf, _ in self._calls]), np.int64)
        self.descriptions = np.array([d.address for _, d in self._calls], np.int64)

    def _deliver(self, offset: int) -> None:
        """Schedule the synapses of inputs (0) or of populations (1), then the stages behind them."""
        for projection in self.projections.all:
            if projection.origin.offset == offset:
                self._call(projection.leaf(), projection.describe(self.arena))
        for origin, stage in self.stages:
            if origin.offset == offset:
                self._call("loihi_emu.models.synapses.stage:step", stage.describe(self.arena))

    def _schedule_noise(self) -> None:
        self._applied = [noise.describe_apply() for noise in self.noises]
        calls = self.generator.calls(self.arena, self.noises, self._applied, learns=bool(self.learners))
        for leaf, description in calls:
            self._call(leaf, description)
        for d in self._applied:
            self._call("noise:apply", d)

    def _schedule_probes(self) -> None:
        probes = self.network.probes
        self.fills = Fills(sum(2 if v == "spikes" else 1 for p in probes for v in p.variables))
        self.recorded: list[Recorded] = []
        for view in self.chip_views.values():
            self._call("chip_view:look", view.describe(self.arena))
        for probe in probes:
            node, chosen = probe.target, probe.neurons
            for variable in probe.variables:
                recorder: Any
                if isinstance(node, Connection):
                    learner = self.learners[node.name]
                    recorder = learner.recorder(self.arena, variable, probe.every, self.fills)
                    per_synapse = variable in ("weights", "delays", "tags")
                    size = node.synapses if per_synapse else learner.read(self.arena, variable).size
                    self._call("probes:state", recorder.description)
                elif variable == "spikes":
                    recorder, size = self._spike_recorder(node, chosen), node.size
                    self._call(recorder.leaf, recorder.description)
                else:
                    seen = probe.view == "chip" and variable == "v"
                    values = self.chip_views[node.name].seen if seen else self.state(node.name, variable)
                    recorder = StateRecorder(values, chosen, probe.every, self.fills)
                    size = node.size
                    self._call("probes:state", recorder.description)
                every = 1 if variable == "spikes" else probe.every
                name = f"{node.name}.{variable}"
                self.recorded.append(Recorded(name, node.name, variable, recorder, size, chosen, every))

    def _spike_recorder(self, node: Population | Input, chosen: Any) -> SpikeRecorder:
        if isinstance(node, Input):
            source = self.inputs[node.name]
            return SpikeRecorder(source.lists, 0, node.size, chosen, source.most, self.fills)
        group = self._home[node.name]
        return SpikeRecorder(group.lists, group.part(node.name).start, node.size, chosen, node.size, self.fills)

    # ------------------------------------------------------------ accounts
    def memory(self) -> dict[str, int]:
        """Bytes by purpose."""
        projections = self.projections.all
        state = self.arena.data.nbytes + self.arena.initial.nbytes
        return {
            "state": int(state),
            "parameters and spike lists": sum(g.parameter_bytes for g in self.groups),
            "synapses": sum(p.weight_bytes for p in projections),
            "stages": sum(s.sums.nbytes for _, s in self.stages),
            "recorders": sum(r.recorder.nbytes for r in self.recorded),
            "neurons": sum(g.n for g in self.groups),
            "stored synapses": sum(p.stored for p in projections),
        }

    def counters(self) -> Array:
        """All counters of populations one below the other, in order of groups."""
        if not self.groups:
            return np.zeros((0, at.COUNTERS), np.int64)
        return np.concatenate([g.counters for g in self.groups])

    def count_from(self, events: int, wraps: int) -> None:
        """Begin to count synaptic events and wraps of convolutions at these numbers."""
        self._events_before, self._wraps_before = events, wraps

    @property
    def events(self) -> int:
        """Synaptic events since the image was built."""
        return self._events_before + sum(int(p.events[0]) for p in self.projections.all)

    @property
    def convolution_wraps(self) -> int:
        """Sums of Lava's convolutions that wrapped at 24 bits, since the image was built."""
        return self._wraps_before + sum(int(stage.lost[0]) for _, stage in self.stages)


def keep_room(image: Image, old: Image) -> None:
    """Make rings as long as they were: events under way stay where they are, whatever the delays are now."""
    for group, before in zip(image.groups, old.groups, strict=True):
        group.need_slots(before.slots)
    for name, learner in image.learners.items():
        learner.longest = max(learner.longest, old.learners[name].longest)
