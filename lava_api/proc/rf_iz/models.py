"""NumPy models of resonate-and-fire neurons with a reset."""

from __future__ import annotations

from typing import Any

import numpy as np

from lava_api.magma.core.model.py.declare import PyLoihiProcessModel, model_of
from lava_api.proc.rf.models import AbstractPyRFModelFixed, AbstractPyRFModelFloat
from lava_api.proc.rf_iz.process import RF_IZ


class _Settle(PyLoihiProcessModel):
    """Spike and reset where the imaginary part reaches the threshold."""

    real: Any
    imag: Any
    vth: Any
    below: float = 1e-5

    def settle(self, new_real: Any, new_imag: Any) -> Any:
        spikes = new_imag >= self.vth
        self.real[:] = new_real * (1 - spikes)
        self.imag[:] = np.where(spikes, self.vth - self.below, new_imag)
        return spikes


@model_of(RF_IZ, "floating_pt", kernel="lava_api.proc.rf.kernels:RFIZFloat")
class PyRF_IZModelFloat(_Settle, AbstractPyRFModelFloat):
    """:class:`RF_IZ` in float64."""


@model_of(RF_IZ, "fixed_pt", kernel="lava_api.proc.rf.kernels:RFIZFixed")
class PyRF_IZModelFixed(_Settle, AbstractPyRFModelFixed):
    """:class:`RF_IZ` in integers."""

    below = 1
