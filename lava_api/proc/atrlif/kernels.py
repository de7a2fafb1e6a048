"""Stock adaptive LIF neurons as kernels."""

from __future__ import annotations

import numpy as np

from lava_api.magma.kernels.neurons import Neurons
from lava_api.magma.kernels.wanted import PythonFallback
from lava_api.proc._arithmetic import scaled_bias
from lava_api.proc.lif.kernels import SHORT, STRONG, shiftable, within
from loihi_emu.models.neurons import atrlif
from loihi_emu.widths import DECAY_UNITY

THRESHOLDS = ("theta_0", "theta_step")
DELTAS = ("delta_i", "delta_v", "delta_theta", "delta_r")
MOST = 1 << 16
"""Decays are kept in 32 bits, in units of 1/4096."""


class AdaptiveFloat(Neurons):
    """ATRLIF in float64."""

    leaf, record = f"{atrlif.__name__}:step_float", atrlif.FLOATING
    list_can_lack = True
    takes = "float64"
    states = ("i", "v", "theta", "r", "s")

    def bind(self) -> None:
        super().bind()
        for name in (*DELTAS, *THRESHOLDS):
            value = getattr(self.model, name)
            if isinstance(value, np.ndarray) or not np.isreal(value):
                raise PythonFallback(name)

    def refresh(self) -> None:
        model = self.model
        self.put("bias", model.bias_mant)
        for name in DELTAS:
            self.put(name.replace("delta", "keep"), 1 - getattr(model, name))
        for name in THRESHOLDS:
            self.put(name, getattr(model, name))


class AdaptiveFixed(AdaptiveFloat):
    """ATRLIF in integers."""

    leaf, record = f"{atrlif.__name__}:step", atrlif.FIXED
    takes = "int32"
    int16_bits = SHORT

    def bind(self) -> None:
        super().bind()
        shiftable(self.model)
        for name in DELTAS:
            if abs(getattr(self.model, name)) > MOST:
                raise PythonFallback(name)

    def refresh(self) -> None:
        model = self.model
        if not model.isthrscaled:
            model.scale_threshold()
        self.put("bias", within(scaled_bias(model.bias_mant, model.bias_exp), STRONG))
        keep = DECAY_UNITY - (model.delta_i * DECAY_UNITY + 1)
        self.put("keep_i", keep)
        self.put("whole_i", isinstance(keep, int | np.integer))
        for name in DELTAS[1:]:
            self.put(name.replace("delta", "keep"), int(DECAY_UNITY - getattr(model, name) * DECAY_UNITY))
        for name in THRESHOLDS:
            self.put(name, int(getattr(model, name)))
