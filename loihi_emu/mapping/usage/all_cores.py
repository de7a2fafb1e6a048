"""What all parts of a population need, measured together."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from loihi_emu.mapping.lists import IncomingLists
from loihi_emu.mapping.model import Parts
from loihi_emu.mapping.stopping import PIECE
from loihi_emu.network.elements import Population

Integers = NDArray[np.int64]
Records = NDArray[np.record]

ROWS = 1 << 16
"""About so many rows of totals are held before those without lists are dropped."""


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
    """Measure all parts, some at a time, so that Ctrl-C need not wait long."""
    taken, count = np.zeros(int(incoming.offsets[-1]), np.int64), len(parts.cores)
    together = min(ROWS // max(1, len(incoming.connections)), count * PIECE // max(1, incoming.size))
    each = max(1, together)
    found = []
    for first in range(0, count, each):
        totals = incoming.measure_parts(parts.order, parts.slots, parts.bounds[first : first + each + 1], taken)
        part, number = np.nonzero(totals["found"])
        found.append((number, part + first, totals[part, number]))
    connection, part, totals = found[0] if len(found) == 1 else map(np.concatenate, zip(*found, strict=True))
    return Measured(connection, part, totals, taken)


def add_fanout(incoming: IncomingLists, taken: Integers, fanout: dict[str, Integers]) -> None:
    """Add the output axon slots of all lists to those of the presynaptic neurons."""
    ends = enumerate(pairwise(incoming.offsets.tolist()))
    for c, (number, (first, last)) in zip(incoming.connections, ends, strict=True):
        if isinstance(c.pre.target, Population):
            slots, of = taken[first:last], fanout[c.pre.target.name]
            if c.conv is None:
                of[c.pre.indices if len(slots) < len(of) else slice(None)] += slots
            else:
                units = np.arange(last - first)
                of[incoming.sources_of(number, units + first)] += np.repeat(slots, incoming.atoms(number, units))
