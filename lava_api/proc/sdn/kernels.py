"""Stock sigma and delta neurons as kernels."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

import numpy as np

from lava_api.magma.kernels.base import PythonFallback
from lava_api.magma.kernels.messages import Feed, Message
from lava_api.magma.kernels.vector import Vector
from lava_api.proc.sdn.process import ActivationMode
from loihi_emu.models.lava import sigma_delta as at
from loihi_emu.models.memory import WordRow as Description
from loihi_emu.models.memory import aligned


class SigmaFixed(Vector):
    """Sigma in integers: the sum is the message."""

    leaf = "sigma_delta:sigma"
    states = ("sigma",)

    def outputs(self) -> dict[str, Message]:
        """The sum."""
        d_type = type(self.model).s_out.d_type
        self.messages = {"s_out": Message(self.process.s_out.shape, d_type, data=self.model.sigma)}
        return self.messages


class SigmaFloat(SigmaFixed):
    """Sigma in float64."""

    leaf = "sigma_delta:sigma_float"
    takes = "float64"


class DeltaFixed(Vector):
    """Delta in integers."""

    leaf = "sigma_delta:delta"
    states = ("sigma", "act", "residue", "error")
    exponents: ClassVar = {"spike_exp": 15, "state_exp": 15}
    fixed = True

    def __init__(self, model: Any, process: Any) -> None:
        super().__init__(model, process)
        if not all(0 <= int(getattr(model, name).item()) <= 15 for name in ("spike_exp", "state_exp")):
            raise PythonFallback("spike_exp, state_exp")

    def calls(self, feeds: dict[str, Feed]) -> Iterable[tuple[str, Description]]:
        """One leaf, with room for the activations."""
        found = list(super().calls(feeds))
        self.d.point(at.ACTIVATION, aligned(self.n, np.int32 if self.takes == "int32" else np.float64))
        return found

    def refresh(self) -> None:
        model, words = self.model, self.d.words
        kind = np.int32 if self.takes == "int32" else np.float64
        self.put(0, model.vth, kind)
        if "bias" in vars(model):
            self.put(1, model.bias, kind)
            words[at.RELU] = int(model.act_mode == ActivationMode.RELU)
        words[at.CUMULATES] = int(model.cum_error.item())
        words[at.SHIFT_IN] = int(model.spike_exp.item()) + int(model.state_exp.item())
        words[at.SHIFT_OUT] = int(model.state_exp.item())


class DeltaFloat(DeltaFixed):
    """Delta in float64."""

    leaf = "sigma_delta:delta_float"
    takes = "float64"


class SigmaDeltaFixed(DeltaFixed):
    """SigmaDelta in integers."""

    leaf = "sigma_delta:sigma_delta"

    def __init__(self, model: Any, process: Any) -> None:
        super().__init__(model, process)
        if model.act_mode not in (ActivationMode.RELU, ActivationMode.UNIT):
            raise PythonFallback("act_mode")


class SigmaDeltaFloat(SigmaDeltaFixed):
    """SigmaDelta in float64."""

    leaf = "sigma_delta:sigma_delta_float"
    takes = "float64"


class SigmaDeltaCorrected(SigmaDeltaFixed):
    """SigmaDelta in integers that loses no bits."""

    leaf = "sigma_delta:sigma_delta_corrected"
