"""Axons: the synapses of a connection by presynaptic neuron, and how they are spread over cores."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from loihi_emu.mapping.estimate import tally_kernels as k
from loihi_emu.mapping.lists import ATOMS, IncomingLists, units_of_pixel
from loihi_emu.mapping.model import Problem
from loihi_emu.network.elements import Connection, Population, rows_of
from loihi_emu.read_only import writable

Index = NDArray[np.int32]
Integers = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Axons:
    """The synapses of one connection.

    Attributes
    ----------
    connection : Connection
    unit_of : int32 array (presynaptic neurons)
        Unit of each neuron, -1 for none: itself; of a convolution, the channels of a pixel that share a list.
    indptr, targets : int64, int32 arrays
        Targets of unit i (neurons of the whole population after): ``indptr[i]:indptr[i + 1]``.
    delays : int64 array
        Of each synapse, or one.
    starts, cores, counts : int64, int32, int32 arrays
        Lists of unit i: ``starts[i]:starts[i + 1]``, their core and number of synapses.
    home : int32 array
        Core of each presynaptic neuron; empty for inputs.
    """

    connection: Connection
    unit_of: Index
    indptr: Integers
    targets: Index
    delays: Integers
    starts: Integers
    cores: Index
    counts: Index
    home: Index

    @property
    def late(self) -> int:
        """Steps that a spike takes besides the delay: an input's none, a neuron's one."""
        return int(isinstance(self.connection.pre.target, Population))

    @property
    def longest(self) -> int:
        """Most steps from a spike to its arrival."""
        return self.late + int(self.delays.max(initial=0))

    def rows(self) -> Integers:
        """Unit of each list."""
        return np.repeat(np.arange(len(self.starts) - 1), np.diff(self.starts))


def axons_of(problem: Problem, cores: dict[str, Index], count: int) -> list[Axons]:
    """The axons of all connections of a network on so many cores."""
    found = []
    for name, incoming in problem.incoming.items():
        for number, c in enumerate(incoming.connections):
            unit_of, indptr, targets, delays = _by_source(c, incoming, number)
            starts = np.zeros(len(indptr), np.int64)
            none = np.zeros(0, np.int32)
            total = k.split(indptr, targets, cores[name], np.full(count, -1, np.int64), starts, none, none)
            where, counts = np.zeros(total, np.int32), np.zeros(total, np.int32)
            k.split(indptr, targets, cores[name], np.full(count, -1, np.int64), starts, where, counts)
            home = cores.get(c.pre.target.name, none)
            found.append(Axons(c, unit_of, indptr, targets, delays, starts, where, counts, home))
    return found


def _by_source(c: Connection, incoming: IncomingLists, number: int) -> tuple[Index, Integers, Index, Integers]:
    """Units of the presynaptic neurons, and the targets and delays of each unit."""
    if c.conv is not None:
        return _convolution(c, incoming, number)
    unit_of = np.full(c.pre.target.size, -1, np.int32)
    unit_of[c.pre.start : c.pre.stop : c.pre.step] = np.arange(c.pre.size)
    if c.kind == "sparse":
        (indptr, after), delays = rows_of(c), c.delays
    else:
        stored = np.ones(c.values.shape, bool) if c.learning is not None else c.values != 0
        before, place = np.nonzero(stored.T)
        indptr = np.searchsorted(before, np.arange(c.pre.size + 1))
        after = place.astype(np.int32)
        delays = c.delays[place, before] if c.delays.ndim else c.delays
    whole = c.post.start == 0 and c.post.step == 1
    targets = after if whole else c.post.start + after * c.post.step
    return unit_of, _integers(indptr), np.ascontiguousarray(targets, np.int32), _integers(writable(delays))


def _convolution(c: Connection, incoming: IncomingLists, number: int) -> tuple[Index, Integers, Index, Integers]:
    assert c.conv is not None
    starts = incoming.starts[number]
    units = incoming.by_target(number)
    lists = int(incoming.offsets[number + 1] - incoming.offsets[number])
    order = np.argsort(units, kind="stable")
    targets = np.repeat(np.arange(incoming.population.size, dtype=np.int32), np.diff(starts))[order]
    indptr = np.zeros(lists + 1, np.int64)
    np.cumsum(np.bincount(units, minlength=lists), out=indptr[1:])
    chunks, per_group, _ = units_of_pixel(c)
    channels = c.conv.kernel.shape[3]
    pixel, channel = np.divmod(np.arange(c.pre.target.size), channels * c.conv.groups)
    group, within = np.divmod(channel, channels)
    unit_of = pixel * chunks + group * per_group + within // ATOMS
    return unit_of.astype(np.int32), indptr, targets, _integers(writable(c.delays))


def _integers(values: NDArray[np.integer]) -> Integers:
    return np.ascontiguousarray(np.atleast_1d(values), np.int64)
