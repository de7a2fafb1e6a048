"""Border: messages that come into a region from outside, and those that leave it."""

from __future__ import annotations

from functools import partial
from typing import Any

from lava_api.magma.compiler.program import Link
from lava_api.magma.kernels.base import Kernel
from lava_api.magma.kernels.messages import Message
from lava_api.magma.kernels.parts import Arrival, Turn
from lava_api.magma.kernels.plan import sent_type


class Border:
    """Channels and external pipes of the kernels of a region.

    Parameters
    ----------
    kernels : dict
        Kernel of each process.
    incoming : dict
        Links by their target port.
    channels : dict
        Channel of each link whose other end is outside.
    pipes : dict
        External pipes by their ports.

    Attributes
    ----------
    gates : list of Arrival
        What is received in every step.
    outside, piped : dict
        Messages that take it, by link and by port.
    early : list
        Messages that begin a step, with the channels to send them through.
    late : list
        Messages that end one, also with the process that sends them.
    """

    def __init__(
        self,
        kernels: dict[Any, Kernel],
        incoming: dict[Any, list[Link]],
        channels: dict[Link, Any],
        pipes: dict[Any, Any],
    ) -> None:
        self.kernels = kernels
        self.gates: list[Arrival] = []
        self.outside: dict[Link, Message] = {}
        self.piped: dict[Any, Message] = {}
        self.early: list[tuple[Message, Any]] = []
        self.late: list[tuple[Message, Any, Any]] = []
        for process, kernel in kernels.items():
            for port in process.in_ports:
                if port in pipes:
                    message = self.piped[port] = Message(port.shape, sent_type(port))
                    self.gates.append(Arrival(pipes[port], message, kernel))
                for link in incoming.get(port, ()):
                    if link in channels:
                        message = self.outside[link] = kernel.arrives(port, link.source)
                        self.gates.append(Arrival(channels[link], message, kernel))
        self._leaving = [(link.source, channel) for link, channel in channels.items() if link.source.process in kernels]
        self._pipes = pipes
        self.is_crossed = bool(channels or pipes)

    def open(self, messages: dict[Any, Message]) -> None:
        """Note the messages that leave, of those that ports send."""
        for port, channel in [*self._leaving, *((port, self._pipes[port]) for port in messages if port in self._pipes)]:
            message = messages[port]
            message.wanted = True
            if self.kernels[port.process].early:
                self.early.append((message, channel))
            else:
                self.late.append((message, channel, port.process))

    def send_early(self, turn: Turn) -> None:
        """Send what begins a step."""
        for message, channel in self.early:
            self._send(message, channel, turn)

    def send_late(self, turn: Turn, processes: Any = None) -> None:
        """Send what all or some processes have sent in a step."""
        for message, channel, source in self.late:
            if processes is None or source in processes:
                self._send(message, channel, turn)

    def _send(self, message: Message, channel: Any, turn: Turn) -> None:
        """Send a message; one that there is no room for waits in a job of its own."""
        if len(channel.queue) < channel.capacity:
            channel.send(message.get())
        else:
            turn.spawn(self, partial(channel.send, message.get()))
