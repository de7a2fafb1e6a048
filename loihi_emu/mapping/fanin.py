"""Synapses by target: of each population, which lists reach each neuron."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from loihi_emu.elements import Connection, Population
from loihi_emu.mapping import kernels, table_kernels
from loihi_emu.mapping import list_kernels as k

Integers = NDArray[np.int64]


@dataclass(eq=False)
class Fanin:
    """The lists into one population, and the scratch memory to measure them.

    Attributes
    ----------
    population : Population
    connections : tuple of Connection
        Those into it, in order of creation.
    starts : int64 array (connections, neurons + 1)
        Synapses of neuron t by connection c are ``starts[c, t]:starts[c, t + 1]``; of a dense one counted from 0 on.
    synapses, taps : int32 arrays
        Number of the list of each synapse among its connection's, and of convolutions of its weight; not of dense ones.
    present : uint8 array
        Matrices (targets, sources) of dense connections, one after the other: 1 where there is a synapse.
    offsets : int64 array (connections + 1)
        Number of the first list of each connection.
    fields : int64 array (connections, FIELDS)
    widest : int
        Bits of an index of all compartments of a core.

    What is measured "wide" has all lists but those of convolutions sparse, with indices of the widest: connections with
    equal synapses then have one format.
    """

    population: Population
    connections: tuple[Connection, ...]
    starts: Integers
    synapses: NDArray[np.int32]
    taps: NDArray[np.int32]
    present: NDArray[np.uint8]
    offsets: Integers
    fields: Integers
    widest: int
    totals: Integers = field(init=False)

    def __post_init__(self) -> None:
        lists = int(self.offsets[-1])
        size = 1 << max(1, 2 * lists - 1).bit_length() if self.convolved else 1
        self.totals = np.zeros((len(self.connections), k.TOTALS), np.int64)
        self.stats = np.zeros((lists, 8), np.int32)  # half a cache line each
        self.touched = np.zeros(lists, np.int32)
        self.places = np.zeros(1 << max(1, 2 * lists - 1).bit_length(), np.int32)
        self.by_source = np.zeros((4, int(self.fields[:, k.COLUMNS].max(initial=0))), np.int32)
        self.tables = np.zeros((2, size), np.int64)
        self.stamps = np.zeros((3, size), np.int64)
        self.marks = np.zeros(lists, np.uint8)
        self._wide = self.fields.copy()
        self._wide[self.fields[:, k.CHUNKS] == 0, k.WIDE] = self.widest
        self._fixed = (self.starts, self.synapses, self.taps, self.present, self.offsets)
        self._scratch = (
            self.stats, self.touched, self.places, self.by_source, self.tables, self.stamps, self.totals
        )  # fmt: skip

    @property
    def convolved(self) -> bool:
        """Whether a connection is a convolution."""
        return bool(self.fields[:, k.CHUNKS].any())

    @property
    def sparse(self) -> bool:
        """Whether all connections are sparse."""
        return all(c.kind == "sparse" for c in self.connections)

    @property
    def size(self) -> int:
        """Number of synapses."""
        return int((self.starts[:, -1] - self.starts[:, 0]).sum())

    def by_target(self, c: int) -> NDArray[np.int32]:
        """The number of its list of each synapse of a connection, target by target."""
        starts = self.starts[c]
        if self.connections[c].kind != "dense":
            return self.synapses[starts[0] : starts[-1]]
        found = np.empty(starts[-1], np.int32)
        table_kernels.sources_of(self.present, self.fields[c, k.AT], self.connections[c].pre.size, found)
        return found

    @property
    def payload(self) -> int:
        """Bits of the synapses without headers, gaps and indices, 0 where convolutions share them: the least memory."""
        synapses = self.starts[:, -1] - self.starts[:, 0]
        return int(np.where(self.fields[:, k.CHUNKS] > 0, 0, synapses * self.fields[:, k.SYNAPSE_BITS]).sum())

    def measure(
        self, neurons: NDArray[np.int32], slots: NDArray[np.int32], wide: bool = False
    ) -> tuple[Integers, NDArray[np.int32]]:
        """What neurons (ascending) in compartments `slots` (ascending) of one core need, and the lists they have.

        Returns
        -------
        totals : int64 array (connections, TOTALS)
            Overwritten by the next call; so are the lists.
        lists : int32 array
        """
        fields = self._wide if wide else self.fields
        found = kernels.measure(*self._fixed, fields, neurons, slots, len(neurons), *self._scratch)
        return self.totals, self.touched[:found]

    def longest(
        self,
        neurons: NDArray[np.int32],
        slots: NDArray[np.int32],
        guess: int,
        bits_left: int,
        axons_left: int,
        wide: bool = False,
    ) -> tuple[int, int, int]:
        """How many of the first neurons fit into so much synaptic memory and so many input axon slots.

        Returns also the bits and the slots that they take.
        """
        if not self.connections:
            return len(neurons), 0, 0
        n, bits, axons = kernels.longest(
            *self._fixed,
            self._wide if wide else self.fields,
            neurons,
            slots,
            len(neurons),
            guess,
            bits_left,
            axons_left,
            *self._scratch,
            self.marks,
        )
        return int(n), int(bits), int(axons)

    def need(self, neurons: NDArray[np.int32], slots: NDArray[np.int32], wide: bool = False) -> tuple[int, int]:
        """Synaptic memory bits and input axon slots of all connections in their cheapest forms."""
        self.measure(neurons, slots, wide)
        return self.needed()

    def needed(self) -> tuple[int, int]:
        """Bits and slots of what was measured last."""
        bits, axons = self.totals[:, (k.BITS, k.TAKEN)].sum(axis=0).tolist()
        return bits, axons

    def sources(self, lists: NDArray[np.int32]) -> list[NDArray[np.int64]]:
        """Neurons before that the lists measured last belong to, by connection; of units, all their channels."""
        ends = np.cumsum(self.totals[:, k.FOUND])
        return [self.sources_of(c, piece) for c, piece in enumerate(np.split(lists, ends[:-1]))]

    def sources_of(self, c: int, lists: NDArray[np.int32]) -> NDArray[np.int64]:
        """Neurons before that lists of a connection belong to."""
        chosen = lists.astype(np.int64) - self.offsets[c]
        connection = self.connections[c]
        if connection.conv is None:
            return np.asarray(connection.pre.start + chosen * connection.pre.step)
        chunks, per_group, _ = chunks_of(connection)
        channels = connection.conv.kernel.shape[3]
        pixel, chunk = np.divmod(chosen, chunks)
        group, part = np.divmod(chunk, per_group)
        starts = pixel * (chunks // per_group * channels) + group * channels + part * k.ATOMS
        atoms = self.atoms(c, chosen)
        within = np.arange(atoms.sum()) - np.repeat(np.cumsum(atoms) - atoms, atoms)
        return np.asarray(np.repeat(starts, atoms) + within)

    def atoms(self, c: int, units: Integers) -> Integers:
        """Channels of units of a convolution, counted from 0."""
        _, per_group, last = chunks_of(self.connections[c])
        return np.where((units + 1) % per_group == 0, last, k.ATOMS)


def chunks_of(c: Connection) -> tuple[int, int, int]:
    """Units per pixel, units per pixel and group, and channels of the last unit of a group."""
    assert c.conv is not None
    channels = c.conv.kernel.shape[3]
    per_group = -(-channels // k.ATOMS)
    return per_group * c.conv.groups, per_group, channels - (per_group - 1) * k.ATOMS
