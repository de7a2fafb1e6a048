"""What channels and their ends have in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from enum import IntEnum

from numpy.typing import ArrayLike, DTypeLike

from loihi_emu.models.memory import Array


class AbstractCspPort(ABC):
    """One end of a channel."""

    @property
    @abstractmethod
    def name(self) -> str:
        """Name of the end."""

    @property
    @abstractmethod
    def d_type(self) -> DTypeLike:
        """Type of the elements of a message."""

    @property
    @abstractmethod
    def shape(self) -> tuple[int, ...]:
        """Shape of a message."""

    @property
    @abstractmethod
    def size(self) -> int:
        """Messages that the channel holds."""

    @abstractmethod
    def start(self) -> None:
        """Begin."""

    @abstractmethod
    def join(self) -> None:
        """End."""

    def is_msg_size_static(self) -> bool:
        """Whether all messages have the same shape."""
        return True


class AbstractCspSendPort(AbstractCspPort):
    """The end that sends."""

    @abstractmethod
    def send(self, data: ArrayLike) -> None:
        """Send a message."""


class AbstractCspRecvPort(AbstractCspPort):
    """The end that receives."""

    @abstractmethod
    def recv(self) -> Array:
        """Receive a message."""


class Channel(ABC):
    """A way for messages from one end to the other."""

    @property
    @abstractmethod
    def src_port(self) -> AbstractCspSendPort:
        """The end that sends."""

    @property
    @abstractmethod
    def dst_port(self) -> AbstractCspRecvPort:
        """The end that receives."""


class ChannelType(IntEnum):
    """Kinds of models at the two ends, sender first."""

    PyPy = 0
    CPy = 1
    PyC = 2
    CNc = 3
    NcC = 4
    CC = 3
    NcNc = 5
    NcPy = 6
    PyNc = 7
