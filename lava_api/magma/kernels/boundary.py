"""The boundary of a subgraph: messages that come into it from outside, and those that leave it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from lava_api.magma.compiler.process_graph import Link
from lava_api.magma.kernels.connections import Connections
from lava_api.magma.kernels.inputs import ChannelInput, PhaseJobs
from lava_api.magma.kernels.message_types import sent_type
from lava_api.magma.kernels.messages import Message
from lava_api.magma.kernels.scheduled import Scheduled, Unpacking
from lava_api.magma.runtime.channel import PortChannel

if TYPE_CHECKING:
    from collections.abc import Container, Mapping

    from lava_api.magma.core.process.ports.ports import InPort, OutPort
    from lava_api.magma.core.process.process import AbstractProcess


class Boundary:
    """Channels and external pipes of the kernels of a subgraph."""

    def __init__(self, kernels: Mapping[AbstractProcess, Scheduled], connections: Connections) -> None:
        channels, pipes = connections.channels, connections.pipes
        self.kernels = kernels
        self.inputs: list[ChannelInput] = []  # what is received in every step
        # Messages of the boundary's own take it, so that no Python model sees a buffer change, nor changes one.
        self.from_links: dict[Link, Message] = {}
        self.from_pipes: dict[InPort, Message] = {}
        # What begins a step, and what ends one, with the channels to send it through, and the process that sends it.
        self.sent_first: list[tuple[Message, PortChannel]] = []
        self.sent_last: list[tuple[Message, PortChannel, AbstractProcess]] = []
        for process, kernel in kernels.items():
            for port in process.in_ports:
                if port in pipes:
                    message = self.from_pipes[port] = Message(port.shape, sent_type(port))
                    self.inputs.append(ChannelInput(pipes[port], message, kernel))
                for link in connections.incoming.get(port, ()):
                    if link in channels:
                        message = self.from_links[link] = _incoming(kernel, port, link.source)
                        self.inputs.append(ChannelInput(channels[link], message, kernel))
        self._leaving = [(link.source, channel) for link, channel in channels.items() if link.source.process in kernels]
        self._pipes = pipes
        self.is_crossed = bool(channels or pipes)

    def open(self, messages: dict[OutPort, Message]) -> None:
        """Note the messages that leave, of those that ports send."""
        for port, channel in [*self._leaving, *((port, self._pipes[port]) for port in messages if port in self._pipes)]:
            message = messages[port]
            message.wanted = True
            if self.kernels[port.process].sends_first:
                self.sent_first.append((message, channel))
            else:
                self.sent_last.append((message, channel, port.process))

    def send_first(self, jobs: PhaseJobs) -> None:
        """Send what begins a step."""
        for message, channel in self.sent_first:
            self._send(message, channel, jobs)

    def send_last(self, jobs: PhaseJobs, processes: Container[AbstractProcess] | None = None) -> None:
        """Send what all or some processes have sent in a step."""
        for message, channel, source in self.sent_last:
            if processes is None or source in processes:
                self._send(message, channel, jobs)

    def _send(self, message: Message, channel: PortChannel, jobs: PhaseJobs) -> None:
        """Send a message; one that there is no room for waits in a job of its own, and nothing waits for it."""
        if len(channel.queue) < channel.capacity:
            channel.send(message.get())
        else:
            jobs.spawn(self, partial(channel.send, message.get()))


def _incoming(kernel: Scheduled, port: InPort, source: OutPort) -> Message:
    """Return the message that takes what another port sends to an input of a kernel."""
    own = kernel.incoming(port, source) if isinstance(kernel, Unpacking) else None
    return Message(source.shape, sent_type(source)) if own is None else own
