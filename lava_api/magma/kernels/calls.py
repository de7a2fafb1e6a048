"""Calls: leaf calls in order, ready for the time loop."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import numpy as np

from lava_api.magma.kernels.linking import Call
from loihi_emu.jit import addresses

NONE = np.zeros(0, np.int64)


class Program:
    """Leaf calls in order, ready for the time loop.

    Parameters
    ----------
    calls : list
        Leaves, ``"module:leaf"`` within loihi_emu.models.lava, and their descriptions.
    status : ndarray
        No step begins while one of these numbers is not 0.
    """

    def __init__(self, calls: list[Call], status: Any = NONE) -> None:
        self.calls = calls
        self._status, self._fine = status, np.zeros(len(status), np.int64)
        leaves = []
        for name, _ in calls:
            module, _, leaf = name.partition(":")
            leaves.append(getattr(import_module(f"loihi_emu.models.lava.{module}"), leaf))
        self.leaves = np.array(addresses(leaves), np.int64)
        self.descriptions = np.array([d.address for _, d in calls], np.int64)
        self._total = np.zeros(1, np.int64)

    def run(self, clock: Any, steps: int) -> None:
        """Do steps; the clock goes on."""
        from loihi_emu.models.loop import run

        run(self.leaves, self.descriptions, self._status, self._fine, self._fine, clock, self._total, steps)
