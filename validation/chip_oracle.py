"""The oracle on virtual cores: spikes travel as messages along the tables that a placement gives the cores.

A neuron is a compartment of a core. Its spike goes, for every core and connection that it reaches, to an input axon of
that core; the axon points to a list in the core's synaptic memory, written bit by bit in the format the mapper chose;
the list tells compartments, delays and weights (those of connections that learn are looked up, since they change).
Neurons are updated by the same plain rules as in the oracle. If the mapper lost, doubled or misplaced a synapse, or
foresaw less memory than is needed, this would show.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any, NamedTuple

from loihi_emu.mapping.lists import index_bits
from loihi_emu.validation.oracle import Event, Oracle, port_of
from loihi_emu.validation.oracle_synapses import indices, pairs
from loihi_emu.validation.synapse_memory import Memory, Stored, Widths, read, smallest


class List(NamedTuple):
    """What an input axon of a core points to: memory, format, widths and, for dense lists, the first compartment."""

    memory: Memory
    kind: str
    widths: Widths
    first: int


class Core:
    """Tables of one core.

    Attributes
    ----------
    owners : dict
        Compartment to (population, neuron).
    axons : list of List
        Input axons.
    """

    def __init__(self) -> None:
        self.owners: dict[int, tuple[str, int]] = {}
        self.axons: list[List] = []

    @property
    def bits(self) -> int:
        """Bits of synaptic memory that the lists take."""
        return sum(axon.memory.bits for axon in self.axons)


class ChipOracle(Oracle):
    """Run a network on the cores of a placement.

    Parameters
    ----------
    placement : Placement

    Attributes
    ----------
    cores : list of Core
    out : dict
        (connection, presynaptic neuron) to the (core, input axon) pairs that its spikes go to.
    weights : dict
        Connection to its different effective weights; the weight field holds a number in this list.
    messages : int
        Messages sent so far.
    """

    def __init__(self, placement: Any) -> None:
        super().__init__(placement.network)
        self.placement = placement
        self.cores = [Core() for _ in range(placement.assignment.count)]
        self.messages = 0
        self.weights: dict[str, list[Any]] = {}
        self.out: dict[tuple[str, int], list[tuple[int, int]]] = defaultdict(list)
        for name, population in self.network.populations.items():
            for i in range(population.size):
                core, slot = self._place(name, i)
                if slot in self.cores[core].owners:
                    raise ValueError(f"core {core}: compartment {slot} is held twice")
                self.cores[core].owners[slot] = (name, i)
        for connection in self.network.connections.values():
            self._store(connection)

    def _place(self, name: str, i: int) -> tuple[int, int]:
        assignment = self.placement.assignment
        return int(assignment.cores[name][i]), int(assignment.slots[name][i])

    def _store(self, c: Any) -> None:
        """Write the lists of a connection into the cores that it reaches."""
        pres, posts = indices(c.pre), indices(c.post)
        lists: dict[tuple[int, int], list[Stored]] = defaultdict(list)
        weights = self.weights.setdefault(c.name, [0])
        numbers = {0: 0}
        learns = c.name in self.learners
        for j, i, delay, value in pairs(c):
            weight = 1 if learns else self.rules.weight(c, value)
            if c.kind == "dense" and not int(value) and not learns:
                continue
            if weight not in numbers:
                numbers[weight] = len(weights)
                weights.append(weight)
            core, slot = self._place(c.post.target.name, posts[i])
            lists[pres[j], core].append(Stored(slot, delay, numbers[weight]))
        rows = {row.core: row for row in self.placement.formats(c.name)}
        fields = self.placement.problem.fields[c.name]
        least = self.placement.chip.index_bits_min
        width = max(fields.weight, (len(weights) - 1).bit_length())
        for (source, core), synapses in lists.items():
            index = rows[core].index_bits
            if c.conv is not None:  # lists are not shared here
                index = index_bits(max(self.cores[core].owners), least)
            widths = Widths(width, fields.delay, fields.tag, index, rows[core].skip_bits)
            ordered = sorted(synapses, key=lambda s: s.slot)
            kind, memory = smallest(ordered, widths)
            self.out[c.name, source].append((core, len(self.cores[core].axons)))
            self.cores[core].axons.append(List(memory, kind, widths, ordered[0].slot))

    def _send(self, name: str, events: list[Event], arrival: int) -> None:
        """Send a message for every axon of every event, and read the lists that they point to."""
        self._events[name].extend(events)
        for c in self.network.connections.values():
            if c.pre.target.name != name:
                continue
            sums: dict[tuple[int, int], Any] = {}
            for _, i, payload in events:
                count = payload if c.graded else 1
                for core, axon in self.out.get((c.name, i), []):
                    self.messages += 1
                    for target, delay, weight in self._delivered(c, i, self.cores[core], axon):
                        sums[delay, target] = sums.get((delay, target), 0) + weight * count
                        self._pairs[arrival + delay, c.post.target.name] += 1
            for (delay, target), total in sums.items():
                key = (arrival + delay, c.post.target.name, target, port_of(c))
                self._sums[key].append(self.rules.accumulated(c, total))

    def _delivered(self, c: Any, source: int, core: Core, axon: int) -> Iterator[tuple[int, int, Any]]:
        """Target neuron, delay and weight of the synapses of a list."""
        memory, kind, widths, first = core.axons[axon]
        stored = read(memory, kind, widths, first)
        for slot in {s.slot for s in stored}:
            if core.owners[slot][0] != c.post.target.name:
                raise ValueError(f"a list of {c.name!r} points to compartment {slot} of {core.owners[slot]}")
        if c.name not in self.learners:
            for slot, delay, number in stored:
                yield core.owners[slot][1], delay, self.weights[c.name][number]
            return
        here = {core.owners[s.slot][1] for s in stored}
        for synapse in self.learners[c.name].outgoing(source):
            if synapse.target in here:
                yield synapse.target, synapse.delay, synapse.weight
