"""Axons: the synapses of a connection by presynaptic neuron, and how they are spread over cores, as sparse matrices."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from loihi_emu.mapping.arrays import Index
from loihi_emu.mapping.lists import IncomingLists, targets_of
from loihi_emu.mapping.model import Problem
from loihi_emu.network.elements import Connection, Population
from loihi_emu.network.synapse_order import unpacked


@dataclass(frozen=True, eq=False)
class Axons:
    """The synapses of one connection.

    Attributes
    ----------
    connection : Connection
    synapses : dict
        Delay to a csr_matrix of bool (presynaptic neurons, neurons of the whole population after).
    lists : scipy.sparse.csr_matrix (presynaptic neurons, cores)
        Synapses of the list that each neuron has on each core.
    """

    connection: Connection
    synapses: dict[int, Any]
    lists: Any

    @property
    def extra_steps(self) -> int:
        """Steps that a spike takes besides the delay: an input's none, a neuron's one."""
        return int(isinstance(self.connection.pre.target, Population))

    @cached_property
    def longest(self) -> int:
        """Most steps from a spike to its arrival."""
        return self.extra_steps + max(self.synapses, default=0)


def axons_of(problem: Problem, cores: dict[str, Index], count: int) -> list[Axons]:
    """The axons of all connections of a network on so many cores."""
    axons = []
    for name, incoming in problem.incoming.items():
        onto = one_each(cores[name], count)
        for number, c in enumerate(incoming.connections):
            delays, (_, channels) = _delays(c, incoming, number), incoming.senders[number]
            neurons = incoming.sources_of(number, np.arange(*incoming.lists.offsets[number : number + 2]))
            unit_of = np.repeat(np.arange(len(channels)), channels)
            ones, shape = np.ones(len(neurons), np.int64), (c.pre.target.size, delays.shape[0])
            units = sparse.csr_matrix((ones, (neurons, unit_of)), shape)
            by_delay = {}
            for later in np.flatnonzero(np.bincount(delays.data)).tolist():
                arrays = (delays.data == later, delays.indices, delays.indptr)
                synapses = sparse.csr_matrix(arrays, delays.shape, copy=c.varied)
                if c.varied:
                    synapses.eliminate_zeros()
                by_delay[later - 1] = units.astype(bool) @ synapses
            delays.data = np.ones_like(delays.data)
            axons.append(Axons(c, by_delay, units @ (delays @ onto)))
    return axons


def one_each(columns: NDArray[np.integer[Any]], count: int) -> Any:
    """A matrix with a 1 in each row, in this column of so many."""
    rows = np.arange(len(columns) + 1)
    return sparse.csr_matrix((np.ones(len(columns), np.int64), columns, rows), (len(columns), count))


def _delays(c: Connection, incoming: IncomingLists, number: int) -> Any:
    """The delay of each synapse, and 1, as a csr_matrix (units, neurons of the population after)."""
    size, starts = incoming.population.size, incoming.lists.starts[number]
    if c.kind == "sparse":
        c = unpacked(c)
        indptr, targets = targets_of(c)
        data = np.broadcast_to(np.asarray(c.delays, np.int64), targets.shape) + 1
        return sparse.csr_matrix((data, targets, indptr), (c.pre.size, size))
    units = incoming.by_target(number)
    delays = np.asarray(c.delays, np.int64)
    if delays.ndim:  # of a dense connection
        row = np.zeros(size, np.int64)
        row[c.post.indices] = np.arange(c.post.size)
        delays = delays[np.repeat(row, np.diff(starts)), units]
    shape = (int(incoming.lists.offsets[number + 1] - incoming.lists.offsets[number]), size)
    data = np.broadcast_to(delays, units.shape) + 1
    return sparse.csc_matrix((data, units, starts - starts[0]), shape).tocsr()
