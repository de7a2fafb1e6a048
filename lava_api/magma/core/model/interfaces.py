"""Base of the ports of process models."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import DTypeLike

    from lava_api.magma.core.model.model import AbstractProcessModel


class AbstractPortImplementation(ABC):
    """A port as a process model sees it: its owner, shape and type of a message or of the variable."""

    def __init__(
        self, process_model: AbstractProcessModel, shape: tuple[int, ...] = (), d_type: DTypeLike = int
    ) -> None:
        self._process_model = process_model
        self._shape = shape
        self._d_type = d_type

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of a message or of the variable."""
        return self._shape

    @property
    @abstractmethod
    def csp_ports(self) -> list[Any]:
        """Channels behind the port."""

    def start(self) -> None:  # noqa: B027
        """Do nothing: channels need no start here."""

    def join(self) -> None:  # noqa: B027
        """Do nothing: channels need no end here."""
