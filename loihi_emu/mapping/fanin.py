"""Synapses by target: of each population, which lists reach each neuron."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from loihi_emu.chip import Chip
from loihi_emu.elements import Connection, Population
from loihi_emu.mapping import kernels as k
from loihi_emu.mapping import table_kernels
from loihi_emu.mapping.formats import ANY_BLOCK, BASES, blocks_of, fields_of, index_bits

Integers = NDArray[np.int64]
DENSE_ROWS = 1 << 22
"""Weights of a matrix that are looked at together."""


@dataclass(eq=False)
class Fanin:
    """The lists into one population, and the scratch memory to measure them.

    Attributes
    ----------
    population : Population
    connections : tuple of Connection
        Those into it, in order of creation.
    starts : int64 array (connections, neurons + 1)
    synapses, taps : int32 arrays
        Synapses of neuron t by connection c: ``starts[c, t]:starts[c, t + 1]``, each the number of its list among c's.
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
    offsets: Integers
    fields: Integers
    widest: int
    totals: Integers = field(init=False)

    def __post_init__(self) -> None:
        lists = int(self.offsets[-1])
        convolved = any(c.kind == "conv" for c in self.connections)
        size = 1 << max(1, 2 * lists - 1).bit_length() if convolved else 1
        self.totals = np.zeros((len(self.connections), k.TOTALS), np.int64)
        self.stats = np.zeros((lists, 8), np.int32)  # half a cache line each
        self.touched = np.zeros(lists, np.int32)
        self.places = np.zeros(1 << max(1, 2 * lists - 1).bit_length(), np.int32)
        self.tables = np.zeros((2, size), np.int64)
        self.stamps = np.zeros((3, size), np.int64)
        self._wide = self.fields.copy()
        self._wide[self.fields[:, k.CHUNKS] == 0, k.WIDE] = self.widest
        self._fixed = (self.starts, self.synapses, self.taps, self.offsets)
        self._scratch = (self.stats, self.touched, self.places, self.tables, self.stamps, self.totals)

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
        found = k.measure(*self._fixed, fields, neurons, slots, len(neurons), *self._scratch)
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
        n, bits, axons = k.longest(
            *self._fixed,
            self._wide if wide else self.fields,
            neurons,
            slots,
            len(neurons),
            guess,
            bits_left,
            axons_left,
            *self._scratch,
        )
        return int(n), int(bits), int(axons)

    def need(self, neurons: NDArray[np.int32], slots: NDArray[np.int32], wide: bool = False) -> tuple[int, int]:
        """Synaptic memory bits and input axon slots of all connections in their cheapest forms."""
        self.measure(neurons, slots, wide)
        return self.needed(wide)

    def needed(self, wide: bool = False) -> tuple[int, int]:
        """Bits and slots of what was measured last."""
        bits, axons = k.need(self.totals, self._wide if wide else self.fields)
        return int(bits), int(axons)

    def sources(self, lists: NDArray[np.int32]) -> list[NDArray[np.int64]]:
        """Neurons before that the lists measured last belong to, by connection; of units, all their channels."""
        ends = np.cumsum(self.totals[:, k.FOUND])
        return [self._sources(c, piece) for c, piece in enumerate(np.split(lists, ends[:-1]))]

    def _sources(self, c: int, lists: NDArray[np.int32]) -> NDArray[np.int64]:
        chosen = lists.astype(np.int64) - self.offsets[c]
        connection = self.connections[c]
        if connection.conv is None:
            return np.asarray(connection.pre.start + chosen * connection.pre.step)
        chunks, per_group, last_atoms = chunks_of(connection)
        channels = connection.conv.kernel.shape[3]
        pixel, chunk = np.divmod(chosen, chunks)
        group, part = np.divmod(chunk, per_group)
        starts = pixel * (chunks // per_group * channels) + group * channels + part * k.ATOMS
        atoms = np.where((chosen + 1) % per_group == 0, last_atoms, k.ATOMS)
        within = np.arange(atoms.sum()) - np.repeat(np.cumsum(atoms) - atoms, atoms)
        return np.asarray(np.repeat(starts, atoms) + within)


def chunks_of(c: Connection) -> tuple[int, int, int]:
    """Units per pixel, units per pixel and group, and channels of the last unit of a group."""
    assert c.conv is not None
    channels = c.conv.kernel.shape[3]
    per_group = -(-channels // k.ATOMS)
    return per_group * c.conv.groups, per_group, channels - (per_group - 1) * k.ATOMS


def fanin_of(population: Population, connections: list[Connection], chip: Chip) -> Fanin:
    """Gather the synapses of the connections into a population by target."""
    into = tuple(connections)
    counts = [_counts(c, population.size) for c in into]
    starts = np.zeros((len(into), population.size + 1), np.int64)
    total = 0
    for row, count in zip(starts, counts, strict=True):
        row[0] = total
        np.cumsum(count, out=row[1:])
        row[1:] += total
        total = int(row[-1])
    sources = np.empty(total, np.int32)
    taps = np.zeros(total if any(c.kind == "conv" for c in into) else 0, np.int32)
    offsets = np.zeros(len(into) + 1, np.int64)
    fields = np.zeros((len(into), k.FIELDS), np.int64)
    for number, c in enumerate(into):
        offsets[number + 1] = offsets[number] + _fill(c, starts[number], sources, taps)
        fields[number] = _fields(c, chip)
    return Fanin(population, into, starts, sources, taps, offsets, fields, index_bits(chip.compartments_per_core - 1))


def _fields(c: Connection, chip: Chip) -> list[int]:
    header, block, word = blocks_of(chip)
    slots = (chip.learning_axon_slots or 1) if c.learning is not None else 1
    chunks = chunks_of(c) if c.conv is not None else (0, 0, 0)
    bases = BASES if chip.axons_in is not None else ANY_BLOCK
    return [fields_of(c, chip).bits, header, block, word.bit_length() - 1, slots, *chunks, bases, 0]


def _counts(c: Connection, size: int) -> Integers:
    """Synapses (of convolutions: entries of units) of each target neuron."""
    counts = np.zeros(size, np.int64)
    if c.kind == "sparse":
        assert c.indices is not None
        table_kernels.count_targets(c.indices, c.post.start, c.post.step, counts)
    elif c.kind == "dense":
        stored = c.pre.size if c.learning is not None else np.count_nonzero(c.values, axis=1)
        counts[c.post.start : c.post.stop : c.post.step] = stored
    else:
        assert c.conv is not None
        _, per_group, _ = chunks_of(c)
        inside = _geometry(c)[1].sum(axis=1)
        counts[:] = np.repeat(inside * per_group, c.conv.kernel.shape[0])
    return counts


def _fill(c: Connection, starts: Integers, sources: NDArray[np.int32], taps: NDArray[np.int32]) -> int:
    """Write the synapses of a connection to their places; returns its number of lists."""
    if c.kind == "sparse":
        assert c.indptr is not None and c.indices is not None
        table_kernels.sort_by_target(c.indptr, c.indices, c.post.start, c.post.step, starts[:-1].copy(), sources)
        return c.pre.size
    if c.kind == "dense":
        _fill_dense(c, sources[starts[0] : starts[-1]])
        return c.pre.size
    return _fill_convolution(c, starts, sources, taps)


def _fill_dense(c: Connection, out: NDArray[np.int32]) -> None:
    if c.learning is not None:
        out.reshape(c.post.size, c.pre.size)[:] = np.arange(c.pre.size, dtype=np.int32)
        return
    rows, at = max(1, DENSE_ROWS // max(1, c.pre.size)), 0
    for first in range(0, c.post.size, rows):
        found = np.nonzero(c.values[first : first + rows])[1]
        out[at : at + len(found)] = found
        at += len(found)


def _geometry(c: Connection) -> tuple[Integers, NDArray[np.bool_]]:
    """Pixel before each output position (rows) and kernel position (columns), and whether there is one."""
    conv = c.conv
    assert conv is not None
    (height, width, _), (height_out, width_out, _) = c.pre.target.shape, c.post.target.shape
    _, rows, columns, _ = conv.kernel.shape
    y = np.arange(height_out)[:, None] * conv.stride[0] + np.arange(rows) * conv.dilation[0] - conv.padding[0]
    x = np.arange(width_out)[:, None] * conv.stride[1] + np.arange(columns) * conv.dilation[1] - conv.padding[1]
    y_, x_ = y[:, None, :, None], x[None, :, None, :]
    inside = (y_ >= 0) & (y_ < height) & (x_ >= 0) & (x_ < width)
    pixel = y_ * width + x_
    return pixel.reshape(height_out * width_out, -1), inside.reshape(height_out * width_out, -1)


def _fill_convolution(c: Connection, starts: Integers, sources: NDArray[np.int32], taps: NDArray[np.int32]) -> int:
    assert c.conv is not None
    pixel, inside = _geometry(c)
    channels_out, positions = c.conv.kernel.shape[0], pixel.shape[1]
    chunks, per_group, _ = chunks_of(c)
    group = np.arange(channels_out) // (channels_out // c.conv.groups)
    chunk = group[:, None] * per_group + np.arange(per_group)  # (channels out, units of its group)
    tap = np.arange(positions)[None, :] * channels_out + np.arange(channels_out)[:, None]
    at = int(starts[0])
    for place in range(len(pixel)):
        valid = np.flatnonzero(inside[place])
        units = pixel[place, valid][None, :, None] * chunks + chunk[:, None, :]
        n = units.size
        sources[at : at + n] = units.reshape(-1)
        taps[at : at + n] = np.repeat(tap[:, valid].reshape(-1), per_group)
        at += n
    height, width, _ = c.pre.target.shape
    return height * width * chunks
