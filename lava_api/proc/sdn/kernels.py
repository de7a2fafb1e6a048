"""Stock sigma and delta neurons as kernels."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from lava_api.magma.kernels.base import PythonFallback
from lava_api.magma.kernels.messages import Feed, Message
from lava_api.magma.kernels.vector import Vector
from lava_api.proc.sdn.process import ActivationMode
from loihi_emu.models.lava import sigma_delta as at
from loihi_emu.models.memory import Description, aligned


class SigmaFixed(Vector):
    """Sigma in integers: the sum is the message."""

    leaf, record = "sigma_delta:sigma", at.SIGMA
    states = ("sigma",)

    def outputs(self) -> dict[str, Message]:
        d_type = type(self.model).s_out.d_type
        self.messages = {"s_out": Message(self.process.s_out.shape, d_type, data=self.model.sigma)}
        return self.messages


class SigmaFloat(SigmaFixed):
    """Sigma in float64."""

    leaf, record = "sigma_delta:sigma_float", at.SIGMA_FLOAT
    takes = "float64"


class DeltaFixed(Vector):
    """Delta in integers."""

    leaf, record = "sigma_delta:delta", at.DELTA
    states = ("sigma", "act", "residue", "error")
    exponents: ClassVar = {"spike_exp": 15, "state_exp": 15}
    fixed = True

    def __init__(self, model: Any, process: Any) -> None:
        super().__init__(model, process)
        if not all(0 <= int(getattr(model, name).item()) <= 15 for name in ("spike_exp", "state_exp")):
            raise PythonFallback("spike_exp, state_exp")

    def calls(self, feeds: dict[str, Feed]) -> Iterable[tuple[str, Description]]:
        found = list(super().calls(feeds))
        self.d.activation = aligned(self.n, self.takes)
        return found

    def refresh(self) -> None:
        model, d = self.model, self.d
        self.put("vth", model.vth)
        if "bias" in vars(model):
            self.put("bias", model.bias)
            d.relu = int(model.act_mode == ActivationMode.RELU)
        d.cumulates, d.shift_out = int(model.cum_error.item()), int(model.state_exp.item())
        d.shift_in = int(model.spike_exp.item()) + d.shift_out


class DeltaFloat(DeltaFixed):
    """Delta in float64."""

    leaf, record = "sigma_delta:delta_float", at.DELTA_FLOAT
    takes = "float64"


class SigmaDeltaFixed(DeltaFixed):
    """SigmaDelta in integers."""

    leaf, record = "sigma_delta:sigma_delta", at.SIGMA_DELTA

    def __init__(self, model: Any, process: Any) -> None:
        super().__init__(model, process)
        if model.act_mode not in (ActivationMode.RELU, ActivationMode.UNIT):
            raise PythonFallback("act_mode")


class SigmaDeltaFloat(SigmaDeltaFixed):
    """SigmaDelta in float64."""

    leaf, record = "sigma_delta:sigma_delta_float", at.SIGMA_DELTA_FLOAT
    takes = "float64"


class SigmaDeltaCorrected(SigmaDeltaFixed):
    """SigmaDelta in integers that loses no bits."""

    leaf = "sigma_delta:sigma_delta_corrected"
