"""How late each population is, and the delays that bring everything that meets to the same step.

A graph has no steps: what a neuron sends is there at once. On a chip a spike reaches the next population in the next
step. So a population of depth k computes in step t + k what the graph has at t. A path that is shorter than another to
the same neurons gets delays, as does the constant; what all outputs are late by is in the report. In a loop every
connection takes one step: that is what makes the loop possible.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from loihi_emu.exchange.nir.paths import CONSTANT, Paths


class Timing:
    """Depths by name, and which populations are in one loop.

    Without `align` every population is one step later, and delays are as the graph has them.
    """

    def __init__(self, populations: Sequence[str], paths: Mapping[str, Paths], align: bool = True) -> None:
        self.align = align
        at = {name: i for i, name in enumerate(populations)}
        pairs = [(at[s], at[post]) for post in populations for s, _ in paths[post] if s in at]
        rows, columns = zip(*pairs, strict=True) if pairs else ((), ())
        n = len(populations)
        edges = sparse.csr_matrix((np.ones(len(pairs)), (rows, columns)), (n, n))
        _, labels = connected_components(edges, directed=True, connection="strong")
        self.loop = {name: int(labels[i]) for name, i in at.items()}
        depth: dict[int, int] = dict.fromkeys(self.loop.values(), 0)
        between = {(self.loop[populations[a]], self.loop[populations[b]]) for a, b in pairs}
        between = {(a, b) for a, b in between if a != b}
        for _ in depth:  # as many rounds as the longest path has populations, at most
            changed = False
            for a, b in between:
                if depth[b] < depth[a] + 1:
                    depth[b], changed = depth[a] + 1, True
            if not changed:
                break
        self.depth = {name: depth[self.loop[name]] if align else 0 for name in populations}

    def delay(self, source: str, post: str, steps: int) -> int:
        """Delay of a connection in steps, besides the step that a spike of a population takes anyway."""
        if not self.align:
            return steps
        if source == CONSTANT or source not in self.depth:
            return steps + self.depth[post]
        if self.loop[source] == self.loop[post]:
            return max(steps, 1) - 1
        return steps + self.depth[post] - self.depth[source] - 1

    def wide_loops(self, populations: Sequence[str]) -> list[list[str]]:
        """Loops through several populations."""
        found: dict[int, list[str]] = {}
        if not self.align:
            return []
        for name in populations:
            found.setdefault(self.loop[name], []).append(name)
        return [names for names in found.values() if len(names) > 1]
