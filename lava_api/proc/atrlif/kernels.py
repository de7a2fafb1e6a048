"""Stock adaptive LIF neurons as kernels."""

from __future__ import annotations

from typing import Any

import numpy as np

from lava_api.magma.kernels.base import PythonFallback
from lava_api.magma.kernels.vector import Vector
from lava_api.proc._arithmetic import scaled_bias
from loihi_emu.models.lava import atrlif as at
from loihi_emu.widths import DECAY_UNITY

DELTAS = ("delta_i", "delta_v", "delta_theta", "delta_r")
STRONG = 1 << 30
SHORT = 10
"""Bits that are left of an input of 16 bits that is scaled by 2^6."""


class AdaptiveFloat(Vector):
    """ATRLIF in float64."""

    leaf, record = "atrlif:floating", at.FLOATING
    takes = "float64"
    states = ("i", "v", "theta", "r", "s")

    def __init__(self, model: Any, process: Any) -> None:
        super().__init__(model, process)
        for name in (*DELTAS, "theta_0", "theta_step"):
            value = getattr(model, name)
            if isinstance(value, np.ndarray) or not np.isreal(value):
                raise PythonFallback(name)

    def refresh(self) -> None:
        model = self.model
        self.put("bias", model.bias_mant)
        factors = [1 - getattr(model, name) for name in DELTAS]
        self.d.factors = np.array([*factors, model.theta_0, model.theta_step], np.float64)


class AdaptiveFixed(AdaptiveFloat):
    """ATRLIF in integers."""

    leaf, record = "atrlif:fixed", at.FIXED
    takes = "int32"
    int16_bits = SHORT

    def __init__(self, model: Any, process: Any) -> None:
        super().__init__(model, process)
        if np.abs(model.bias_exp).max(initial=0) > 31:
            raise PythonFallback("bias_exp")

    def refresh(self) -> None:
        model, d = self.model, self.d
        if not model.isthrscaled:
            model.scale_threshold()
        self.put("bias", np.clip(scaled_bias(model.bias_mant, model.bias_exp), -STRONG, STRONG))
        keep = DECAY_UNITY - (model.delta_i * DECAY_UNITY + 1)
        whole = isinstance(keep, int | np.integer)
        d.factor_i, d.whole_i, d.keep_i = np.array([float(keep)]), int(whole), int(keep) if whole else 0
        keeps = (int(DECAY_UNITY - getattr(model, name) * DECAY_UNITY) for name in DELTAS[1:])
        d.keep_v, d.keep_theta, d.keep_r = keeps
        d.theta_0, d.theta_step = int(model.theta_0), int(model.theta_step)
