"""Messages between the cores of an assignment as a sparse matrix."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from scipy import sparse

from loihi_emu.mapping.model import Assignment, Layout, Problem, tiles
from loihi_emu.mapping.traffic import Rates, messages_by_core

PAIRS_MOST = 30_000_000
"""Entries of the matrix that are counted, at most: there are gigabytes of them otherwise, and nothing to choose."""


@dataclass(frozen=True, eq=False)
class CoreGraph:
    """Messages per step from core to core.

    Attributes
    ----------
    sent : scipy.sparse.csr_matrix (cores, cores)
        From the row's core to the column's, without those that stay on a core.
    """

    sent: Any

    @cached_property
    def both(self) -> Any:
        """Both directions added: symmetric, a scipy.sparse.csr_matrix."""
        both = (self.sent + self.sent.T).tocsr()
        both.sort_indices()
        return both

    @property
    def count(self) -> int:
        """Number of cores."""
        return int(self.sent.shape[0])

    @property
    def total(self) -> float:
        """Messages between cores."""
        return float(self.sent.sum())

    def between_chips(self, layout: Layout) -> float:
        """Messages to cores of other chips."""
        graph = self.sent.tocoo()
        return float(graph.data[layout.chip[graph.row] != layout.chip[graph.col]].sum())

    def hops(self, layout: Layout, chip: Any) -> float:
        """Tiles that messages within chips pass; 0 where a chip's tiles are unknown."""
        place = tiles(layout.core, chip)
        if place is None:
            return 0.0
        graph = self.sent.tocoo()
        near = layout.chip[graph.row] == layout.chip[graph.col]
        row, col, data = graph.row[near], graph.col[near], graph.data[near]
        return float(sum(data @ np.abs(axis[row] - axis[col]) for axis in place))


def core_graph(problem: Problem, assignment: Assignment, rates: Rates) -> CoreGraph | None:
    """Count the messages of all spikes between the cores of an assignment, as :func:`messages.traffic_of` does.

    None if more than :data:`PAIRS_MOST` pairs of cores are connected.
    """
    n, pairs = assignment.count, 0
    rows, columns, values = [np.zeros(0, np.int32)], [np.zeros(0, np.int32)], [np.zeros(0)]
    for core, home, messages in messages_by_core(problem, assignment, rates):
        away = (home != core) & (home >= 0)
        pairs += int(away.sum())
        if pairs > PAIRS_MOST:
            return None
        rows.append(home[away].astype(np.int32))
        columns.append(np.full(len(rows[-1]), core, np.int32))
        values.append(messages[away])
    index = (np.concatenate(rows), np.concatenate(columns))
    return CoreGraph(sparse.csr_matrix((np.concatenate(values), index), (n, n)))
