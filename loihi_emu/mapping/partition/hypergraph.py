"""The lists of a network as nets: who sends them, who is reached by them, and what they weigh."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from loihi_emu.mapping.arrays import Index, Integers, Numbers
from loihi_emu.mapping.lists import index_bits, list_bits
from loihi_emu.mapping.model import KINDS, Problem
from loihi_emu.mapping.traffic import Rates

FAINT = 1e-4
"""What a source that never spikes weighs, in average ones: its targets share memory and axons if they are together."""


class Hypergraph(NamedTuple):
    """Lists of all connections, over all neurons in the order of populations.

    Attributes
    ----------
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

    starts: Integers
    nets: Index
    sent_starts: Integers
    sent: Index
    source: Index
    weight: Numbers
    slots: Integers
    kind: Index
    bits: Integers
    group: Index

    @property
    def neurons(self) -> int:
        """Number of neurons."""
        return len(self.group)

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
        ties = sparse.csr_matrix((weight[nets], source, starts), (n, n))
        ties.sum_duplicates()  # adding is twice as fast then
        ties = (ties + ties.T).tocsr()
        ties.sort_indices()
        return ties


def hypergraph_of(problem: Problem, rates: Rates, most: int) -> Hypergraph:
    """Gather the lists of a problem; `most` is about how many compartments of a core are used."""
    sizes = np.asarray([p.size for p in problem.populations.values()])
    bases = dict(zip(problem.populations, np.cumsum(sizes) - sizes, strict=True))
    counts, nets, lists = [], [], 0
    of_lists: list[tuple[NDArray[Any], ...]] = [(np.zeros(0, np.int32), np.zeros(0), np.zeros(0, np.int64))]
    widths = [np.zeros(0, np.int64)]
    for incoming in problem.incoming.values():
        starts, offsets = incoming.lists.starts, incoming.lists.offsets
        here = np.diff(starts)
        count = here.sum(axis=0)
        at = np.zeros(int(count.sum()), np.int32)
        first = np.cumsum(count) - count
        for c, connection in enumerate(incoming.connections):
            begin, end = starts[c, 0], starts[c, -1]
            places = np.repeat(first - (starts[c, :-1] - begin), here[c]) + np.arange(end - begin)
            at[places] = incoming.by_target(c) + np.int32(lists + offsets[c])
            first = first + here[c]
            name, d = connection.pre.target.name, incoming.lists.descriptions[c]
            who, spikes = _senders(incoming, c, rates[name])
            if name in bases:
                who = who + bases[name]
            else:
                who, spikes = np.full(len(who), -1), np.zeros(len(who))
            of_lists.append((who, spikes, np.full(len(who), d["axon_slots"])))
            widths.append(np.full(len(who), d["synapse_bits"]))
        counts.append(count)
        nets.append(at)
        lists += int(offsets[-1])
    source, weight, slots = (np.concatenate(each) for each in zip(*of_lists, strict=True))
    source = source.astype(np.int32)
    sent = np.argsort(source, kind="stable").astype(np.int32)
    sent_starts = np.searchsorted(source[sent], np.arange(problem.neurons + 1)).astype(np.int64)
    starts = np.concatenate([[0], np.cumsum(np.concatenate(counts))]).astype(np.int64)
    bits, kind = np.unique(np.concatenate(widths), return_inverse=True)
    memory = [_bits(problem, int(width), most) for width in bits] or [np.zeros(2, np.int64)]
    return Hypergraph(
        starts, np.concatenate(nets), sent_starts, sent, source, weight, slots, kind.astype(np.int32),
        np.stack(memory), _groups(problem),
    )  # fmt: skip


def _senders(incoming: Any, c: int, rates: Numbers) -> tuple[Integers, Numbers]:
    """First source neuron and spikes per step of the lists of a connection."""
    first, channels = incoming.senders[c]
    if incoming.connections[c].conv is None:
        return first, rates[first]
    sums = np.concatenate([[0], np.cumsum(rates)])
    return first, sums[first + channels] - sums[first]


def _bits(problem: Problem, bits: int, most: int) -> Integers:
    """Memory of lists of 0, 1, 2, ... synapses with an index each."""
    longest = min(problem.limit("compartments"), problem.neurons) + 1
    index = index_bits(most - 1, problem.chip.index_bits_min)
    memory = [0, *(list_bits(n, bits + (index if n > 1 else 0), problem.chip) for n in range(1, longest + 1))]
    return np.asarray(memory, np.int64)


def _groups(problem: Problem) -> Index:
    """Numbers that are equal for neurons with equal profiles, formats, traces and delays."""
    rows, known = [], dict[Any, int]()
    for name, p in problem.populations.items():
        kinds = (frozenset(problem.kinds_onto[name][resource]) for resource in KINDS)
        key = (*kinds, max((problem.delay(c) for c in problem.incoming[name].connections), default=0))
        columns = (*problem.profiles.every(name), np.asarray(known.setdefault(key, len(known))))
        rows.append(np.stack([np.broadcast_to(column, p.size) for column in columns], 1))
    every = np.concatenate(rows)
    if np.all(every == every[0]):
        return np.zeros(len(every), np.int32)
    return np.asarray(np.unique(every, axis=0, return_inverse=True)[1].reshape(-1), np.int32)
