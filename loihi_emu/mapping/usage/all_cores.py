"""What all parts of a population need, measured together."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from loihi_emu.mapping.lists import LIST, TOTALS, IncomingLists, source_kernels, transpose_kernels
from loihi_emu.mapping.model import Parts
from loihi_emu.mapping.stopping import pieces
from loihi_emu.network.elements import Population, rows_of

Integers = NDArray[np.int64]
Records = NDArray[np.record]

ROWS = 1 << 16
"""About so many rows of totals are held before those without lists are dropped."""
SMALL = 20_000
"""Populations with fewer synapses are measured part by part: one call of a kernel for all connections."""


class Measured(NamedTuple):
    """What the parts of a population need for each connection that has lists there.

    Attributes
    ----------
    connection, part : int64 arrays (rows)
        Numbers of the connection into the population, and of the part.
    totals : TOTALS array (rows)
    taken : int64 array (lists)
        Output axon slots that each list's source takes for it, on all parts.
    """

    connection: Integers
    part: Integers
    totals: Records
    taken: Integers


def measure_all(incoming: IncomingLists, parts: Parts) -> Measured:
    """Measure all parts."""
    taken = np.zeros(int(incoming.offsets[-1]), np.int64)
    count, connections = len(parts.cores), len(incoming.connections)
    if not connections or incoming.convolved or (incoming.size < SMALL and count <= connections):
        return Measured(*_with_lists(_part_by_part(incoming, parts, taken), 0), taken)
    together = max(1, ROWS // count)
    found = [
        _with_lists(_by_source(incoming, parts, taken, first, first + together), first)
        for first in range(0, connections, together)
    ]
    number, part, totals = found[0] if len(found) == 1 else (np.concatenate(a) for a in zip(*found, strict=True))
    return Measured(number, part, totals, taken)


def _with_lists(totals: Records, first: int) -> tuple[Integers, Integers, Records]:
    """Connection (counted from `first` on), part and totals wherever there are lists."""
    number, part = np.nonzero(totals["found"])
    return number + first, part, totals[number, part]


def _by_source(incoming: IncomingLists, parts: Parts, taken: Integers, first: int, last: int) -> Records:
    """Go through connections first..last - 1 source by source."""
    count = len(parts.cores)
    last = min(last, len(incoming.connections))
    totals, singles = np.zeros((last - first, count), TOTALS), np.zeros(count, np.int64)
    stats, touched = np.zeros(count, LIST), np.zeros(count, np.int32)
    ordered = parts.slots[parts.order]
    for number in range(first, last):
        c = incoming.connections[number]
        fanout = taken[incoming.offsets[number] : incoming.offsets[number + 1]]
        where = (incoming.starts[number], incoming.descriptions[number], parts.order, parts.bounds, parts.slots)
        if c.kind == "sparse":
            for begin, end in pieces(c):
                source_kernels.measure_rows(
                    *rows_of(c), begin, end, c.post.start, c.post.step, *where, parts.part, fanout, singles,
                    stats, touched, totals[number - first],
                )  # fmt: skip
        else:
            by_source, present = incoming.scratch.by_source, incoming.lists.present
            source_kernels.measure_matrix(present, *where, ordered, fanout, singles, by_source, totals[number - first])
    return totals


def _part_by_part(incoming: IncomingLists, parts: Parts, taken: Integers) -> Records:
    totals = np.zeros((len(incoming.connections), len(parts.cores)), TOTALS)
    if not incoming.connections:
        return totals
    for p, (first, last) in enumerate(zip(parts.bounds[:-1].tolist(), parts.bounds[1:].tolist(), strict=True)):
        neurons = parts.order[first:last]
        found, lists = incoming.measure(neurons, parts.slots[neurons])
        totals[:, p] = found
        taken[lists] += np.repeat(found["slots_out"], found["found"])
    return totals


def axons_of(incoming: IncomingLists, parts: Parts) -> tuple[Integers, Integers]:
    """Input axons of parts in order, if all connections are sparse, and output axon slots of each list's source."""
    axons, taken = np.zeros(len(parts.cores), np.int64), np.zeros(int(incoming.offsets[-1]), np.int64)
    for number, c in enumerate(incoming.connections):
        lists = np.zeros(len(axons), np.int64)
        fanout = taken[incoming.offsets[number] : incoming.offsets[number + 1]]
        transpose_kernels.count_lists(*rows_of(c), c.post.start, c.post.step, parts.part, fanout, lists)
        axons += lists * incoming.descriptions["axon_slots"][number]
    return axons, taken


def add_fanout(incoming: IncomingLists, taken: Integers, fanout: dict[str, Integers]) -> None:
    """Add the output axon slots of all lists to those of the presynaptic neurons."""
    for number, c in enumerate(incoming.connections):
        if isinstance(c.pre.target, Population):
            first, last = incoming.offsets[number : number + 2].tolist()
            slots, of = taken[first:last], fanout[c.pre.target.name]
            if c.conv is None:
                of[c.pre.start : c.pre.stop : c.pre.step] += slots
            else:
                units = np.arange(last - first)
                of[incoming.sources_of(number, units + first)] += np.repeat(slots, incoming.atoms(number, units))
