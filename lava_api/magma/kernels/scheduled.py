"""Scheduled: what the schedule of a subgraph, and its boundary, ask a kernel."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

import numpy as np

from lava_api.magma.kernels.bound import Bound
from lava_api.magma.kernels.leaf_calls import Calls
from lava_api.magma.kernels.messages import Message
from lava_api.magma.kernels.wanted import Feeds, PythonFallback

if TYPE_CHECKING:
    from lava_api.magma.core.process.ports.ports import InPort, OutPort


class Scheduled(Bound):
    """What receives, runs leaves, and sends, once in every step."""

    sends_first = False  # whether it sends in a step before it receives
    # Lower bits that count of an input of 16 bits, as the model shifts it within these; 0: it takes no such inputs.
    int16_bits = 0
    recast = False  # other leaves do a step from now on: who sets it is asked for its calls again
    threads = 1  # that run it with others: into so many parts it may cut what it does

    def outputs(self) -> dict[str, Message]:
        """Return the messages of all output ports; called once."""
        return {}

    def wants(self, port: str, d_type: np.dtype[Any]) -> tuple[str, int]:
        """Return what is wanted of an input (DATA, EVENTS or BOTH) and the kind of its elements.

        `d_type` is the type that NumPy gives the sum of what arrives; a PythonFallback where the kernel cannot take it.
        """
        raise PythonFallback(f"{port}: {d_type}")

    def calls(self, feeds: Feeds) -> Calls:
        """Return the leaf calls of a step; called once, and again after ``recast`` was set."""
        return ()


class Clearing(ABC):
    """A kernel whose leaf can leave an input at 0, so that its sender need not clear it."""

    @abstractmethod
    def clears(self, port: str, kind: int) -> bool:
        """Return whether it can for an input of a kind of elements."""


class Unpacking(ABC):
    """A kernel that takes messages from outside the subgraph in a form of its own."""

    @abstractmethod
    def incoming(self, port: InPort, source: OutPort) -> Message | None:
        """Return the message that takes what another port sends to one of its inputs; None: a plain one does."""
