"""Leaky integrate-and-fire neurons: current, voltage, threshold.

A decay of 0 keeps a state, the largest decay clears it in one step: fractions in [0, 1] for floating-point models,
12-bit integers for fixed-point ones, where ``du`` counts one more than is given. The bias is
``bias_mant * 2^bias_exp`` in fixed point and ``bias_mant`` alone in floating point.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from lava_api.magma.core.process.neuron import LearningNeuronProcess
from lava_api.proc._checks import checked_interval
from lava_api.proc._process import AbstractProcess, InPort, LogConfig, OutPort, Var, extends, variables, warn_unknown
from loihi_emu.errors import invalid


class AbstractLIF(AbstractProcess):
    """State and ports that all LIF neurons share: ``a_in``, ``s_out``, ``u``, ``v``, decays and bias."""

    def __init__(
        self,
        *,
        shape: tuple[int, ...],
        u: ArrayLike,
        v: ArrayLike,
        du: ArrayLike,
        dv: ArrayLike,
        bias_mant: ArrayLike,
        bias_exp: ArrayLike,
        name: str | None,
        log_config: LogConfig | None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            shape=shape, u=u, v=v, du=du, dv=dv, bias_mant=bias_mant, bias_exp=bias_exp,
            name=name, log_config=log_config, **kwargs,
        )  # fmt: skip
        self.a_in = InPort(shape=shape)
        self.s_out = OutPort(shape=shape)
        self.u, self.v = variables(shape, u, v)
        self.du, self.dv = variables((1,), du, dv)
        self.bias_exp, self.bias_mant = variables(shape, bias_exp, bias_mant)


class LIF(AbstractLIF):
    """Leaky integrate-and-fire neurons.

    ``u = u (1 - du) + a_in;  v = v (1 - dv) + u + bias;  spike where v > vth, then v = 0``

    Parameters
    ----------
    shape : tuple of int
        Shape of the population, its ports and its state.
    u, v : scalar or array
        Initial current and voltage.
    du, dv : scalar or array
        Decays; 12-bit integers in fixed point, fractions in floating point.
    bias_mant, bias_exp : scalar or array
        Mantissa (13 bit) and exponent (3 bit) of the bias.
    vth : scalar or array
        Threshold; fixed point compares with ``vth * 2^6``.
    name : str, optional
        Name of the process.
    log_config : LogConfig, optional
        How the process logs.

    Examples
    --------
    >>> from lava_api.proc.lif.process import LIF
    >>> LIF(shape=(3,), du=4095, vth=10).v.shape
    (3,)
    """

    def __init__(
        self,
        *,
        shape: tuple[int, ...],
        u: ArrayLike = 0,
        v: ArrayLike = 0,
        du: ArrayLike = 0,
        dv: ArrayLike = 0,
        bias_mant: ArrayLike = 0,
        bias_exp: ArrayLike = 0,
        vth: ArrayLike = 10,
        name: str | None = None,
        log_config: LogConfig | None = None,
        **kwargs: Any,
    ) -> None:
        warn_unknown(self, kwargs)
        super().__init__(
            shape=shape, u=u, v=v, du=du, dv=dv, bias_mant=bias_mant, bias_exp=bias_exp,
            name=name, log_config=log_config, **kwargs,
        )  # fmt: skip
        self.vth = Var(shape=(1,), init=vth)


class LearningLIF(LearningNeuronProcess, AbstractLIF):
    """LIF neurons that take part in learning.

    Spikes also go back through ``s_out_bap``, the traces y1, y2, y3 (variables that the library's models leave as they
    are set) through ``s_out_y1``, ``s_out_y2``, ``s_out_y3``; third factors arrive at ``a_third_factor_in`` for models
    of users.

    Parameters
    ----------
    shape, u, v, du, dv, bias_mant, bias_exp, vth, name, log_config
        As for :class:`LIF`.
    learning_rule : LoihiLearningRule, optional
        For models of users.
    """

    @extends(LIF)
    def __init__(self, *, vth: ArrayLike = 10, learning_rule: Any = None, **lif: Any) -> None:
        warn_unknown(self, lif)
        super().__init__(learning_rule=learning_rule, **lif)
        self.vth = Var(shape=(1,), init=vth)


class TernaryLIF(AbstractLIF):
    """LIF neurons with an upper and a lower threshold, whose spikes are +1 and -1.

    Parameters
    ----------
    shape, u, v, du, dv, bias_mant, bias_exp, name, log_config
        As for :class:`LIF`.
    vth_hi, vth_lo : scalar
        A neuron sends +1 above ``vth_hi`` and -1 below ``vth_lo``, which is not above it.

    Raises
    ------
    ValueError
        When ``vth_lo`` is above ``vth_hi``.
    """

    @extends(LIF, without=("vth", "kwargs"), before="name")
    def __init__(self, *, vth_hi: ArrayLike = 10, vth_lo: ArrayLike = -10, **lif: Any) -> None:
        super().__init__(**lif)
        if np.any(np.asarray(vth_lo) > np.asarray(vth_hi)):
            raise invalid(f'TernaryLIF "{self.name}"', "vth_lo", vth_lo, f"at most vth_hi, which is {vth_hi!s}")
        self.vth_hi, self.vth_lo = variables((1,), vth_hi, vth_lo)


class LIFReset(LIF):
    """LIF neurons whose state is cleared at regular times, before the update of that step.

    Parameters
    ----------
    shape, u, v, du, dv, bias_mant, bias_exp, vth, name, log_config
        As for :class:`LIF`.
    reset_interval : int
        Steps between resets, at least 1; 1 clears the state in every step.
    reset_offset : int
        Resets come at the steps t (the first is 1) with ``t % interval == offset % interval``.
    """

    @extends(LIF, without=("kwargs",), before="name")
    def __init__(self, *, reset_interval: int = 1, reset_offset: int = 0, **lif: Any) -> None:
        checked_interval(self, "reset_interval", reset_interval)
        super().__init__(reset_interval=reset_interval, reset_offset=reset_offset, **lif)


class LIFRefractory(LIF):
    """LIF neurons whose voltage is held at 0 for some steps after a spike (floating point only).

    Parameters
    ----------
    shape, u, v, du, dv, bias_mant, bias_exp, vth, name, log_config
        As for :class:`LIF`.
    refractory_period : int
        Steps after that of the spike in which the voltage does not move.
    """

    @extends(LIF, without=("kwargs",), before="name")
    def __init__(self, *, refractory_period: int = 1, **lif: Any) -> None:
        super().__init__(refractory_period=refractory_period, **lif)
        self.refractory_period_end = Var(shape=lif["shape"], init=0)
