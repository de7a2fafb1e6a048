"""What all parts of a population need, measured together."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np

from loihi_emu.mapping.arrays import Index, Integers, Records
from loihi_emu.mapping.lists import TOTALS, IncomingLists
from loihi_emu.mapping.model import Parts
from loihi_emu.mapping.stopping import PIECE
from loihi_emu.network.elements import Population

ROWS = 1 << 16
"""About so many rows of totals are held before those without lists are dropped."""


class Needs(NamedTuple):
    """What connections need on each core that has lists of them.

    Attributes
    ----------
    number : int64 array (rows)
        Of the connection.
    core : int32 array (rows)
    totals : TOTALS array (rows)
    """

    number: Integers
    core: Index
    totals: Records


def joined(needs: list[Needs]) -> Needs:
    """The rows of all."""
    if len(needs) == 1:
        return needs[0]
    numbers, cores, totals = zip(*needs, strict=True)
    records = np.concatenate(totals, dtype=TOTALS)  # told the type, since looking for one common to all takes its time
    return Needs(np.concatenate(numbers), np.concatenate(cores), records)


def measure_all(incoming: IncomingLists, parts: Parts) -> tuple[Needs, Integers]:
    """What the connections into a population need on each part's core, and output axon slots of each list's source.

    Some parts are measured at a time, so that Ctrl-C need not wait long.
    """
    taken, count = np.zeros(int(incoming.lists.offsets[-1]), np.int64), len(parts.cores)
    together = min(ROWS // max(1, len(incoming.connections)), count * PIECE // max(1, incoming.size))
    each, rows = max(1, together), []
    for first in range(0, count, each):
        totals = incoming.measure_parts(parts.order, parts.slots, parts.bounds[first : first + each + 1], taken)
        part, number = np.nonzero(totals["found"])
        rows.append(Needs(number, parts.cores[part + first], totals[part, number]))
    return joined(rows), taken


def add_fanout(incoming: IncomingLists, taken: Integers, fanout: dict[str, Integers]) -> None:
    """Add the output axon slots of all lists to those of the presynaptic neurons."""
    for number, (c, (first, last)) in enumerate(
        zip(incoming.connections, pairwise(incoming.lists.offsets), strict=True)
    ):
        if isinstance(c.pre.target, Population):
            slots, of = taken[first:last], fanout[c.pre.target.name]
            if len(slots) == len(of):
                of += slots
            else:
                sources, (_, count) = incoming.sources_of(number, np.arange(first, last)), incoming.senders[number]
                of[sources] += np.repeat(slots, count)
