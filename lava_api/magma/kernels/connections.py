"""What leads to the kernels of a group, within it and from outside, and out of it."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lava_api.magma.compiler.process_graph import Link
from lava_api.magma.runtime.channel import HostChannel, PortChannel

if TYPE_CHECKING:
    from lava_api.magma.core.process.ports.ports import InPort, OutPort
    from lava_api.magma.core.process.process import AbstractProcess


@dataclass(frozen=True, eq=False)
class Connections:
    """Connections of a group of kernels."""

    incoming: dict[InPort, list[Link]]  # of the whole program
    channels: dict[Link, PortChannel]  # of links whose other end is outside
    pipes: dict[InPort | OutPort, HostChannel]

    def of(self, processes: Container[AbstractProcess]) -> Connections:
        """Return those of some of the processes."""
        channels = {
            link: channel
            for link, channel in self.channels.items()
            if link.source.process in processes or link.target.process in processes
        }
        pipes = {port: pipe for port, pipe in self.pipes.items() if port.process in processes}
        return Connections(self.incoming, channels, pipes)
