"""Leaf calls in order, ready for the time loop."""

from __future__ import annotations

import numpy as np

from lava_api.magma.kernels.base import Call
from loihi_emu.image.leaves import leaf_named
from loihi_emu.jit import Leaf, addresses
from loihi_emu.models.memory import Array

NONE = np.zeros(0, np.int64)


def leaf_of(name: str) -> Leaf:
    """Return the leaf that a call names."""
    return leaf_named(name if "." in name else f"loihi_emu.models.lava.{name}")


class CallList:
    """Leaf calls in order, ready for the time loop.

    Parameters
    ----------
    calls : list of Call
        Leaves and their descriptions.
    status : ndarray
        No step begins while one of these numbers is not 0.
    """

    def __init__(self, calls: list[Call], status: Array = NONE) -> None:
        self.calls = calls
        self._status, self._fine = status, np.zeros(len(status), np.int64)
        self.leaves = np.array(addresses([leaf_of(name) for name, _ in calls]), np.int64)
        self.descriptions = np.array([d.address for _, d in calls], np.int64)
        self._total = np.zeros(1, np.int64)

    def run(self, clock: Array, steps: int) -> None:
        """Do steps; the clock goes on."""
        from loihi_emu.models.loop import run

        run(self.leaves, self.descriptions, self._status, self._fine, self._fine, clock, self._total, steps)
