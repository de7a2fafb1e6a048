"""Sigma and delta neurons: networks that send changes.

With exponents, values inside are scaled by ``2^(spike_exp + state_exp)`` and what is sent by ``2^spike_exp``;
thresholds and biases are given unscaled.
"""

from __future__ import annotations

from enum import IntEnum, unique
from typing import Any

from lava_api.proc._process import InPort, OutPort, Shaped, Var, variables, warn_unknown


@unique
class ActivationMode(IntEnum):
    """Activation of a sigma-delta neuron: the sum itself, or its positive part."""

    UNIT = 0
    RELU = 1


class Sigma(Shaped):
    """Sum up inputs over time: ``sigma += a_in``, sent in the same step.

    Parameters
    ----------
    shape : tuple of int
        Shape of the population.
    """

    def __init__(self, *, shape: tuple[int, ...]) -> None:
        super().__init__(shape=shape)
        self.a_in = InPort(shape=shape)
        self.s_out = OutPort(shape=shape)
        self.sigma = Var(shape=shape, init=0)


class Delta(Shaped):
    """Send changes of the input that reach a threshold.

    ``delta = a_in - act + residue`` is sent where ``|delta| >= vth``, what is not sent stays in ``residue``.

    Parameters
    ----------
    shape : tuple of int
        Shape of the population.
    vth : scalar
        Threshold.
    cum_error : bool
        Compare the sum of changes since the last message with the threshold instead of the change.
    spike_exp, state_exp : int
        Binary exponents of what is sent and of the additional precision inside.
    """

    def __init__(
        self,
        *,
        shape: tuple[int, ...],
        vth: Any,
        cum_error: bool = False,
        spike_exp: int = 0,
        state_exp: int = 0,
    ) -> None:
        super().__init__(shape=shape, vth=vth, cum_error=cum_error, spike_exp=spike_exp, state_exp=state_exp)
        self.a_in = InPort(shape=shape)
        self.s_out = OutPort(shape=shape)
        self.vth = Var(shape=(1,), init=vth * (1 << (spike_exp + state_exp)))
        self.sigma, self.act, self.residue, self.error = variables(shape, 0, 0, 0, 0)
        self.spike_exp, self.state_exp, self.cum_error = variables((1,), spike_exp, state_exp, cum_error)


class SigmaDelta(Shaped):
    """Sum up inputs, apply an activation, send its changes.

    ``sigma += a_in;  y = f(sigma + bias)``, then as :class:`Delta`.

    Parameters
    ----------
    shape, vth, cum_error, spike_exp, state_exp
        As for :class:`Delta`.
    bias : scalar or array
        Bias of the activation.
    act_mode : ActivationMode
        f above, RELU or UNIT.
    """

    def __init__(
        self,
        *,
        shape: tuple[int, ...],
        vth: Any,
        bias: Any = 0,
        act_mode: ActivationMode = ActivationMode.RELU,
        cum_error: bool = False,
        spike_exp: int = 0,
        state_exp: int = 0,
        **kwargs: Any,
    ) -> None:
        warn_unknown(self, kwargs)
        super().__init__(
            shape=shape, vth=vth, bias=bias, act_mode=act_mode, cum_error=cum_error,
            spike_exp=spike_exp, state_exp=state_exp, **kwargs,
        )  # fmt: skip
        scale = 1 << (spike_exp + state_exp)
        self.a_in = InPort(shape=shape)
        self.s_out = OutPort(shape=shape)
        self.vth = Var(shape=(1,), init=vth * scale)
        self.sigma, self.act, self.residue, self.error, self.bias = variables(shape, 0, 0, 0, 0, bias * scale)
        self.spike_exp, self.state_exp, self.cum_error = variables((1,), spike_exp, state_exp, cum_error)
