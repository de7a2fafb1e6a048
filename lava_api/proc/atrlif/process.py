"""LIF neurons with adaptive threshold and refractoriness."""

from __future__ import annotations

from typing import Any

from numpy.typing import ArrayLike

from lava_api.proc._process import InPort, Named, OutPort, extends, variables


class ATRLIF(Named):
    """LIF neurons with adaptive threshold and refractoriness; a spike leaves current and voltage as they are.

    ``i = i (1 - delta_i) + a_in;  v = v (1 - delta_v) + i + bias;
    theta = (theta - theta_0) (1 - delta_theta) + theta_0;  r = r (1 - delta_r)``, and a spike where ``v - r >= theta``,
    after which ``r += 2 theta`` and ``theta += theta_step``.

    Parameters
    ----------
    shape : tuple of int
        Shape of the population.
    i, v, theta, r, s : scalar or array
        Initial current, voltage, threshold, refractory state and spikes. Fixed-point models start with ``theta_0``.
    delta_i, delta_v, delta_theta, delta_r : float
        Decays, fractions in [0, 1] for fixed-point models as well.
    theta_0 : float
        Resting threshold; fixed point scales it and ``theta_step`` by 2^6.
    theta_step : float
        Increase of the threshold with each spike.
    bias_mant, bias_exp : scalar or array
        Bias, ``bias_mant * 2^bias_exp`` in fixed point and ``bias_mant`` in floating point.
    name : str, optional
        Name of the process.
    log_config : LogConfig, optional
        How the process logs.
    """

    @extends(Named, without=("kwargs",), before="name")
    def __init__(
        self,
        *,
        shape: tuple[int, ...],
        i: ArrayLike = 0,
        v: ArrayLike = 0,
        theta: ArrayLike = 5,
        r: Any = 0,
        s: Any = 0,
        delta_i: ArrayLike = 0.4,
        delta_v: ArrayLike = 0.4,
        delta_theta: ArrayLike = 0.2,
        delta_r: ArrayLike = 0.2,
        theta_0: ArrayLike = 5,
        theta_step: ArrayLike = 3.75,
        bias_mant: ArrayLike = 0,
        bias_exp: ArrayLike = 0,
        **given: Any,
    ) -> None:
        super().__init__(
            shape=shape, i=i, v=v, theta=theta, r=r, s=s, delta_i=delta_i, delta_v=delta_v, delta_theta=delta_theta,
            delta_r=delta_r, theta_0=theta_0, theta_step=theta_step, bias_mant=bias_mant, bias_exp=bias_exp,
            **given,
        )  # fmt: skip
        self.a_in = InPort(shape=shape)
        self.s_out = OutPort(shape=shape)
        self.bias_mant, self.bias_exp = variables(shape, bias_mant, bias_exp)
        self.i, self.v, self.theta, self.r, self.s = variables(shape, i, v, theta, r, s)
        deltas = variables((1,), delta_i, delta_v, delta_theta, delta_r)
        self.delta_i, self.delta_v, self.delta_theta, self.delta_r = deltas
        self.theta_0, self.theta_step = variables((1,), theta_0, theta_step)
