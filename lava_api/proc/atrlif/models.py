"""NumPy models of adaptive LIF neurons, in floating point and bit-accurate."""

from __future__ import annotations

from typing import Any

import numpy as np

from lava_api.magma.core.model.py.declare import (
    ABSTRACT,
    ProcessParameters,
    PyLoihiProcessModel,
    array,
    in_port,
    model_of,
    number,
    out_port,
)
from lava_api.proc._arithmetic import decay, saturate, scaled_bias, shift_to_zero, wrap_once
from lava_api.proc.atrlif.process import ATRLIF
from loihi_emu.widths import DECAY_BITS, DECAY_UNITY

SCALE = 1 << 6
"""Scale of inputs and thresholds in the fixed-point model."""


class _AdaptiveLif(PyLoihiProcessModel):
    """Order of a step and spikes, the same in both number formats."""

    a_in = s_out = v = theta = r = s = theta_step = ABSTRACT

    def subthr_dynamics(self, activation_in: Any) -> None:
        """Update the four states from this step's input; a model must define it."""
        raise NotImplementedError(f"{type(self).__name__} must define subthr_dynamics()")

    def post_spike(self, spike_vector: Any) -> None:
        self.r[:] = self.r + 2 * self.theta * spike_vector
        self.theta[:] = self.theta + self.theta_step * spike_vector

    def run_spk(self) -> None:
        self.subthr_dynamics(self.a_in.recv())
        self.s[:] = (self.v - self.r) >= self.theta
        self.post_spike(self.s)
        self.s_out.send(self.s)


@model_of(ATRLIF, "floating_pt", kernel="lava_api.proc.atrlif.kernels:AdaptiveFloat")
class PyATRLIFModelFloat(_AdaptiveLif):
    """:class:`ATRLIF` in float64."""

    a_in = in_port(float)
    s_out = out_port(float)
    i = v = theta = r = bias_mant = bias_exp = array(float)
    s = array(bool)
    delta_i = delta_v = delta_theta = delta_r = theta_0 = theta_step = number(float)

    def subthr_dynamics(self, activation_in: Any) -> None:
        self.i[:] = (1 - self.delta_i) * self.i + activation_in
        self.v[:] = (1 - self.delta_v) * self.v + self.i + self.bias_mant
        self.theta[:] = (1 - self.delta_theta) * (self.theta - self.theta_0) + self.theta_0
        self.r[:] = (1 - self.delta_r) * self.r


@model_of(ATRLIF, "bit_accurate_loihi", "fixed_pt", kernel="lava_api.proc.atrlif.kernels:AdaptiveFixed")
class PyATRLIFModelFixed(_AdaptiveLif):
    """:class:`ATRLIF` in Loihi's integers; the decays stay fractions, the current decays by 1/4096 more than given."""

    a_in = in_port(np.int16, 16)
    s_out = out_port(np.int32, 24)
    i = v = theta = r = array(np.int32, 24)
    s = array(bool)
    bias_mant = array(np.int16, 13)
    bias_exp = array(np.int16, 3)
    delta_i = delta_v = delta_theta = delta_r = theta_0 = theta_step = number(np.uint16, 12)

    def __init__(self, proc_params: ProcessParameters) -> None:
        super().__init__(proc_params)
        self.isthrscaled = False
        self.effective_bias: Any = 0

    def scale_threshold(self) -> None:
        """Bring the thresholds to the scale of the voltage and start at rest, once."""
        self.theta_0 = np.int32(self.theta_0 * SCALE)
        self.theta_step = np.int32(self.theta_step * SCALE)
        self.theta[:] = self.theta_0
        self.isthrscaled = True

    def subthr_dynamics(self, activation_in: Any) -> None:
        self.effective_bias = scaled_bias(self.bias_mant, self.bias_exp)
        current = shift_to_zero(np.int64(self.i * (DECAY_UNITY - (self.delta_i * DECAY_UNITY + 1))), DECAY_BITS)
        self.i[:] = wrap_once(np.int32(current + activation_in * SCALE))
        decayed = decay(self.v, _remaining(self.delta_v)).astype(np.int32)
        self.v[:] = saturate(decayed + self.i + self.effective_bias)
        self.theta[:] = decay(self.theta - self.theta_0, _remaining(self.delta_theta)) + self.theta_0
        self.r[:] = decay(self.r, _remaining(self.delta_r))

    def run_spk(self) -> None:
        if not self.isthrscaled:
            self.scale_threshold()
        _AdaptiveLif.run_spk(self)


def _remaining(fraction: Any) -> Any:
    """Integer constant of a decay that is given as a fraction."""
    return np.int64(DECAY_UNITY - fraction * DECAY_UNITY)
