"""Machines, and which processes run on each."""

from __future__ import annotations

from collections import UserList
from collections.abc import Iterable
from typing import TYPE_CHECKING

from lava_api.magma.core.resources import AbstractNode

if TYPE_CHECKING:
    from lava_api.magma.core.process.process import AbstractProcess


class Node:
    """A machine, of a class of :mod:`lava_api.magma.core.resources`, with the processes that run on it.

    `id` is its number in the :class:`NodeConfig` it was put into last, -1 before.
    """

    def __init__(self, node_type: type[AbstractNode], processes: list[AbstractProcess]) -> None:
        self.id = -1
        self.node_type = node_type
        self.processes = processes

    def __repr__(self) -> str:
        return f"Node {self.id}: {self.node_type.__name__}, {len(self.processes)} processes"

    def add_process(self, process: AbstractProcess) -> None:
        """Add a process; a :class:`NodeConfig` that has this machine already does not learn of it."""
        self.processes.append(process)


class NodeConfig(UserList[Node]):
    """A list of machines that knows the machine of each process (`node_map`)."""

    def __init__(self, init_list: Iterable[Node] | None = None) -> None:
        super().__init__()
        self.node_map: dict[AbstractProcess, Node] = {}
        for node in init_list or ():
            self.append(node)

    @property
    def nodes(self) -> list[Node]:
        """The machines."""
        return self.data

    def append(self, item: Node) -> None:
        """Add a machine, number it, and note its processes."""
        item.id = len(self.data)
        super().append(item)
        self.node_map.update(dict.fromkeys(item.processes, item))
