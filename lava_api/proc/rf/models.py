"""NumPy models of resonate-and-fire neurons, in floating point and in integers."""

from __future__ import annotations

from typing import Any

import numpy as np

from lava_api.magma.core.model.py.declare import PyLoihiProcessModel, array, in_port, model_of, number, out_port
from lava_api.proc._arithmetic import decay, saturate
from lava_api.proc.rf.process import RF


class AbstractPyRFModelFloat(PyLoihiProcessModel):
    """Resonators in float64; a model defines when they spike and what that does to the state."""

    a_real_in = a_imag_in = in_port(float)
    s_out = out_port(bool, 1)
    real = imag = array(float)
    sin_decay = cos_decay = vth = number(float)
    state_exp = decay_bits = array(np.int32, 3)

    def resonator_dynamics(self, a_real_in_data: Any, a_imag_in_data: Any, real: Any, imag: Any) -> tuple[Any, Any]:
        """Return the state after a step."""
        new_real = self.cos_decay * real - self.sin_decay * imag + a_real_in_data
        new_imag = self.sin_decay * real + self.cos_decay * imag + a_imag_in_data
        return new_real, new_imag

    def run_spk(self) -> None:
        a_real, a_imag = self.a_real_in.recv(), self.a_imag_in.recv()
        new_real, new_imag = self.resonator_dynamics(a_real, a_imag, self.real, self.imag)
        spikes = self.settle(new_real, new_imag)
        self.s_out.send(spikes)

    def settle(self, new_real: Any, new_imag: Any) -> Any:
        """Keep the new state and return the spikes: those on the way up through the positive real axis."""
        spikes = (new_real >= self.vth) & (new_imag >= 0) & (self.imag < 0)
        self.real[:], self.imag[:] = new_real, new_imag
        return spikes


class AbstractPyRFModelFixed(AbstractPyRFModelFloat):
    """Resonators with 24-bit states: products round towards zero, sums saturate."""

    a_real_in = a_imag_in = in_port(np.int16, 24)
    s_out = out_port(np.int32, 24)
    real = imag = vth = array(np.int32, 24)
    sin_decay = cos_decay = number(np.uint16, 12)

    def resonator_dynamics(self, a_real_in_data: Any, a_imag_in_data: Any, real: Any, imag: Any) -> tuple[Any, Any]:
        if np.asarray(self.sin_decay).dtype.kind == "f":
            raise TypeError(
                "decay_bits: got 0, the fixed-point model needs integers: give decay_bits=12, and a state_exp,"
                " or select the floating-point model: select_tag='floating_pt'."
            )

        def part(state: Any, coefficient: Any) -> Any:
            return decay(state, coefficient, self.decay_bits)

        x, y = (np.left_shift(a, self.state_exp) for a in (a_real_in_data, a_imag_in_data))
        new_real = part(real, self.cos_decay) - part(imag, self.sin_decay) + x
        new_imag = part(real, self.sin_decay) + part(imag, self.cos_decay) + y
        return saturate(new_real), saturate(new_imag)


@model_of(RF, "floating_pt", kernel="lava_api.proc.rf.kernels:RFFloat")
class PyRFModelFloat(AbstractPyRFModelFloat):
    """:class:`RF` in float64."""


@model_of(RF, "fixed_pt", kernel="lava_api.proc.rf.kernels:RFFixed")
class PyRFModelFixed(AbstractPyRFModelFixed):
    """:class:`RF` in integers."""
