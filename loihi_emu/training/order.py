"""In which order populations are computed: those that loops join together, one step after the other."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from scipy import sparse

from loihi_emu.network.elements import Connection


def stages(populations: Iterable[str], connections: Iterable[Connection]) -> list[list[str]]:
    """Populations in groups: all that a group reads, from outside the group, is in groups before it.

    Examples
    --------
    >>> from loihi_emu import Network
    >>> net = Network()
    >>> cells = [net.population(name, 1, vth=1) for name in "abc"]
    >>> loop = [net.connect(cells[j], cells[k], [[1]]) for j, k in ((2, 1), (1, 2), (1, 0))]
    >>> stages("abc", net.connections.values())
    [['b', 'c'], ['a']]
    """
    names = list(populations)
    number = {name: k for k, name in enumerate(names)}
    edges = [
        (number[c.pre.target.name], number[c.post.target.name]) for c in connections if c.pre.target.name in number
    ]
    pre, post = np.array(edges, np.int64).reshape(-1, 2).T
    shape = (len(names), len(names))
    graph = sparse.csr_matrix((np.ones(len(edges)), (pre, post)), shape=shape)
    groups, group = sparse.csgraph.connected_components(graph, connection="strong")
    waits = {k: {int(group[a]) for a, b in edges if group[b] == k} - {k} for k in range(groups)}
    found: list[list[str]] = []
    while waits:
        ready = min(k for k, others in waits.items() if not others & set(waits))
        del waits[ready]
        found.append([name for name in names if group[number[name]] == ready])
    return found


def has_loop(stage: list[str], connections: Iterable[Connection]) -> bool:
    """Whether neurons of a stage act on each other."""
    return any(c.pre.target.name in stage and c.post.target.name in stage for c in connections)
