"""Resonators that send their amplitude at the zero crossing."""

from __future__ import annotations

from typing import Any

import numpy as np

from lava_api.proc._process import InPort, OutPort, Shaped, Var, variables
from loihi_emu.numeric import sine_and_cosine

COEFFICIENT_BITS = 15
"""Fraction bits of the rotation's coefficients."""


class RFZero(Shaped):
    """Resonators that send ``u`` when ``v`` crosses zero upwards and ``u`` is above a threshold.

    Parameters
    ----------
    shape : tuple of int
        Shape of the population.
    freqs : array
        Frequencies in Hz.
    decay_tau : array
        Time constants of the decay in seconds.
    dt : float
        Duration of a step in seconds.
    uth : int
        Threshold.
    """

    def __init__(self, shape: tuple[int, ...], freqs: Any, decay_tau: Any, dt: float = 0.001, uth: int = 1) -> None:
        super().__init__(shape=shape)
        self.u_in = InPort(shape=shape)
        self.v_in = InPort(shape=shape)
        self.s_out = OutPort(shape=shape)
        angle = dt * np.array(freqs) * np.pi * 2  # in Lava's order: the last bit may decide a coefficient
        sine, cosine = sine_and_cosine(angle)
        length = np.exp(dt * (-1 / np.array(decay_tau)))
        one = 1 << COEFFICIENT_BITS
        self.uth = Var(shape=(1,), init=uth)
        self.u, self.v = variables(shape, 0, 0)
        self.lct = Var(shape=shape, init=np.array(length * cosine * one).astype(np.int32))
        self.lst = Var(shape=shape, init=np.array(length * sine * one).astype(np.int32))
