"""Rows of a sparse connection that several shares have: of each row the synapses onto one share's targets.

Synapses stay where they are, by source and then by target, so that those of a share lie side by side in every row.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]


class TargetRows(NamedTuple):
    """The synapses of one share.

    Attributes
    ----------
    starts, ends : int64 arrays
        Where those of each source lie.
    targets : int32 array
        Of all synapses: the target of each, counted from the first one of the share that has it.
    """

    starts: Integers
    ends: Integers
    targets: NDArray[np.int32]

    @property
    def places(self) -> Integers:
        """The share's synapses, ascending."""
        counts = self.ends - self.starts
        before = np.concatenate([[0], np.cumsum(counts)])
        found: Integers = np.repeat(self.starts - before[:-1], counts) + np.arange(before[-1])
        return found


def cut_rows(rows: Integers, targets: NDArray[np.int32], bounds: Sequence[int]) -> list[TargetRows]:
    """The rows of all shares; `bounds` are the first target of each, and the number of targets."""
    if len(bounds) == 2:
        return [TargetRows(rows[:-1], rows[1:], targets)]
    edges = np.asarray(bounds)
    owner = np.searchsorted(edges, targets, side="right") - 1
    counted = targets - edges[owner].astype(np.int32)
    places = [rows[:-1]]
    for share in range(len(bounds) - 1):
        before = np.concatenate([[0], np.cumsum(owner == share)])
        places.append(places[-1] + before[rows[1:]] - before[rows[:-1]])
    return [TargetRows(start, end, counted) for start, end in pairwise(places)]
