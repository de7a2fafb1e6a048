"""The stock resonator that sends its amplitude, as a kernel."""

from __future__ import annotations

from lava_api.magma.kernels.neurons import Neurons
from loihi_emu.models.neurons import rf_zero


class RFZeroFixed(Neurons):
    """RFZero."""

    leaf, record = f"{rf_zero.__name__}:step", rf_zero.RF_ZERO
    inputs = rf_zero.PORTS
    states = ("u", "v")
    parameters = ("lst", "lct", "uth")
    list_can_lack = True
