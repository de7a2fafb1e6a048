"""Resonate-and-fire neurons: a damped rotation in the plane."""

from __future__ import annotations

from typing import Any

import numpy as np

from lava_api.proc._process import InPort, LogConfig, OutPort, Shaped, variables
from loihi_emu.numeric import sine_and_cosine


class RF(Shaped):
    """Resonate-and-fire neurons that spike when the oscillation passes from below through the positive real axis.

    ``re' = (1 - alpha) (cos re - sin im) + a_real;  im' = (1 - alpha) (sin re + cos im) + a_imag`` with the angle
    ``2 pi / period``; a spike where ``re' >= vth``, ``im' >= 0`` and the old ``im < 0``.

    Parameters
    ----------
    shape : tuple of int
        Shape of the population.
    period : float
        Steps of a turn.
    alpha : float
        Decay per step, 0 (none) to 1.
    state_exp : int
        Inputs and threshold are multiplied with 2^state_exp (fixed point).
    decay_bits : int
        Fraction bits of the rotation's coefficients; 0 for floating point, positive (12 on the chip) for fixed point.
    vth : float
        Threshold.
    name, log_config : optional
        As for every :class:`~lava_api.magma.core.process.process.AbstractProcess`.
    """

    def __init__(
        self,
        shape: tuple[int, ...],
        period: float,
        alpha: float,
        state_exp: int = 0,
        decay_bits: int = 0,
        vth: Any = 1,
        name: str | None = None,
        log_config: LogConfig | None = None,
    ) -> None:
        super().__init__(
            shape=shape, period=period, alpha=alpha, state_exp=state_exp, decay_bits=decay_bits, vth=vth,
            name=name, log_config=log_config,
        )  # fmt: skip
        sine, cosine = sine_and_cosine(2 * np.pi / period)
        sin_decay: Any = (1 - alpha) * sine
        cos_decay: Any = (1 - alpha) * cosine
        if decay_bits > 0:
            sin_decay = np.asarray(sin_decay * (1 << decay_bits)).astype(np.int32)[()]
            cos_decay = np.asarray(cos_decay * (1 << decay_bits)).astype(np.int32)[()]
        if state_exp > 0:
            vth = int(vth * (1 << state_exp))
        self.a_real_in = InPort(shape=shape)
        self.a_imag_in = InPort(shape=shape)
        self.s_out = OutPort(shape=shape)
        self.real, self.imag = variables(shape, 0, 0)
        self.sin_decay, self.cos_decay = variables((1,), sin_decay, cos_decay)
        self.state_exp, self.decay_bits, self.vth = variables((1,), state_exp, decay_bits, vth)
