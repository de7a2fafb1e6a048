"""The stock resonator that sends its amplitude, as a kernel."""

from __future__ import annotations

from lava_api.magma.kernels.vector import Vector
from loihi_emu.models.lava import resonators as at


class RFZeroFixed(Vector):
    """RFZero."""

    leaf, record = "resonators:rf_zero", at.RF_ZERO
    inputs = ("u_in", "v_in")
    states = ("u", "v")

    def refresh(self) -> None:
        for name in ("lst", "lct", "uth"):
            self.put(name, getattr(self.model, name))
