"""Kernels with calls in the phases after the spiking one."""

from __future__ import annotations

from abc import ABC, abstractmethod

from lava_api.magma.kernels.derived import Derived
from lava_api.magma.kernels.leaf_calls import Calls
from loihi_emu.models.memory import Array


class LearningPhase(ABC):
    """A kernel with a learning phase."""

    @abstractmethod
    def learning(self) -> Calls:
        """Return the leaf calls of the learning phase; called once, after those of the spiking phase."""


class Managing(Derived):
    """A kernel with a management phase."""

    alters = False  # whether it writes the variables that it refers to
    # What it refers to is no array that stays in a kernel, so that the model does its management phase in Python.
    post_mgmt_in_python = False

    def managed(self) -> Calls:
        """Return the leaf calls of the phase; called once, after those of the spiking phase, unless Python does it."""
        return ()

    def due(self, step: int) -> int | None:
        """Return the next step, from `step` on, after which the model's ``run_post_mgmt`` is to run in Python."""
        return step if self.post_mgmt_in_python else None

    def reads(self, array: Array) -> bool:
        """Return whether the kernel can refer to a variable of another kernel that is kept in this array."""
        return True
