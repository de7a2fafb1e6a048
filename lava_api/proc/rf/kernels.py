"""Stock resonators as kernels."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from lava_api.magma.kernels.neurons import Neurons
from lava_api.magma.kernels.wanted import PythonFallback
from loihi_emu.models.neurons import resonators as at

COEFFICIENTS = ("sin_decay", "cos_decay")
HELD = "magnitudes below 2^(decay_bits + 1)"


class RFFloat(Neurons):
    """RF in float64."""

    leaf, record = f"{at.__name__}:rf_float", at.RF_FLOAT
    takes = "float64"
    inputs = at.PORTS
    states = ("real", "imag")
    parameters: tuple[str, ...] = (*COEFFICIENTS, "vth")
    list_can_lack = True


class RFIZFloat(RFFloat):
    """RF_IZ in float64."""

    leaf = f"{at.__name__}:rf_iz_float"


class RFFixed(RFFloat):
    """RF in integers."""

    leaf, record = f"{at.__name__}:rf", at.RF
    takes, kinds = "int32", "bi"
    parameters = ("state_exp", *RFFloat.parameters)
    exponents: ClassVar = {"state_exp": 15, "decay_bits": at.FRACTION_BITS}

    def bind(self) -> None:
        super().bind()
        if "others" in (found := self.constants()).values():
            raise PythonFallback(str(found))

    def constants(self) -> dict[str, object]:
        """Also whether the coefficients have room for all bits of fraction."""
        most = 2 << np.clip(int(self.model.decay_bits.item()), 0, at.FRACTION_BITS)
        held = {name: HELD if np.all(np.abs(getattr(self.model, name)) < most) else "others" for name in COEFFICIENTS}
        return super().constants() | held

    def refresh(self) -> None:
        super().refresh()
        missing = at.FRACTION_BITS - int(self.model.decay_bits.item())
        for name in COEFFICIENTS:
            self.put(name, np.asarray(getattr(self.model, name), np.int64) << missing)


class RFIZFixed(RFFixed):
    """RF_IZ in integers."""

    leaf = f"{at.__name__}:rf_iz"
