"""What a kernel tells of the steps that it has done: what it has counted, and why it could not go on."""

from __future__ import annotations

from abc import ABC, abstractmethod

from lava_api.magma.kernels.bound import Bound
from loihi_emu.models.memory import Array


class Counting(ABC):
    """A kernel that counts."""

    @abstractmethod
    def counters(self) -> dict[str, int]:
        """Return what it has counted since the start."""


class Fallible(Bound, ABC):
    """A kernel whose leaf may find that it cannot go on."""

    # One number that its leaf sets to 1 then: no step begins after that. None: it can always go on.
    status: Array | None = None

    @abstractmethod
    def failure(self) -> Exception:
        """Return the error that the leaf has noted."""
