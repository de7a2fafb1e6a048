"""Ports of a process as its neurocore model sees them: ends of connections between nodes."""

from __future__ import annotations

from typing import Any


class AbstractNcPort:
    """A port of a neurocore process model."""

    def __init__(self, port: Any, net: Any) -> None:
        self.port = port
        self.net = net

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of a message."""
        found: tuple[int, ...] = self.port.shape
        return found

    def __repr__(self) -> str:
        return f"{type(self).__name__} {self.port.name}"


class NcInPort(AbstractNcPort):
    """Where messages arrive."""

    def connect(self, nodes: Any) -> None:
        """Lead messages to neurons, dendritic accumulators or input axons."""
        self.net.connect(self, nodes)


class NcOutPort(AbstractNcPort):
    """Where messages leave; output axons or dendritic accumulators are connected to it."""
