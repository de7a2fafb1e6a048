"""From connections, which are stored by source, to the lists into a population by target."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from loihi_emu.chips.chip import Chip
from loihi_emu.mapping.arrays import Index, Integers
from loihi_emu.mapping.lists import transpose_kernels
from loihi_emu.mapping.lists.formats import ANY_BLOCK, BASES, SynapseFields, blocks_of, index_bits
from loihi_emu.mapping.lists.incoming import IncomingLists, units_of_pixel
from loihi_emu.mapping.lists.records import DESCRIPTION, ListsByTarget
from loihi_emu.mapping.stopping import PIECE, stoppable
from loihi_emu.network.elements import Connection, Population, rows_of


def incoming_lists(
    population: Population, connections: list[Connection], chip: Chip, widths: Mapping[str, SynapseFields]
) -> IncomingLists:
    """The synapses of the connections into a population by target; `widths` are the fields of their synapses."""
    into, size = tuple(connections), population.size
    convolutions = {number: _convolution(c) for number, c in enumerate(into) if c.conv is not None}
    dense = [number for number, c in enumerate(into) if c.kind == "dense"]
    entries = sum(len(units) for _, units, _ in convolutions.values())
    synapses = np.empty(entries + sum(c.synapses for c in into if c.kind == "sparse"), np.int32)
    taps = np.zeros(len(synapses) if convolutions else 0, np.int32)
    starts, offsets = np.zeros((len(into), size + 1), np.int64), np.zeros(len(into) + 1, np.int64)
    rows, present = np.full((len(dense), size), -1), [np.zeros(0, np.uint8)]
    at = first = 0
    for number, c in enumerate(into):
        row, lists = starts[number], c.pre.size
        if number in convolutions:
            counts, units, tap = convolutions[number]
            row[0], row[1:] = at, at + np.cumsum(counts)
            synapses[at : row[-1]], taps[at : row[-1]] = units, tap
            lists = math.prod(c.pre.target.shape[:2]) * units_of_pixel(c)[0]
        elif c.kind == "sparse":
            row[0], (indptr, targets) = at, targets_of(c)
            stoppable(transpose_kernels.transpose, indptr, targets, row, synapses, long=len(targets) > PIECE)
        else:
            present.append(_present(c).reshape(-1))
            rows[dense.index(number), c.post.indices] = first + lists * np.arange(c.post.size)
            row[c.post.indices + 1] = np.count_nonzero(present[-1].reshape(c.post.size, lists), axis=1)
            np.cumsum(row, out=row)
            first += len(present[-1])
        at = at if number in dense else int(row[-1])
        offsets[number + 1] = offsets[number] + lists
    descriptions = np.zeros(len(into), DESCRIPTION)
    common = _description(chip)
    for number, c in enumerate(into):
        slots = (chip.learning_axon_slots or 1) if c.learning is not None else 1
        pixel = units_of_pixel(c) if c.conv is not None else (0, 0, 0)
        matrix = (c.pre.size, dense.index(number)) if number in dense else (0, 0)
        descriptions[number] = (*common, widths[c.name].bits, slots, *pixel, *matrix)
    widest = index_bits(chip.compartments_per_core - 1, chip.index_bits_min)
    lists_ = ListsByTarget(starts, synapses, taps, np.concatenate(present), rows, offsets, descriptions)
    return IncomingLists(population, into, lists_, widest)


def targets_of(c: Connection) -> tuple[Integers, Index]:
    """Targets of a sparse connection by source, as neurons of the whole population, in the types that kernels take.

    Connections may hold them narrower, or draw them when asked: this is asked once, and nothing is kept.
    """
    indptr, indices = rows_of(c)
    if c.post.size < c.post.target.size:
        indices = c.post.indices.astype(np.int32)[indices]
    return indptr.astype(np.int64, copy=False), indices.astype(np.int32, copy=False)


def _description(chip: Chip) -> tuple[int, ...]:
    """What the lists of all connections have in common: the first fields of a DESCRIPTION."""
    header, block, word = blocks_of(chip)
    bases = BASES if chip.axons_in is not None else ANY_BLOCK
    return header, block, word.bit_length() - 1, bases, 0, chip.pop32_axon_slots or 1, chip.index_bits_min


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


def _convolution(c: Connection) -> tuple[Integers, Integers, Integers]:
    """Entries onto each target neuron, and of each entry, target by target, the unit and the number of its weight."""
    assert c.conv is not None
    pixel, inside = _geometry(c)
    channels, positions = c.conv.kernel.shape[0], pixel.shape[1]
    units_each, per_group, _ = units_of_pixel(c)
    group = np.arange(channels) // (channels // c.conv.groups)
    # places, channels out, positions of the kernel, units of a group
    unit = pixel[:, None, :, None] * units_each + (group[:, None] * per_group + np.arange(per_group))[:, None]
    tap = (np.arange(positions) * channels + np.arange(channels)[:, None])[:, :, None]
    there = np.broadcast_to(inside[:, None, :, None], unit.shape)
    counts = np.repeat(inside.sum(axis=1) * per_group, channels)
    return counts, unit[there], np.broadcast_to(tap, unit.shape)[there]
