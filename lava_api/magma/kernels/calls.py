"""Leaf calls in order, ready for the time loop."""

from __future__ import annotations

import numpy as np

from lava_api.magma.kernels.leaf_calls import Call
from loihi_emu.image.leaves import leaf_named
from loihi_emu.image.schedule import Program
from loihi_emu.jit import Leaf
from loihi_emu.models.loop import LOOP, run
from loihi_emu.models.memory import Array, Description

NONE = np.zeros(0, np.int64)


def leaf_of(name: str) -> Leaf:
    """Return the leaf that a call names."""
    return leaf_named(name if "." in name else f"loihi_emu.models.lava.{name}")


class CallList(Program):
    """Leaf calls in order, ready for the time loop; no step begins while a number of `status` is not 0."""

    def __init__(self, calls: list[Call], status: Array = NONE) -> None:
        super().__init__([(leaf_of(name), d) for name, d in calls])
        fine = np.zeros(len(status), np.int64)
        self._clock = np.zeros(1, np.int64)
        self._loop = Description(LOOP)
        self.describe(self._loop, status, fine, fine, self._clock, np.zeros(1, np.int64))

    def run(self, clock: Array, steps: int) -> None:
        """Do steps; the clock goes on."""
        if clock is not self._clock:
            self._loop.clock = self._clock = clock
        run(self._loop.address, steps)
