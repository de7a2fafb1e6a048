"""Resonators as a vector."""

from __future__ import annotations

from typing import Any

from lava_api.networks.network import AlgebraicVector
from lava_api.proc.resfire.process import RFZero


class ResFireVec(AlgebraicVector):
    """Resonators as a vector, driven at their real part.

    Parameters
    ----------
    **kwargs
        As for :class:`~lava_api.proc.resfire.process.RFZero`; ``uth`` and the rest as there.
    """

    def __init__(self, **kwargs: Any) -> None:
        self.main = RFZero(**kwargs)
        self.shape = self.main.shape
        self.in_port = self.main.u_in
        self.in_port2 = self.main.v_in
        self.out_port = self.main.s_out
