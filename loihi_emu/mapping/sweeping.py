"""What all parts of a population need, measured together."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from loihi_emu.elements import Population
from loihi_emu.mapping import list_kernels as k
from loihi_emu.mapping import sweep_kernels, table_kernels
from loihi_emu.mapping.assignment import Parts
from loihi_emu.mapping.fanin import Fanin
from loihi_emu.mapping.stopping import pieces

Integers = NDArray[np.int64]

ROWS = 1 << 16
"""About so many rows of totals are held before those without lists are dropped."""
SMALL = 20_000
"""Populations with fewer synapses are measured part by part: one call of a kernel for all connections."""


class Swept(NamedTuple):
    """What the parts of a population need for each connection that has lists there.

    Attributes
    ----------
    connection, part : int64 arrays (rows)
        Numbers of the connection into the population, and of the part.
    totals : int64 array (rows, TOTALS)
    taken : int64 array (lists)
        Output axon slots that each list's source takes for it, on all parts.
    """

    connection: Integers
    part: Integers
    totals: Integers
    taken: Integers


def sweep(fanin: Fanin, parts: Parts) -> Swept:
    """Measure all parts."""
    taken = np.zeros(int(fanin.offsets[-1]), np.int64)
    count, connections = len(parts.cores), len(fanin.connections)
    if not connections or fanin.convolved or (fanin.size < SMALL and count <= connections):
        return Swept(*_with_lists(_part_by_part(fanin, parts, taken), 0), taken)
    together = max(1, ROWS // count)
    found = [
        _with_lists(_by_source(fanin, parts, taken, first, first + together), first)
        for first in range(0, connections, together)
    ]
    number, part, totals = found[0] if len(found) == 1 else (np.concatenate(a) for a in zip(*found, strict=True))
    return Swept(number, part, totals, taken)


def _with_lists(totals: Integers, first: int) -> tuple[Integers, Integers, Integers]:
    """Connection (counted from `first` on), part and totals wherever there are lists."""
    number, part = np.nonzero(totals[:, :, k.FOUND])
    return number + first, part, totals[number, part]


def _by_source(fanin: Fanin, parts: Parts, taken: Integers, first: int, last: int) -> Integers:
    """Go through connections first..last - 1 source by source."""
    count = len(parts.cores)
    last = min(last, len(fanin.connections))
    totals, singles = np.zeros((last - first, count, k.TOTALS), np.int64), np.zeros(count, np.int64)
    stats, touched = np.zeros((count, 8), np.int32), np.zeros(count, np.int32)
    ordered = parts.slots[parts.order]
    for number in range(first, last):
        c = fanin.connections[number]
        fanout = taken[fanin.offsets[number] : fanin.offsets[number + 1]]
        where = (fanin.starts[number], fanin.fields[number], parts.order, parts.bounds, parts.slots)
        if c.kind == "sparse":
            for begin, end in pieces(c):
                sweep_kernels.sweep_rows(
                    c.indptr, c.indices, begin, end, c.post.start, c.post.step, *where, parts.part, fanout, singles,
                    stats, touched, totals[number - first],
                )  # fmt: skip
        else:
            sweep_kernels.sweep_matrix(
                fanin.present, *where, ordered, fanout, singles, fanin.by_source, totals[number - first]
            )
    return totals


def _part_by_part(fanin: Fanin, parts: Parts, taken: Integers) -> Integers:
    totals = np.zeros((len(fanin.connections), len(parts.cores), k.TOTALS), np.int64)
    if not fanin.connections:
        return totals
    for p, (first, last) in enumerate(zip(parts.bounds[:-1].tolist(), parts.bounds[1:].tolist(), strict=True)):
        neurons = parts.order[first:last]
        found, lists = fanin.measure(neurons, parts.slots[neurons])
        totals[:, p] = found
        taken[lists] += np.repeat(found[:, k.OUT], found[:, k.FOUND])
    return totals


def axons_of(fanin: Fanin, parts: Parts) -> tuple[Integers, Integers]:
    """Input axons of parts in order, if all connections are sparse, and output axon slots of each list's source."""
    axons, taken = np.zeros(len(parts.cores), np.int64), np.zeros(int(fanin.offsets[-1]), np.int64)
    for number, c in enumerate(fanin.connections):
        lists = np.zeros(len(axons), np.int64)
        fanout = taken[fanin.offsets[number] : fanin.offsets[number + 1]]
        table_kernels.count_lists(c.indptr, c.indices, c.post.start, c.post.step, parts.part, fanout, lists)
        axons += lists * fanin.fields[number, k.SLOTS]
    return axons, taken


def add_fanout(fanin: Fanin, taken: Integers, fanout: dict[str, Integers]) -> None:
    """Add the output axon slots of all lists to those of the neurons before."""
    for number, c in enumerate(fanin.connections):
        if isinstance(c.pre.target, Population):
            first, last = fanin.offsets[number : number + 2].tolist()
            slots, of = taken[first:last], fanout[c.pre.target.name]
            if c.conv is None:
                of[c.pre.start : c.pre.stop : c.pre.step] += slots
            else:
                units = np.arange(last - first)
                of[fanin.sources_of(number, units + first)] += np.repeat(slots, fanin.atoms(number, units))
