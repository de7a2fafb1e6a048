"""Stock resonators as kernels."""

from __future__ import annotations

from typing import Any, ClassVar

from lava_api.magma.kernels.base import PythonFallback
from lava_api.magma.kernels.vector import Vector
from loihi_emu.models.lava import resonators as at


class RFFixed(Vector):
    """RF in integers."""

    leaf, record = "resonators:rf", at.RF
    exponents: ClassVar = {"state_exp": 15, "decay_bits": 30}
    inputs = ("a_real_in", "a_imag_in")
    states = ("real", "imag")

    def __init__(self, model: Any, process: Any) -> None:
        super().__init__(model, process)
        for name in ("sin_decay", "cos_decay", "vth"):
            self.fits(name)
        if not 0 <= int(model.state_exp.item()) <= 15 or not 0 <= int(model.decay_bits.item()) <= 30:
            raise PythonFallback("state_exp, decay_bits")

    def refresh(self) -> None:
        model = self.model
        for name in ("sin_decay", "cos_decay", "vth"):
            self.put(name, getattr(model, name))
        self.d.state_exp, self.d.decay_bits = int(model.state_exp.item()), int(model.decay_bits.item())


class RFIZFixed(RFFixed):
    """RF_IZ in integers."""

    leaf = "resonators:rf_iz"


class RFFloat(Vector):
    """RF in float64."""

    leaf, record = "resonators:rf_float", at.RF_FLOAT
    takes = "float64"
    inputs = ("a_real_in", "a_imag_in")
    states = ("real", "imag")

    def __init__(self, model: Any, process: Any) -> None:
        super().__init__(model, process)
        for name in ("sin_decay", "cos_decay", "vth"):
            self.fits(name, "bif")

    def refresh(self) -> None:
        for name in ("sin_decay", "cos_decay", "vth"):
            self.put(name, getattr(self.model, name))


class RFIZFloat(RFFloat):
    """RF_IZ in float64."""

    leaf = "resonators:rf_iz_float"
