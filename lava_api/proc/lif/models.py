"""NumPy models of LIF neurons, in floating point and bit-accurate.

Neurons with rules of their own subclass :class:`AbstractPyLifModelFloat` or :class:`AbstractPyLifModelFixed` and
override ``spiking_activation``, ``subthr_dynamics`` or ``reset_voltage``.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from lava_api.magma.core.model.py.declare import (
    ABSTRACT,
    PyLoihiProcessModel,
    array,
    in_port,
    model_of,
    number,
    out_port,
)
from lava_api.magma.core.model.py.neuron import LearningNeuronModelFixed, LearningNeuronModelFloat
from lava_api.proc._arithmetic import decay, saturate, scaled_bias, wrap_once
from lava_api.proc._checks import as_integers
from lava_api.proc.lif.process import LIF, LearningLIF, LIFRefractory, LIFReset, TernaryLIF
from loihi_emu.widths import DECAY_BITS, DECAY_UNITY, STATE_BITS, VTH_MAX, WORD_BITS

THRESHOLD_SHIFT = 6
"""Thresholds and inputs of fixed-point models are in units of 2^6 of the state."""


class _Lif(PyLoihiProcessModel):
    """What models in both number formats have in common: the order of a step, and what a model must define."""

    a_in = s_out = u = v = ABSTRACT

    def spiking_activation(self) -> Any:
        """Tell which neurons spike; a model must define it."""
        raise NotImplementedError(f"{type(self).__name__} must define spiking_activation()")

    def subthr_dynamics(self, activation_in: Any) -> None:
        """Update current and voltage from this step's input."""

    def reset_voltage(self, spike_vector: Any) -> None:
        """Clear the voltage of neurons that spiked."""
        self.v[spike_vector] = 0

    def _scale(self) -> None:
        """Bring bias and thresholds to the scale of the state: nothing in floating point."""

    def run_spk(self) -> None:
        super().run_spk()
        activation_in = self.a_in.recv()
        self._scale()
        self.subthr_dynamics(activation_in=activation_in)
        self.s_out_buff = self.spiking_activation()
        self.reset_voltage(spike_vector=self.s_out_buff)
        self.s_out.send(self.s_out_buff)


class AbstractPyLifModelFloat(_Lif):
    """LIF neurons in float64: ``u = u (1 - du) + a``, ``v = v (1 - dv) + u + bias_mant``."""

    a_in = in_port(float)
    u = v = bias_mant = bias_exp = array(float)
    du = dv = number(float)

    def subthr_dynamics(self, activation_in: Any) -> None:
        self.u[:] = self.u * (1 - self.du) + activation_in
        self.v[:] = self.v * (1 - self.dv) + self.u + self.bias_mant


def _hint(name: str, value: Any) -> str:
    """Return what to do about a decay or a threshold that is no integer."""
    is_decay, floating = name in ("du", "dv"), "select the floating-point model: select_tag='floating_pt'."
    if way := as_integers(name, value):
        return f". Write {way}."
    if np.asarray(value).dtype.kind != "f" or not np.isfinite(value).all():
        return f"; the largest {'decay is 4095' if is_decay else f'threshold is {VTH_MAX}'}."
    if not is_decay:
        return f". Round it, or scale thresholds, weights and biases alike; for fractions {floating}"
    hint = f", {name}=round({value} * 4096)" if np.ndim(value) == 0 else ""
    return f", decays in units of 1/4096{hint}. For fractions {floating}"


class AbstractPyLifModelFixed(_Lif):
    """LIF neurons with 24-bit states.

    ``u = wrap(decay(u, du + 1) + a 2^6)``, ``v = saturate(decay(v, dv) + u + bias)``; decays round towards zero, the
    current wraps at 2^24, the voltage saturates at 2^23 - 1. The bias is computed anew in each step, thresholds before
    the first.
    """

    a_in = in_port(np.int16, 16)
    u = v = array(np.int32, 24)
    du = dv = number(np.uint16, 12)
    bias_mant = array(np.int16, 13)
    bias_exp = array(np.int16, 3)
    effective_bias: Any = 0
    isthrscaled = False
    ds_offset = 1  # as on the chip: a current with du = 0 loses 1/4096 a step
    dm_offset = 0
    uv_bitwidth, max_uv_val = WORD_BITS, 1 << STATE_BITS
    decay_shift, decay_unity = DECAY_BITS, DECAY_UNITY
    vth_shift = act_shift = THRESHOLD_SHIFT

    def scale_bias(self) -> None:
        """Compute the bias current of this step from mantissa and exponent."""
        self.effective_bias = scaled_bias(self.bias_mant, self.bias_exp)

    def check_integers(self) -> None:
        """Raise a TypeError where a decay or threshold is not an integer; one of few bits gets as many as it needs."""
        for name in ("du", "dv", "vth", "vth_hi", "vth_lo"):
            value = getattr(self, name, 0)
            if np.asarray(value).dtype.kind not in "biu":
                raise TypeError(f"{name}: got {value!r}, the fixed-point model needs integers{_hint(name, value)}")
            if isinstance(value, np.generic):
                setattr(self, name, int(value))
            elif name in ("du", "dv") and np.asarray(value).dtype in (np.int8, np.uint8, np.uint64):
                setattr(self, name, np.asarray(value).astype(np.int64))

    def scale_threshold(self) -> None:
        """Bring thresholds to the scale of the voltage, once; a model must define it."""
        raise NotImplementedError(f"{type(self).__name__} must define scale_threshold()")

    def subthr_dynamics(self, activation_in: Any) -> None:
        keep_u = self.decay_unity - (self.du + self.ds_offset)
        keep_v = self.decay_unity - (self.dv + self.dm_offset)
        decayed = decay(self.u, keep_u, self.decay_shift).astype(np.int32)
        self.u[:] = wrap_once(decayed + np.left_shift(activation_in, self.act_shift))
        decayed = decay(self.v, keep_v, self.decay_shift).astype(np.int32)
        self.v[:] = saturate(decayed + self.u + self.effective_bias)

    def _scale(self) -> None:
        self.scale_bias()
        if not self.isthrscaled:  # once: in Lava a threshold that is set later has no effect
            self.check_integers()
            self.scale_threshold()


class OneThresholdFloat(AbstractPyLifModelFloat):
    """Spikes above a threshold."""

    s_out = out_port(float)
    vth = number(float)

    def spiking_activation(self) -> Any:
        return self.v > self.vth


class OneThresholdFixed(AbstractPyLifModelFixed):
    """Spikes above a threshold, scaled before the first step."""

    s_out = out_port(np.int32, 24)
    vth = number(np.int32, 17)
    effective_vth: Any = 0

    def scale_threshold(self) -> None:
        self.effective_vth = np.left_shift(self.vth, self.vth_shift)
        self.isthrscaled = True

    def spiking_activation(self) -> Any:
        return self.v > self.effective_vth


@model_of(LIF, "floating_pt", kernel="lava_api.proc.lif.kernels:LifFloat")
class PyLifModelFloat(OneThresholdFloat):
    """:class:`LIF` in float64."""


@model_of(LIF, "bit_accurate_loihi", "fixed_pt", kernel="lava_api.proc.lif.kernels:LifFixed")
class PyLifModelBitAcc(OneThresholdFixed):
    """:class:`LIF` in Loihi's integers."""


class _Ternary(_Lif):
    """Reset of ternary neurons: both signs of spike clear the voltage."""

    def reset_voltage(self, spike_vector: Any) -> None:
        self.v[spike_vector != 0] = 0


@model_of(TernaryLIF, "floating_pt", kernel="lava_api.proc.lif.kernels:TernaryFloat")
class PyTernLifModelFloat(_Ternary, AbstractPyLifModelFloat):
    """:class:`TernaryLIF` in float64."""

    s_out = out_port(float, 2)
    vth_hi = vth_lo = number(float)

    def spiking_activation(self) -> Any:
        return 1 * (self.v > self.vth_hi) - 1 * (self.v < self.vth_lo)


@model_of(TernaryLIF, "fixed_pt", kernel="lava_api.proc.lif.kernels:TernaryFixed")
class PyTernLifModelFixed(_Ternary, AbstractPyLifModelFixed):
    """:class:`TernaryLIF` in Loihi's integers."""

    s_out = out_port(int, 2)
    vth_hi = vth_lo = array(np.int32, 24)
    effective_vth_hi: Any = 0
    effective_vth_lo: Any = 0

    def scale_threshold(self) -> None:
        self.effective_vth_hi = np.left_shift(self.vth_hi, self.vth_shift)
        self.effective_vth_lo = np.left_shift(self.vth_lo, self.vth_shift)
        self.isthrscaled = True

    def spiking_activation(self) -> Any:
        return 1 * (self.v > self.effective_vth_hi) - 1 * (self.v < self.effective_vth_lo)


class _Reset(_Lif):
    """Regular clearing of the state, before the update of a step."""

    def subthr_dynamics(self, activation_in: Any) -> None:
        interval = self.proc_params.get("reset_interval", 1)
        offset = self.proc_params.get("reset_offset", 0)
        if self.time_step % interval == offset % interval:
            self.u[:] = 0
            self.v[:] = 0
        super().subthr_dynamics(activation_in)


@model_of(LIFReset, "floating_pt", kernel="lava_api.proc.lif.kernels:ResetFloat")
class PyLifResetModelFloat(_Reset, OneThresholdFloat):
    """:class:`LIFReset` in float64."""


@model_of(LIFReset, "bit_accurate_loihi", "fixed_pt", kernel="lava_api.proc.lif.kernels:ResetFixed")
class PyLifResetModelBitAcc(_Reset, OneThresholdFixed):
    """:class:`LIFReset` in Loihi's integers."""


@model_of(LIFRefractory, "floating_pt", kernel="lava_api.proc.lif.kernels:RefractoryFloat")
class PyLifRefractoryModelFloat(OneThresholdFloat):
    """:class:`LIFRefractory` in float64."""

    refractory_period_end = array(int)

    def __init__(self, proc_params: Any) -> None:
        super().__init__(proc_params)
        self.refractory_period = proc_params["refractory_period"]

    def subthr_dynamics(self, activation_in: Any) -> None:
        self.u[:] = self.u * (1 - self.du) + activation_in
        drive = self.v * (1 - self.dv) + (self.u + self.bias_mant)
        self.v[:] = np.where(self.refractory_period_end < self.time_step, drive, self.v)

    def reset_voltage(self, spike_vector: Any) -> None:
        super().reset_voltage(spike_vector)
        self.refractory_period_end[spike_vector] = self.time_step + self.refractory_period


class _SendsBack(PyLoihiProcessModel):
    """Spikes and traces that go back to learning connections.

    Only the library's own models send them: models derived from them do as they wish.
    """

    s_out_buff: Any

    def run_spk(self) -> None:
        super().run_spk()
        if type(self) in (PyLearningLIFModelFixed, PyLearningLifModelFloat):
            self.send_back(self.s_out_buff)  # type: ignore[attr-defined]


@model_of(LearningLIF, "bit_accurate_loihi", "fixed_pt", kernel="lava_api.proc.lif.learning_kernels:LearningLifFixed")
class PyLearningLIFModelFixed(_SendsBack, LearningNeuronModelFixed, OneThresholdFixed):
    """:class:`LearningLIF` in Loihi's integers."""


@model_of(LearningLIF, "floating_pt", kernel="lava_api.proc.lif.learning_kernels:LearningLifFloat")
class PyLearningLifModelFloat(_SendsBack, LearningNeuronModelFloat, OneThresholdFloat):
    """:class:`LearningLIF` in float64."""
