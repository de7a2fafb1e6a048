"""Stock sigma and delta neurons as kernels."""

from __future__ import annotations

from typing import Any

from lava_api.magma.kernels.messages import Message
from lava_api.magma.kernels.neurons import Neurons
from lava_api.magma.kernels.wanted import Feeds, PythonFallback
from lava_api.proc.sdn.process import ActivationMode
from loihi_emu.models.neurons import delta, sigma, sigma_delta

EXPONENTS = {"spike_exp": 15, "state_exp": 15}
"""Exponents and the most bits that a leaf shifts by."""


def check_exponents(model: Any) -> None:
    """Leave exponents that no leaf shifts by to the Python model."""
    if not all(0 <= int(getattr(model, name).item()) <= most for name, most in EXPONENTS.items()):
        raise PythonFallback("spike_exp, state_exp")


class SigmaFixed(Neurons):
    """Sigma in integers: the sum is the message."""

    leaf, record = f"{sigma.__name__}:step", sigma.SIGMA
    states = ("sigma",)
    listed = False

    def outputs(self) -> dict[str, Message]:
        d_type = type(self.model).s_out.d_type
        self.messages = {"s_out": Message(self.process.s_out.shape, d_type, data=self.model.sigma)}
        return self.messages

    def describe(self, feeds: Feeds) -> None:
        self.d.message = None


class SigmaFloat(SigmaFixed):
    """Sigma in float64."""

    leaf, record = f"{sigma.__name__}:step_float", sigma.SIGMA_FLOAT
    takes = "float64"


class DeltaFloat(Neurons):
    """Delta in float64."""

    leaf, record = f"{delta.__name__}:step_float", delta.DELTA_FLOAT
    takes = "float64"
    states: tuple[str, ...] = ("act", "residue", "error")
    parameters: tuple[str, ...] = ("vth",)
    exponents = EXPONENTS
    listed = False

    def bind(self) -> None:
        super().bind()
        check_exponents(self.model)

    def writes(self, name: str) -> bool:
        """Also the variable that no model reads."""
        return name == "sigma" or super().writes(name)

    def refresh(self) -> None:
        super().refresh()
        self.put("cumulates", self.model.cum_error.item())


class DeltaFixed(DeltaFloat):
    """Delta in integers."""

    leaf, record = f"{delta.__name__}:step", delta.DELTA
    takes = "int32"

    def refresh(self) -> None:
        super().refresh()
        self.put("shift_out", self.model.state_exp.item())
        self.put("shift_in", self.model.spike_exp.item() + self.model.state_exp.item())


class SigmaDeltaFloat(DeltaFloat):
    """SigmaDelta in float64."""

    leaf, record = f"{sigma_delta.__name__}:step_float", sigma_delta.SIGMA_DELTA_FLOAT
    states = ("sigma", "act", "residue", "error")
    parameters = ("vth", "bias")

    def bind(self) -> None:
        super().bind()
        if self.model.act_mode not in (ActivationMode.RELU, ActivationMode.UNIT):
            raise PythonFallback("act_mode")

    def refresh(self) -> None:
        super().refresh()
        self.put("relu", self.model.act_mode == ActivationMode.RELU)


class SigmaDeltaFixed(SigmaDeltaFloat):
    """SigmaDelta in integers."""

    leaf, record = f"{sigma_delta.__name__}:step", sigma_delta.SIGMA_DELTA
    takes = "int32"

    def refresh(self) -> None:
        super().refresh()
        self.put("shift_out", self.model.state_exp.item())


class SigmaDeltaCorrected(SigmaDeltaFixed):
    """SigmaDelta in integers that loses no bits."""

    leaf = f"{sigma_delta.__name__}:step_corrected"
