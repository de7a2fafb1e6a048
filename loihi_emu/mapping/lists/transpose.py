"""From connections, which are stored by source, to the lists into a population by target."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from loihi_emu.chips.chip import Chip
from loihi_emu.mapping.lists import transpose_kernels
from loihi_emu.mapping.lists.formats import ANY_BLOCK, BASES, SynapseFields, blocks_of, index_bits
from loihi_emu.mapping.lists.incoming import IncomingLists, units_of_pixel
from loihi_emu.mapping.lists.records import DESCRIPTION, ListsByTarget
from loihi_emu.mapping.stopping import pieces
from loihi_emu.network.elements import Connection, Population, rows_of

Integers = NDArray[np.int64]


def incoming_lists(
    population: Population, connections: list[Connection], chip: Chip, widths: Mapping[str, SynapseFields]
) -> IncomingLists:
    """The synapses of the connections into a population by target; `widths` are the fields of their synapses."""
    into = tuple(connections)
    matrices = {number: _present(c) for number, c in enumerate(into) if c.kind == "dense"}
    starts = np.zeros((len(into), population.size + 1), np.int64)
    descriptions = np.zeros(len(into), DESCRIPTION)
    offsets = np.zeros(len(into) + 1, np.int64)
    total, at = 0, 0
    for number, c in enumerate(into):
        descriptions[number] = _description(c, chip, widths[c.name], at)
        row, matrix = starts[number], matrices.get(number)
        if matrix is not None:
            row[c.post.start + 1 : c.post.stop + 1 : c.post.step] = np.count_nonzero(matrix, axis=1)
            at += matrix.size
        else:
            _count(c, row[1:])
            row[0] = total
        np.cumsum(row, out=row)
        total = total if matrix is not None else int(row[-1])
    sources = np.empty(total, np.int32)
    taps = np.zeros(total if any(c.kind == "conv" for c in into) else 0, np.int32)
    for number, c in enumerate(into):
        offsets[number + 1] = offsets[number] + _fill(c, starts[number], sources, taps)
    present = np.concatenate([m.reshape(-1) for m in matrices.values()]) if matrices else np.zeros(0, np.uint8)
    widest = index_bits(chip.compartments_per_core - 1, chip.index_bits_min)
    lists = ListsByTarget(starts, sources, taps, present, offsets, descriptions)
    return IncomingLists(population, into, lists, widest)


def _description(c: Connection, chip: Chip, widths: SynapseFields, at: int) -> tuple[int, ...]:
    header, block, word = blocks_of(chip)
    slots = (chip.learning_axon_slots or 1) if c.learning is not None else 1
    units = units_of_pixel(c) if c.conv is not None else (0, 0, 0)
    bases = BASES if chip.axons_in is not None else ANY_BLOCK
    matrix = (c.pre.size, c.post.size, c.post.start, c.post.step, at) if c.kind == "dense" else (0, 0, 0, 1, 0)
    common = (widths.bits, header, block, word.bit_length() - 1, slots)
    return *common, *units, bases, 0, chip.pop32_axon_slots or 1, *matrix, chip.index_bits_min


def _count(c: Connection, counts: Integers) -> None:
    """Count the synapses (of convolutions: entries of units) of each target neuron."""
    if c.conv is None:
        for first, last in pieces(c):
            transpose_kernels.count_targets(*rows_of(c), c.post.start, c.post.step, counts, first, last)
    else:
        _, per_group, _ = units_of_pixel(c)
        counts[:] = np.repeat(_geometry(c)[1].sum(axis=1) * per_group, c.conv.kernel.shape[0])


def _fill(c: Connection, starts: Integers, sources: NDArray[np.int32], taps: NDArray[np.int32]) -> int:
    """Write the synapses of a connection that is not dense to their places; returns its number of lists."""
    if c.conv is not None:
        return _fill_convolution(c, starts, sources, taps)
    if c.kind == "sparse":
        places = starts[:-1].copy()
        for first, last in pieces(c):
            transpose_kernels.sort_by_target(*rows_of(c), c.post.start, c.post.step, places, sources, first, last)
    return c.pre.size


def _present(c: Connection) -> NDArray[np.uint8]:
    """1 where a dense connection has a synapse (targets, sources): where no weight is 0, everywhere if it learns."""
    if c.learning is not None:
        return np.ones(c.values.shape, np.uint8)
    return np.asarray(np.not_equal(c.values, 0, order="C").view(np.uint8))


def _geometry(c: Connection) -> tuple[Integers, NDArray[np.bool_]]:
    """Input pixel of each output position (rows) and kernel position (columns), and whether there is one."""
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
    units_each, per_group, _ = units_of_pixel(c)
    group = np.arange(channels_out) // (channels_out // c.conv.groups)
    unit = group[:, None] * per_group + np.arange(per_group)  # (channels out, units of its group)
    tap = np.arange(positions)[None, :] * channels_out + np.arange(channels_out)[:, None]
    at = int(starts[0])
    for place in range(len(pixel)):
        valid = np.flatnonzero(inside[place])
        units = pixel[place, valid][None, :, None] * units_each + unit[:, None, :]
        n = units.size
        sources[at : at + n] = units.reshape(-1)
        taps[at : at + n] = np.repeat(tap[:, valid].reshape(-1), per_group)
        at += n
    height, width, _ = c.pre.target.shape
    return height * width * units_each
