"""NumPy models of sigma and delta neurons, in floating point and in integers."""

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
    out_port,
)
from lava_api.proc.sdn.process import ActivationMode, Delta, Sigma, SigmaDelta


class AbstractSigmaModel(PyLoihiProcessModel):
    """Models that sum up their input."""

    a_in = s_out = sigma = ABSTRACT

    def sigma_dynamics(self, a_in: Any) -> Any:
        """Return the new sum."""
        return self.sigma + a_in

    def run_spk(self) -> None:
        self.sigma[:] = self.sigma_dynamics(self.a_in.recv())
        self.s_out.send(self.sigma)


class AbstractDeltaModel(PyLoihiProcessModel):
    """Models that send changes."""

    a_in = s_out = vth = act = residue = error = ABSTRACT
    spike_exp = state_exp = array(np.int32, 3)
    cum_error = array(bool, 1)

    def delta_dynamics(self, act_data: Any) -> Any:
        """Return what is sent for a new activation, and keep the rest for later."""
        delta = act_data - self.act + self.residue
        if self.cum_error.item():
            self.error[:] = self.error + delta
            sent = np.where(np.abs(self.error) >= self.vth, delta, 0)
            self.error[sent != 0] = 0
        else:
            sent = np.where(np.abs(delta) >= self.vth, delta, 0)
        self.residue[:] = delta - sent
        self.act[:] = act_data
        return sent

    def scale_in(self, a_in: Any) -> Any:
        """Bring the input to the scale of the state: floating-point models leave it."""
        return a_in

    def scale_out(self, sent: Any) -> Any:
        """Bring a change to the scale of messages: floating-point models leave it."""
        return sent

    def run_spk(self) -> None:
        self.s_out.send(self.scale_out(self.delta_dynamics(self.scale_in(self.a_in.recv()))))


class AbstractSigmaDeltaModel(AbstractSigmaModel, AbstractDeltaModel):
    """Models that sum up, activate and send changes."""

    bias: Any = None

    def __init__(self, proc_params: ProcessParameters) -> None:
        super().__init__(proc_params)
        self.act_mode = self.proc_params["act_mode"]

    def activation_dynamics(self, sigma_data: Any) -> Any:
        """Apply bias and activation to the sum."""
        shifted = sigma_data + self.bias
        if self.act_mode == ActivationMode.UNIT:
            return shifted
        if self.act_mode == ActivationMode.RELU:
            return np.maximum(shifted, 0)
        raise NotImplementedError(f"act_mode: {self.act_mode!r} is not one of {list(ActivationMode)}")

    def dynamics(self, a_in: Any) -> Any:
        """Update the whole neuron and return what is sent."""
        self.sigma[:] = self.sigma_dynamics(a_in)
        return self.scale_out(self.delta_dynamics(self.activation_dynamics(self.sigma)))

    def run_spk(self) -> None:
        self.s_out.send(self.dynamics(self.a_in.recv()))


class _FixedScales(PyLoihiProcessModel):
    """Shifts between the scales of input, state and messages."""

    spike_exp: Any
    state_exp: Any

    def scale_in(self, a_in: Any) -> Any:
        return np.left_shift(a_in, self.spike_exp + self.state_exp)

    def scale_out(self, sent: Any) -> Any:
        return np.right_shift(sent, self.state_exp)


@model_of(Sigma, "floating_pt", kernel="lava_api.proc.sdn.kernels:SigmaFloat")
class PySigmaModelFloat(AbstractSigmaModel):
    """:class:`Sigma` in float64."""

    a_in = in_port(float)
    s_out = out_port(float)
    sigma = array(float)


@model_of(Sigma, "fixed_pt", kernel="lava_api.proc.sdn.kernels:SigmaFixed")
class PySigmaModelFixed(AbstractSigmaModel):
    """:class:`Sigma` in int32."""

    a_in = in_port(np.int32, 24)
    s_out = out_port(np.int32, 24)
    sigma = array(np.int32, 24)


@model_of(Delta, "floating_pt", kernel="lava_api.proc.sdn.kernels:DeltaFloat")
class PyDeltaModelFloat(AbstractDeltaModel):
    """:class:`Delta` in float64."""

    a_in = in_port(float)
    s_out = out_port(float)
    vth = sigma = act = residue = error = array(float)


@model_of(Delta, "fixed_pt", kernel="lava_api.proc.sdn.kernels:DeltaFixed")
class PyDeltaModelFixed(_FixedScales, AbstractDeltaModel):
    """:class:`Delta` in int32."""

    a_in = in_port(np.int32, 24)
    s_out = out_port(np.int32, 24)
    vth = sigma = act = residue = error = array(np.int32, 24)


@model_of(SigmaDelta, "floating_pt", kernel="lava_api.proc.sdn.kernels:SigmaDeltaFloat")
class PySigmaDeltaModelFloat(AbstractSigmaDeltaModel):
    """:class:`SigmaDelta` in float64."""

    a_in = in_port(float)
    s_out = out_port(float)
    vth = sigma = act = residue = error = bias = array(float)


@model_of(SigmaDelta, "fixed_pt", kernel="lava_api.proc.sdn.kernels:SigmaDeltaFixed")
class PySigmaDeltaModelFixed(_FixedScales, AbstractSigmaDeltaModel):
    """:class:`SigmaDelta` in int32; the input is not shifted."""

    a_in = in_port(np.int32, 24)
    s_out = out_port(np.int32, 24)
    vth = sigma = act = residue = error = array(np.int32, 24)
    bias = array(np.int32, 16)


@model_of(SigmaDelta, "fixed_pt", kernel="lava_api.proc.sdn.kernels:SigmaDeltaCorrected")
class PySigmaDeltaModelFixedCorrected(PySigmaDeltaModelFixed):
    """:class:`SigmaDelta` whose activation memory holds what was really sent; must be chosen by name.

    In :class:`PySigmaDeltaModelFixed` the bits that a message loses are never made up for.
    """

    def dynamics(self, a_in: Any) -> Any:
        self.sigma[:] = self.sigma_dynamics(a_in)
        delta = self.activation_dynamics(self.sigma) - self.act
        sent = self.scale_out(np.where(np.abs(delta) >= self.vth, delta, 0))
        self.act[:] += np.left_shift(sent, self.state_exp)
        return sent
