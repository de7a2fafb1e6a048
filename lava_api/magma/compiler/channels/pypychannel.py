"""A channel for arrays between threads, or processes of the operating system, that a program starts itself.

The models of a network use none: they run in one thread, and their messages go through
:class:`~lava_api.magma.runtime.channel.PortChannel`.
"""

from __future__ import annotations

import multiprocessing
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from lava_api.magma.compiler.channels.interfaces import (
    AbstractCspPort,
    AbstractCspRecvPort,
    AbstractCspSendPort,
    Channel,
)
from loihi_emu.models.memory import Array


class _Ring:
    """Memory for a number of messages, with counts of the free and of the filled places."""

    def __init__(self, shape: tuple[int, ...], dtype: DTypeLike, size: int) -> None:
        self.shape = tuple(shape)
        self.dtype = np.dtype(dtype)
        self.size = size
        self.bytes = int(np.prod(self.shape)) * self.dtype.itemsize
        system = multiprocessing.get_context("spawn")  # what it makes can be handed to forked processes too
        self.memory: Any = system.RawArray("b", max(self.bytes * size, 1))
        self.free = system.Semaphore(size)
        self.filled = system.Semaphore(0)

    def place(self, number: int) -> Array:
        """Return the array of a place, without copying."""
        count, offset = int(np.prod(self.shape)), (number % self.size) * self.bytes
        return np.frombuffer(self.memory, self.dtype, count, offset).reshape(self.shape)


class _End(AbstractCspPort):
    """One end of a ring."""

    def __init__(self, name: str, ring: _Ring) -> None:
        self._name = name
        self._ring = ring
        self._done = 0

    @property
    def name(self) -> str:
        return self._name

    @property
    def d_type(self) -> DTypeLike:
        return self._ring.dtype

    @property
    def shape(self) -> tuple[int, ...]:
        return self._ring.shape

    @property
    def size(self) -> int:
        return self._ring.size

    def start(self) -> None:
        """Do nothing: the channel is ready."""

    def join(self) -> None:
        """Do nothing: there is no thread to wait for."""


class CspSendPort(_End, AbstractCspSendPort):
    """The end that sends; one thread or process uses it."""

    def probe(self) -> bool:
        """Return whether there is room for a message."""
        return _count(self._ring.free)

    def send(self, data: ArrayLike) -> None:
        """Send a copy of an array, of the channel's shape or an AssertionError; wait while the channel is full."""
        if np.shape(data) != self.shape:
            raise AssertionError(f"channel {self.name!r}: sent data of shape {np.shape(data)}, it takes {self.shape}")
        self._ring.free.acquire()
        self._ring.place(self._done)[...] = data
        self._done += 1
        self._ring.filled.release()


class CspRecvPort(_End, AbstractCspRecvPort):
    """The end that receives; one thread or process uses it."""

    def probe(self) -> bool:
        """Return whether there is a message."""
        return _count(self._ring.filled)

    def peek(self) -> Any:
        """Return the oldest message and leave it there; wait for one."""
        self._ring.filled.acquire()
        self._ring.filled.release()
        return self._ring.place(self._done).copy()

    def recv(self) -> Any:
        self._ring.filled.acquire()
        message = self._ring.place(self._done).copy()
        self._done += 1
        self._ring.free.release()
        return message


def _count(places: Any) -> bool:
    """Return whether a semaphore can be acquired, and leave it as it is."""
    there = bool(places.acquire(False))
    if there:
        places.release()
    return there


class PyPyChannel(Channel):
    """A first-in-first-out way for arrays of one shape and type; `message_infrastructure` is not needed.

    It holds `size` messages before :meth:`CspSendPort.send` waits.
    """

    def __init__(
        self,
        message_infrastructure: object,
        src_name: str,
        dst_name: str,
        shape: tuple[int, ...],
        dtype: DTypeLike,
        size: int,
    ) -> None:
        ring = _Ring(shape, dtype, size)
        self._src_port = CspSendPort(src_name, ring)
        self._dst_port = CspRecvPort(dst_name, ring)

    @property
    def src_port(self) -> CspSendPort:
        return self._src_port

    @property
    def dst_port(self) -> CspRecvPort:
        return self._dst_port
