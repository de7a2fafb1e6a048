"""The lists of a network as nets: who sends them, who is reached by them, and what they weigh."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from loihi_emu.mapping.lists import ATOMS, index_bits, list_bits, units_of_pixel
from loihi_emu.mapping.model import KINDS, SETTINGS, Problem, part_of
from loihi_emu.mapping.partition.tables import Nets
from loihi_emu.mapping.traffic import Rates

Numbers = NDArray[np.float64]
FAINT = 1e-4
"""What a source that never spikes weighs, in average ones: its targets share memory and axons if they are together."""


@dataclass(frozen=True, eq=False)
class Hypergraph:
    """Lists of all connections, over all neurons in the order of populations.

    Attributes
    ----------
    offsets : dict
        Population name to the number of its first neuron.
    starts, nets : int64 array (neurons + 1), int32 array
        Lists of which each neuron is a target.
    sent_starts, sent : int64 array (neurons + 1), int32 array
        Lists of which each neuron is the source.
    source : int32 array
        Source neuron of each list, -1 for inputs; of a convolution's unit, its first channel.
    weight : float64 array
        Spikes per step.
    slots, kind : int64, int32 arrays
        Input axon slots of each list, and its row of `bits`.
    bits : int64 array (kinds, compartments + 2)
        Memory of a list by its length, in the sparse format.
    group : int32 array
        Of each neuron: equal numbers for neurons that can share a core whatever else is on it.
    """

    offsets: dict[str, int]
    starts: NDArray[np.int64]
    nets: NDArray[np.int32]
    sent_starts: NDArray[np.int64]
    sent: NDArray[np.int32]
    source: NDArray[np.int32]
    weight: Numbers
    slots: NDArray[np.int64]
    kind: NDArray[np.int32]
    bits: NDArray[np.int64]
    group: NDArray[np.int32]

    @property
    def arrays(self) -> Nets:
        """The arrays for kernels."""
        return Nets(*(getattr(self, name) for name in Nets._fields))

    @property
    def neurons(self) -> int:
        """Number of neurons."""
        return len(self.group)

    def flat(self, by_population: dict[str, NDArray[Any]]) -> NDArray[Any]:
        """Arrays of all populations as one."""
        return np.concatenate([by_population[name] for name in self.offsets])

    def parts(self, flat: NDArray[Any]) -> dict[str, NDArray[Any]]:
        """An array over all neurons as one of each population."""
        return dict(zip(self.offsets, np.split(flat, list(self.offsets.values())[1:]), strict=True))

    def population(self) -> NDArray[np.int64]:
        """Number of the population of each neuron."""
        return np.searchsorted(list(self.offsets.values()), np.arange(self.neurons), "right") - 1

    def ties(self, every: int = 1) -> Any:
        """How strongly neurons are tied, symmetric: a list's spikes, shared among its targets, tie them to its source.

        Lists of inputs tie nobody. Looks at every so manieth synapse.
        """
        n, nets, starts = self.neurons, self.nets[::every], -(-self.starts // every)
        reached = np.bincount(nets, minlength=len(self.source))
        weight = self.weight / np.maximum(1, reached)
        weight += FAINT * weight.sum() / max(1, len(weight)) if weight.any() else 1.0
        weight[self.source < 0] = 0
        source = np.maximum(self.source, 0)[nets]
        found = sparse.csr_matrix((weight[nets], source, starts), (n, n))
        found.sum_duplicates()  # adding is twice as fast then
        found = (found + found.T).tocsr()
        found.sort_indices()
        return found


def hypergraph_of(problem: Problem, rates: Rates, most: int) -> Hypergraph:
    """Gather the lists of a problem; `most` is about how many compartments of a core are used."""
    sizes = [p.size for p in problem.populations.values()]
    bases = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    offsets = {name: int(base) for name, base in zip(problem.populations, bases, strict=True)}
    counts, nets, source, weight, slots, kind = [], [], [], [], [], []
    rows: list[NDArray[np.int64]] = []
    kinds: dict[tuple[int, ...], int] = {}
    lists = 0
    for incoming in problem.incoming.values():
        size = incoming.population.size
        count = np.zeros(size, np.int64)
        here = [np.diff(incoming.starts[c]) for c in range(len(incoming.connections))]
        for n in here:
            count += n
        at = np.zeros(int(count.sum()), np.int32)
        first = np.cumsum(count) - count
        for c, connection in enumerate(incoming.connections):
            start, stop = incoming.starts[c, 0], incoming.starts[c, -1]
            places = np.repeat(first - (incoming.starts[c, :-1] - start), here[c]) + np.arange(stop - start)
            at[places] = incoming.by_target(c) + np.int32(lists + incoming.offsets[c])
            first = first + here[c]
            number = int(incoming.offsets[c + 1] - incoming.offsets[c])
            name = connection.pre.target.name
            who, spikes = _senders(incoming, c, number, rates[name])
            source.append(who + offsets[name] if name in offsets else np.full(number, -1))
            weight.append(spikes if name in offsets else np.zeros(number))
            d = incoming.descriptions[c]
            slots.append(np.full(number, d["axon_slots"]))
            key = (int(d["synapse_bits"]),)
            kind.append(np.full(number, kinds.setdefault(key, len(kinds)), np.int32))
            if len(rows) < len(kinds):
                rows.append(_bits(problem, key[0], most))
        counts.append(count)
        nets.append(at)
        lists += int(incoming.offsets[-1])
    everyone = np.concatenate(source).astype(np.int32) if source else np.zeros(0, np.int32)
    order = np.argsort(everyone, kind="stable").astype(np.int32)
    neurons = int(sum(sizes))
    sent_starts = np.searchsorted(everyone[order], np.arange(neurons + 1)).astype(np.int64)
    return Hypergraph(
        offsets,
        np.concatenate([[0], np.cumsum(np.concatenate(counts))]).astype(np.int64),
        np.concatenate(nets), sent_starts, order, everyone,
        np.concatenate(weight) if weight else np.zeros(0),
        np.concatenate(slots) if slots else np.zeros(0, np.int64),
        np.concatenate(kind) if kind else np.zeros(0, np.int32),
        np.stack(rows) if rows else np.zeros((1, 2), np.int64),
        _groups(problem),
    )  # fmt: skip


def _senders(incoming: Any, c: int, number: int, rates: Numbers) -> tuple[NDArray[np.int64], Numbers]:
    """Source neuron and spikes per step of the lists of a connection."""
    connection = incoming.connections[c]
    if connection.conv is None:
        who = connection.pre.indices
        return who, rates[who]
    channels = connection.conv.kernel.shape[3]
    units, per_group, _ = units_of_pixel(connection)
    pixel, unit = np.divmod(np.arange(number), units)
    group = pixel * connection.conv.groups + unit // per_group
    first = group * channels + unit % per_group * ATOMS
    after = np.minimum(first + ATOMS, (group + 1) * channels)
    sums = np.concatenate([[0], np.cumsum(rates)])
    return first, sums[after] - sums[first]


def _bits(problem: Problem, bits: int, most: int) -> NDArray[np.int64]:
    """Memory of lists of 0, 1, 2, ... synapses with an index each."""
    longest = min(problem.limit("compartments"), problem.neurons) + 1
    index = index_bits(most - 1, problem.chip.index_bits_min)
    found = [0, *(list_bits(n, bits + (index if n > 1 else 0), problem.chip) for n in range(1, longest + 1))]
    return np.asarray(found, np.int64)


def _groups(problem: Problem) -> NDArray[np.int32]:
    """Numbers that are equal for neurons with equal profiles, formats, traces and delays."""
    columns: list[list[NDArray[Any]]] = [[] for _ in range(4 + len(SETTINGS))]
    known: dict[Any, int] = {}
    profiles = problem.profiles
    for name, p in problem.populations.items():
        connections = problem.incoming[name].connections
        key = (
            *(frozenset(problem.kinds_onto(name)[resource]) for resource in KINDS),
            max((problem.delay(c) for c in connections), default=0),
        )
        neurons = np.arange(p.size)
        given = (profiles.compartment[name], profiles.threshold[name], profiles.core[name], *profiles.settings[name])
        for column, identities in zip(columns, given, strict=False):
            column.append(np.broadcast_to(part_of(identities, neurons), p.size))
        columns[-1].append(np.full(p.size, known.setdefault(key, len(known))))
    rows = np.stack([np.concatenate(column) for column in columns], 1)
    if np.all(rows == rows[0]):
        return np.zeros(len(rows), np.int32)
    return np.asarray(np.unique(rows, axis=0, return_inverse=True)[1].reshape(-1), np.int32)
