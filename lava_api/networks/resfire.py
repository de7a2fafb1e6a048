"""Resonators as a vector."""

from __future__ import annotations

from typing import Any

import numpy as np

from lava_api.networks.network import AlgebraicVector, NetworkList
from lava_api.proc.resfire.process import RFZero


class ResFireVec(AlgebraicVector):
    """Resonators as a vector: ``vector << (real, imaginary)`` drives both parts, ``vector << real`` the first.

    Parameters
    ----------
    shape : tuple of int
        Shape of the vector.
    uth : int
        Threshold.
    freqs : array
        Frequencies in Hz.
    decay_tau : array
        Time constants of decay in seconds.
    dt : float
        Seconds of a step.
    """

    def __init__(
        self,
        *,
        uth: int = 10,
        shape: tuple[int, ...] = (1,),
        freqs: Any = (10,),
        decay_tau: Any = (1,),
        dt: float = 0.001,
    ) -> None:
        self.uth, self.shape, self.dt = uth, shape, dt
        self.freqs, self.decay_tau = np.array(freqs), np.array(decay_tau)
        main = RFZero(shape=shape, uth=uth, freqs=self.freqs, decay_tau=self.decay_tau, dt=dt)
        self._stand_for(main, "u_in")
        self.in_port2 = main.v_in

    def __lshift__(self, other: Any) -> Any:
        """Connect the two parts, or one source with the real part."""
        if isinstance(other, NetworkList) or not isinstance(other, list | tuple):
            return super().__lshift__(other)
        if len(other) != 2:
            raise TypeError(f"resonators have two parts, vector << (real, imaginary); got {len(other)}")
        for part, port in zip(other, (self.in_port, self.in_port2), strict=True):
            part.out_port.connect(port)
        return self
