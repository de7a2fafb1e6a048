"""The lists into a population by target: which of them reach each neuron."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from loihi_emu.mapping.lists import target_kernels as kernels
from loihi_emu.mapping.lists.records import ATOMS, LIST, TOTALS
from loihi_emu.mapping.lists.transpose_kernels import sources_of
from loihi_emu.network.elements import Connection, Population

Integers = NDArray[np.int64]
Records = NDArray[np.record]


@dataclass(eq=False)
class IncomingLists:
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
    descriptions : DESCRIPTION array (connections)
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
    descriptions: Records
    widest: int
    totals: Records = field(init=False)

    def __post_init__(self) -> None:
        lists = int(self.offsets[-1])
        size = 1 << max(1, 2 * lists - 1).bit_length() if self.convolved else 1
        self.totals = np.zeros(len(self.connections), TOTALS)
        self.stats = np.zeros(lists, LIST)
        self.touched = np.zeros(lists, np.int32)
        self.places = np.zeros(1 << max(1, 2 * lists - 1).bit_length(), np.int32)
        self.by_source = np.zeros((4, int(self.descriptions["columns"].max(initial=0))), np.int32)
        self.tables = np.zeros((2, size), np.int64)
        self.stamps = np.zeros((3, size), np.int64)
        self.marks = np.zeros(lists, np.uint8)
        self._wide = self.descriptions.copy()
        self._wide["wide"] = np.where(self._wide["units"], 0, self.widest)
        self._fixed = (self.starts, self.synapses, self.taps, self.present, self.offsets)
        self._scratch = (
            self.stats, self.touched, self.places, self.by_source, self.tables, self.stamps, self.totals
        )  # fmt: skip

    def _descriptions(self, wide: bool) -> Records:
        return self._wide if wide else self.descriptions

    @property
    def convolved(self) -> bool:
        """Whether a connection is a convolution."""
        return bool(self.descriptions["units"].any())

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
        sources_of(self.present, self.descriptions["at"][c], self.connections[c].pre.size, found)
        return found

    @property
    def payload(self) -> int:
        """Bits of the synapses without headers, gaps and indices, 0 where convolutions share them: the least memory."""
        synapses = self.starts[:, -1] - self.starts[:, 0]
        return int(np.where(self.descriptions["units"], 0, synapses * self.descriptions["synapse_bits"]).sum())

    def measure(
        self, neurons: NDArray[np.int32], slots: NDArray[np.int32], wide: bool = False
    ) -> tuple[Records, NDArray[np.int32]]:
        """What neurons (ascending) in compartments `slots` (ascending) of one core need, and the lists they have.

        Returns
        -------
        totals : TOTALS array (connections)
            Overwritten by the next call; so are the lists.
        lists : int32 array
        """
        found = kernels.measure(*self._fixed, self._descriptions(wide), neurons, slots, len(neurons), *self._scratch)
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
            self._descriptions(wide),
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

    def within_axons(self, neurons: NDArray[np.int32], axons: int) -> int:
        """How many of the first neurons, in any order, have lists for so many input axons; none of convolutions."""
        fixed = (self.starts, self.synapses, self.present, self.offsets, self.descriptions)
        return int(kernels.first_within(*fixed, neurons, len(neurons), axons, self.marks))

    def need(self, neurons: NDArray[np.int32], slots: NDArray[np.int32], wide: bool = False) -> tuple[int, int]:
        """Synaptic memory bits and input axon slots of all connections in their cheapest forms."""
        self.measure(neurons, slots, wide)
        return self.needed()

    def needed(self) -> tuple[int, int]:
        """Bits and slots of what was measured last."""
        return int(self.totals["bits"].sum()), int(self.totals["axons"].sum())

    def sources(self, lists: NDArray[np.int32]) -> list[NDArray[np.int64]]:
        """Presynaptic neurons that the lists measured last belong to, by connection; of units, all their channels."""
        ends = np.cumsum(self.totals["found"])
        return [self.sources_of(c, piece) for c, piece in enumerate(np.split(lists, ends[:-1]))]

    def sources_of(self, c: int, lists: NDArray[np.int32]) -> NDArray[np.int64]:
        """Presynaptic neurons that lists of a connection belong to."""
        chosen = lists.astype(np.int64) - self.offsets[c]
        connection = self.connections[c]
        if connection.conv is None:
            return np.asarray(connection.pre.start + chosen * connection.pre.step)
        units, per_group, _ = units_of_pixel(connection)
        channels = connection.conv.kernel.shape[3]
        pixel, unit = np.divmod(chosen, units)
        group, part = np.divmod(unit, per_group)
        starts = pixel * (units // per_group * channels) + group * channels + part * ATOMS
        atoms = self.atoms(c, chosen)
        within = np.arange(atoms.sum()) - np.repeat(np.cumsum(atoms) - atoms, atoms)
        return np.asarray(np.repeat(starts, atoms) + within)

    def atoms(self, c: int, units: Integers) -> Integers:
        """Channels of units of a convolution, counted from 0."""
        _, per_group, last = units_of_pixel(self.connections[c])
        return np.where((units + 1) % per_group == 0, last, ATOMS)


def units_of_pixel(c: Connection) -> tuple[int, int, int]:
    """Units per pixel, units per pixel and group, and channels of the last unit of a group."""
    assert c.conv is not None
    channels = c.conv.kernel.shape[3]
    per_group = -(-channels // ATOMS)
    return per_group * c.conv.groups, per_group, channels - (per_group - 1) * ATOMS
