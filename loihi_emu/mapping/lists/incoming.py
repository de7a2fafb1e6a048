"""The lists into a population by target: which of them reach each neuron."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from loihi_emu.mapping.arrays import Index, Integers, Records
from loihi_emu.mapping.lists import measure_kernels as kernels
from loihi_emu.mapping.lists.records import ATOMS, LIST, TOTALS, DenseLists, ListsByTarget, Scratch
from loihi_emu.network.elements import Connection, Population


@dataclass(eq=False)
class IncomingLists:
    """The lists into one population, and the scratch memory to measure them.

    Attributes
    ----------
    population : Population
    connections : tuple of Connection
        Those into it, in order of creation.
    lists : ListsByTarget
    widest : int
        Bits of an index of all compartments of a core.
    """

    population: Population
    connections: tuple[Connection, ...]
    lists: ListsByTarget
    widest: int
    scratch: Scratch = field(init=False)

    def __post_init__(self) -> None:
        lists, columns = int(self.lists.offsets[-1]), int(self.lists.descriptions["columns"].max(initial=0))
        patterns = 1 << max(1, 2 * lists - 1).bit_length() if self.convolved else 1  # at least twice as many
        self.scratch = Scratch(
            np.zeros(lists, LIST), np.zeros(lists, np.int32), DenseLists(*np.zeros((4, columns), np.int32)),
            np.zeros((2, patterns), np.int64), np.zeros((2, patterns), np.int64), np.zeros(1, np.int64),
            np.zeros(len(self.connections), TOTALS), np.zeros(lists, np.int64), np.zeros(lists, np.int64),
        )  # fmt: skip

    @cached_property
    def with_one_index(self) -> IncomingLists:
        """The same with all lists but those of convolutions sparse, with indices of the widest.

        Connections with equal synapses then have one format.
        """
        descriptions = self.lists.descriptions.copy()
        descriptions["one_index"] = np.where(descriptions["units"], 0, self.widest)
        return replace(self, lists=self.lists._replace(descriptions=descriptions))

    @property
    def convolved(self) -> bool:
        """Whether a connection is a convolution."""
        return bool(self.lists.descriptions["units"].any())

    @property
    def sparse(self) -> bool:
        """Whether all connections are sparse."""
        return all(c.kind == "sparse" for c in self.connections)

    @property
    def size(self) -> int:
        """Number of synapses."""
        return int((self.lists.starts[:, -1] - self.lists.starts[:, 0]).sum())

    def by_target(self, c: int) -> Index:
        """The number of its list of each synapse of a connection, target by target."""
        d, starts = self.lists.descriptions[c], self.lists.starts[c]
        if not d.columns:
            return self.lists.synapses[starts[0] : starts[-1]]
        rows = self.lists.rows[d.dense]
        present = self.lists.present[rows[rows >= 0][:, None] + np.arange(d.columns)]
        return np.nonzero(present)[1].astype(np.int32)

    @property
    def payload(self) -> int:
        """Bits of the synapses without headers, gaps and indices, 0 where convolutions share them: the least memory."""
        synapses = self.lists.starts[:, -1] - self.lists.starts[:, 0]
        return int(
            np.where(self.lists.descriptions["units"], 0, synapses * self.lists.descriptions["synapse_bits"]).sum()
        )

    def measure(self, neurons: Index, slots: Index) -> tuple[Records, Index]:
        """What neurons (ascending) in compartments `slots` (ascending) of one core need, and the lists they have.

        Returns
        -------
        totals : TOTALS array (connections)
            Overwritten by the next call; so are the lists.
        lists : int32 array
        """
        count = kernels.measure(self.lists, neurons, slots, self.scratch)
        return self.scratch.totals, self.scratch.touched[:count]

    def longest(
        self, neurons: Index, slots: Index, guess: int, bits_left: int, axons_left: int
    ) -> tuple[int, int, int]:
        """How many of the first neurons fit into so much synaptic memory and so many input axon slots.

        Returns also the bits and the slots that they take.
        """
        if not self.connections:
            return len(neurons), 0, 0
        n, bits, axons = kernels.longest(self.lists, neurons, slots, guess, bits_left, axons_left, self.scratch)
        return int(n), int(bits), int(axons)

    def measure_parts(self, order: Index, slots: Index, bounds: Integers, taken: Integers) -> Records:
        """What parts of the population need (parts, connections); adds the output axon slots of each list to `taken`.

        Parameters
        ----------
        order, slots : int32 arrays
            Neurons part by part, ascending within each, and their compartments.
        bounds : int64 array
            Where each part begins in `order`, and where the last ends.
        taken : int64 array (lists)
        """
        totals = np.zeros((len(bounds) - 1, len(self.connections)), TOTALS)
        kernels.measure_parts(self.lists, order, slots, bounds, self.scratch, totals, taken)
        return totals

    def count_axons(self, order: Index, bounds: Integers) -> tuple[Integers, Integers]:
        """Input axon slots of parts, and in how many parts each list is, none of convolutions."""
        axons, counts = np.zeros(len(bounds) - 1, np.int64), np.zeros(len(self.scratch.marks), np.int64)
        kernels.count_axons(self.lists, order, bounds, np.zeros_like(counts), counts, axons)
        return axons, counts

    def need(self, neurons: Index, slots: Index) -> tuple[int, int]:
        """Synaptic memory bits and input axon slots of all connections in their cheapest forms."""
        totals, _ = self.measure(neurons, slots)
        return int(totals["bits"].sum()), int(totals["axons"].sum())

    def sources(self, lists: Index) -> list[Integers]:
        """Presynaptic neurons that the lists measured last belong to, by connection; of units, all their channels."""
        ends = np.cumsum(self.scratch.totals["found"])
        return [self.sources_of(c, piece) for c, piece in enumerate(np.split(lists, ends[:-1]))]

    def sources_of(self, c: int, lists: NDArray[np.integer[Any]]) -> Integers:
        """Presynaptic neurons that lists of a connection belong to."""
        first, count = (each[lists.astype(np.int64) - self.lists.offsets[c]] for each in self.senders[c])
        if self.connections[c].conv is None:
            return np.asarray(first)
        within = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
        return np.asarray(np.repeat(first, count) + within)

    @cached_property
    def senders(self) -> list[tuple[Integers, Integers]]:
        """By connection, the presynaptic neuron of each list, and how many there are: a unit's channels."""
        senders = []
        for c, lists in zip(self.connections, np.diff(self.lists.offsets).tolist(), strict=True):
            first, count = c.pre.indices, np.broadcast_to(1, lists)
            if c.conv is not None:
                _, per_group, last = units_of_pixel(c)
                group, part = np.divmod(np.arange(lists), per_group)
                first = group * c.conv.kernel.shape[3] + part * ATOMS
                count = np.where(part == per_group - 1, last, ATOMS)
            senders.append((first, count))
        return senders


def units_of_pixel(c: Connection) -> tuple[int, int, int]:
    """Units per pixel, units per pixel and group, and channels of the last unit of a group."""
    assert c.conv is not None
    channels = c.conv.kernel.shape[3]
    per_group = -(-channels // ATOMS)
    return per_group * c.conv.groups, per_group, channels - (per_group - 1) * ATOMS
