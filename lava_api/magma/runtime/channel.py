"""Channels: queues of messages between two models, or between a model and the program around it."""

from __future__ import annotations

import threading
from collections import deque
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

import numpy as np

if TYPE_CHECKING:
    from greenlet import greenlet
    from numpy.typing import DTypeLike

CHANNEL_MESSAGES = 64
"""Messages that a channel holds before its sender waits (Lava's ``pypy_channel_size``)."""


class PortChannel:
    """A first-in-first-out queue whose empty or full end makes a model wait, and others run.

    `source` and `target` are process and port at either end, for errors; it holds `capacity` messages.
    """

    __slots__ = ("capacity", "missed", "queue", "reader", "scheduler", "source", "target", "watched", "writer")

    def __init__(self, source: tuple[str, str], target: tuple[str, str], capacity: int = CHANNEL_MESSAGES) -> None:
        self.source = source
        self.target = target
        self.capacity = capacity
        self.queue: deque[Any] = deque()
        self.reader: greenlet | None = None
        self.writer: greenlet | None = None
        self.scheduler: Any = None
        self.watched = False
        self.missed: int | None = None

    def __repr__(self) -> str:
        return f'<{type(self).__name__} "{self.source[0]}".{self.source[1]} -> "{self.target[0]}".{self.target[1]}>'

    @property
    def name(self) -> str:
        """Port at the receiving end."""
        return self.target[1]

    def recv(self) -> Any:
        """Take the oldest message; wait for one."""
        queue = self.queue
        if not queue:
            self.scheduler.wait(self, reading=True)
        message = queue.popleft()
        if self.writer is not None:
            self.scheduler.wake(self.writer)
            self.writer = None
        elif self.watched:
            self.scheduler.stop_for_host()
        return message

    def peek(self) -> Any:
        """Return the oldest message and leave it there; wait for one."""
        if not self.queue:
            self.scheduler.wait(self, reading=True)
        return self.queue[0]

    def probe(self) -> bool:
        """Return whether there is a message; a model that asks again in one time step lets the others go on first."""
        return bool(self.queue) or (self.scheduler is not None and self.scheduler.missed(self))

    def send(self, message: Any) -> None:
        """Append a message; wait while the channel is full."""
        if len(self.queue) >= self.capacity:
            self.scheduler.wait(self, reading=False)
        self.queue.append(message)
        if self.reader is not None:
            self.scheduler.wake(self.reader)
            self.reader = None
        elif self.watched:
            self.scheduler.stop_for_host()


class HostChannel(PortChannel):
    """A channel with one end in a model and the other in the program that runs it.

    A process makes one, hands it to its model in `proc_params`, and sends to it or receives from it in its own methods.
    Where the program would wait, the run in progress goes on until there is a message or room for one. `process` and
    `port` are those at the model's end, for errors.
    """

    __slots__ = ("patient", "users")

    def __init__(self, process: str, port: str, capacity: int = CHANNEL_MESSAGES) -> None:
        super().__init__((process, port), (process, port), capacity)
        self.users: WeakSet[threading.Thread] = WeakSet()
        self.patient = True

    def try_peek(self) -> Any:
        """Return the oldest message and leave it there; for one go on with the run, but wait for no other thread."""
        self.patient = False
        try:
            return self.peek()
        finally:
            self.patient = True

    def recv(self) -> Any:
        self.users.add(threading.current_thread())
        return super().recv()

    def is_used(self) -> None:
        """Note that the calling thread will send or receive."""
        self.users.add(threading.current_thread())

    def may_drive(self) -> bool:
        """Return whether it is empty and the calling thread can go on with a run that may fill it."""
        return not self.queue and (self.scheduler.may_drive is None or self.scheduler.may_drive())

    def is_ready(self, *, reading: bool) -> bool:
        """Return whether there is a message, or room for one."""
        return bool(self.queue) if reading else len(self.queue) < self.capacity

    def is_bound(self) -> bool:
        """Return whether a runtime was built with it."""
        return self.scheduler is not None

    def __getstate__(self) -> tuple[tuple[str, str], int]:
        return self.source, self.capacity

    def __setstate__(self, state: tuple[tuple[str, str], int]) -> None:
        self.__init__(*state[0], state[1])  # type: ignore[misc]


class PipeEnd:
    """The end of an external pipe that the program around a network holds; it sends, or else receives."""

    def __init__(self, channel: HostChannel, shape: tuple[int, ...], d_type: DTypeLike, *, sends: bool) -> None:
        self._channel, self._shape, self._d_type, self._sends = channel, shape, d_type, sends

    def probe(self) -> bool:
        """Return whether :meth:`send`, or :meth:`recv`, would not wait."""
        return self._channel.is_ready(reading=not self._sends)

    def send(self, message: Any) -> None:
        """Append a copy of a message in the type of the port; wait while the pipe is full.

        Raises
        ------
        AssertionError
            When the shape is not the port's.
        """
        array = np.array(message, self._d_type)
        if array.shape != self._shape:
            raise AssertionError(f"{self._channel!r}: sent shape {array.shape}, the port has shape {self._shape}")
        self._channel.is_used()
        self._channel.send(array)

    def recv(self) -> Any:
        """Take a copy of the oldest message, which other receivers share; wait for one."""
        message = self._channel.recv()
        return tuple(part.copy() for part in message) if isinstance(message, tuple) else message.copy()
