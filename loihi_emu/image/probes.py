"""From a network's probes to recorders and their calls; and what of other ranks' neurons is recorded."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, NamedTuple, Protocol

from loihi_emu.image.chip_views import ChipView
from loihi_emu.image.exchange import Exchange
from loihi_emu.image.groups import Group
from loihi_emu.image.learner import Learner
from loihi_emu.image.recorders import BufferLevels, Recorded, SpikeRecorder, StateRecorder
from loihi_emu.image.schedule import Call
from loihi_emu.image.share import Share
from loihi_emu.image.sources import InputSource
from loihi_emu.models.memory import Arena, Array, SourceLists
from loihi_emu.network.elements import Connection, Input, Population
from loihi_emu.network.network import Network


class ProbedImage(Protocol):
    """What probes look at of an image."""

    network: Network
    arena: Arena
    groups: list[Group]
    inputs: dict[str, InputSource]
    learners: dict[str, Learner]
    chip_views: dict[str, ChipView]

    def group(self, population: str) -> Group:
        """The group that a population is in."""

    def state(self, population: str, variable: str) -> Array:
        """A population's slice of a state array."""


def limits_of(network: Network) -> int:
    """How many numbers of rows its probes have to keep within."""
    return sum(2 if variable == "spikes" else 1 for probe in network.probes for variable in probe.variables)


class ProbeCalls(NamedTuple):
    """Calls that record: in every step; and for each step whose spikes have come from all ranks."""

    now: list[Call]
    later: list[Call]


def recorders(image: ProbedImage, share: Share, levels: BufferLevels) -> tuple[list[Recorded], ProbeCalls]:
    """Recorders of all probes, and the calls that a share makes for them."""
    recorded: list[Recorded] = []
    calls = ProbeCalls([], [])
    for view in image.chip_views.values():
        spikes = calls.later if share.sources[view.name][0].later else calls.now
        spikes.append(("chip_view:look", view.describe(image.arena, share.lists(view.name))))
    for probe in image.network.probes:
        node, chosen = probe.target, probe.neurons
        for variable in probe.variables:
            recorder: Any
            leaf = "probes:state"
            if isinstance(node, Connection):
                learner = image.learners[node.name]
                recorder = learner.recorder(image.arena, variable, probe.every, levels)
                size = learner.size(variable)
            elif variable == "spikes":
                recorder, size = _spike_recorder(image, node, chosen, share.lists(node.name), levels), node.size
                leaf = recorder.leaf
            else:
                seen = probe.view == "chip" and variable == "v"
                values = image.chip_views[node.name].seen if seen else image.state(node.name, variable)
                recorder = StateRecorder(values, chosen, probe.every, levels)
                size = node.size
            every = 1 if variable == "spikes" else probe.every
            name = f"{node.name}.{variable}"
            recorded.append(Recorded(name, node.name, variable, recorder, size, chosen, every))
            waits = variable == "spikes" and share.sources[node.name][0].later
            (calls.later if waits else calls.now).append((leaf, recorder.description))
    return recorded, calls


def _spike_recorder(
    image: ProbedImage, node: Population | Input, chosen: Any, lists: SourceLists, levels: BufferLevels
) -> SpikeRecorder:
    if isinstance(node, Input):
        return SpikeRecorder(lists, 0, node.size, chosen, image.inputs[node.name].most, levels)
    first = image.group(node.name).part(node.name).start
    return SpikeRecorder(lists, first, node.size, chosen, node.size, levels)


def exchanged_state(image: ProbedImage, recorded: list[Recorded], exchange: Exchange) -> Iterator[Call]:
    """Calls that bring what is recorded of other ranks' neurons and synapses."""
    often = dict[tuple[str, str], int]()
    for one in recorded:
        if one.node in image.learners:
            values = one.recorder.description.values.reshape(-1)
            spans = image.learners[one.node].spans(one.variable, values.size, exchange.ranks.size)
            yield exchange.in_place(values, spans, one.every)
    for probe in image.network.probes:
        if isinstance(probe.target, Population):
            seen = probe.view == "chip"
            for variable in ("v", "rest") if seen else probe.variables:
                key = (image.group(probe.target.name).key, variable)
                often[key] = math.gcd(often.get(key, 0), 1 if seen else probe.every)
    for group in image.groups:
        for variable, _ in group.model.state:
            if (group.key, variable) in often:
                array = image.arena[f"{group.key}.{variable}"]
                yield exchange.state(array, group, often[group.key, variable])
