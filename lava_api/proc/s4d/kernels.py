"""The stock state-space model as a kernel."""

from __future__ import annotations

from typing import Any

import numpy as np

from lava_api.magma.kernels.vector import Vector


class StateSpace(Vector):
    """S4d."""

    leaf = "state_space:step"
    takes = "float64"
    states = ("s4_state",)

    def refresh(self) -> None:
        """Take over all parameters."""
        for number, name in enumerate("abc"):
            self.put(number, getattr(self.model, name), np.complex128)

    def writes(self, name: str) -> bool:
        """Complex states are not written by other kernels."""
        return False

    def variable(self, name: str) -> Any:
        """Complex variables have no kind that others read."""
        return None
