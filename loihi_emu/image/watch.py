"""How long a step takes in which everything fires, and what adds up the work of spikes where that is much longer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from loihi_emu.image.groups import Group
from loihi_emu.image.recorders import BufferLevels
from loihi_emu.image.schedule import Call
from loihi_emu.models import watch as at
from loihi_emu.models.memory import Description, SourceLists, Table
from loihi_emu.network.elements import Connection
from loihi_emu.network.network import Network

EVENT_SECONDS = {"dense": 2e-10, "sparse": 1e-9, "conv": 1e-9}
NEURON_SECONDS = 3e-9
"""Rough times of a synaptic event and of a neuron's update."""
RESTING_SECONDS, RESTING_NEURON = 3e-7, 6e-10
"""The same of a step and of a neuron at which nothing happens."""
SURGE_SECONDS = 0.15
"""A chunk of steps is short enough to take no longer than so should every neuron begin to fire in it."""
SHORT_SECONDS = 2e-3
"""Where chunks of so many steps would take less than this at rest, they are longer, and end when much happens."""


def busiest_step(network: Network) -> float:
    """About how many seconds a step takes in which every neuron and every input fires."""
    neurons = sum(node.size for node in [*network.populations.values(), *network.inputs.values()])
    return NEURON_SECONDS * neurons + sum(c.pre.size * _cost(c) for c in network.connections.values())


def watch(
    network: Network, groups: Iterable[Group], lists: Callable[[str], Sequence[SourceLists]], levels: BufferLevels
) -> list[Call]:  # fmt: skip
    """The call that adds up the work of all spikes, if it is needed; `lists`: those of a population or input."""
    neurons = sum(p.size for p in network.populations.values())
    rest = RESTING_SECONDS + RESTING_NEURON * neurons
    if rest * SURGE_SECONDS / busiest_step(network) >= SHORT_SECONDS:
        return []
    costs = dict.fromkeys([*network.populations, *network.inputs], 0.0)
    for c in network.connections.values():
        costs[c.pre.target.name] += _cost(c)
    parts = [(x, max(costs[p.name] for p in g.populations)) for g in groups for x in lists(g.populations[0].name)]
    parts += [(x, costs[name]) for name in network.inputs for x in lists(name)]
    d = Description(at.WATCH)
    d.parts, d.part_count, d.done = Table(at.WATCHED, len(parts)), len(parts), levels.filled[levels.work :]
    for record, (spikes, cost) in zip(d.parts, parts, strict=True):
        record.count, record.cost = spikes.count, round(1e9 * cost)
    levels.watched = True
    return [("watch:step", d)]


def _cost(c: Connection) -> float:
    """About how many seconds a spike of a connection's source takes."""
    positions = 1 if c.conv is None else c.pre.size / c.conv.kernel.shape[3] / c.conv.groups
    return EVENT_SECONDS[c.kind] * c.synapses * positions / max(c.pre.size, 1)
