"""Nodes: entries of a table of a neuromorphic core."""

from __future__ import annotations

from typing import Any

import numpy as np

from loihi_emu.errors import invalid


class Nodes:
    """Nodes of a table, allocated in one call, with values by name."""

    def __init__(self, net: Any, table: str, size: int, columns: dict[str, Any]) -> None:
        self.net = net
        self.table = table
        self.size = size
        self.columns = columns

    @property
    def shape(self) -> tuple[int, ...]:
        """``(size,)``."""
        return (self.size,)

    def connect(self, other: object) -> None:
        """Connect these nodes with others, with their configuration, or with an output port."""
        self.net.connect(self, other)

    def __getitem__(self, index: Any) -> NodesPart:
        """Choose nodes for a connection; one may be chosen several times."""
        return NodesPart(self, index)

    def __len__(self) -> int:
        return self.size

    def __repr__(self) -> str:
        return f"{self.size} nodes of {self.table}"


class NodesPart:
    """Some of the nodes of a table, in an order: integers, a slice or an array of truth values say which."""

    def __init__(self, nodes: Nodes, index: Any) -> None:
        try:
            self.index = np.atleast_1d(np.arange(nodes.size)[np.asarray(index) if isinstance(index, list) else index])
        except IndexError as error:
            raise invalid(repr(nodes), "index", str(error), f"0..{nodes.size - 1}") from None
        self.nodes = nodes
        self.net = nodes.net

    def connect(self, other: object) -> None:
        """Connect these nodes, one by one, with as many others."""
        self.net.connect(self, other)

    def __len__(self) -> int:
        return len(self.index)

    def __repr__(self) -> str:
        return f"{len(self)} of {self.nodes!r}"
