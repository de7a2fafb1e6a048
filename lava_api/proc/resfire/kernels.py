"""The stock resonator that sends its amplitude, as a kernel."""

from __future__ import annotations

import numpy as np

from lava_api.magma.kernels.vector import Vector


class RFZeroFixed(Vector):
    """RFZero."""

    leaf = "resonators:rf_zero"
    inputs = ("u_in", "v_in")
    states = ("u", "v")

    def refresh(self) -> None:
        for number, name in enumerate(("lst", "lct", "uth")):
            self.put(number, getattr(self.model, name), np.int32)
