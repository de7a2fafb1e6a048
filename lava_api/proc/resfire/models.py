"""NumPy model of resonators that send their amplitude."""

from __future__ import annotations

from typing import Any

import numpy as np

from lava_api.magma.core.model.py.declare import PyLoihiProcessModel, array, in_port, model_of, out_port
from lava_api.proc.resfire.process import COEFFICIENT_BITS, RFZero


@model_of(RFZero, "fixed_pt", kernel="lava_api.proc.resfire.kernels:RFZeroFixed")
class PyRFZeroModelFixed(PyLoihiProcessModel):
    """:class:`RFZero` in int32: products wrap, then round down."""

    u_in = v_in = in_port(np.int32, 24)
    s_out = out_port(np.int32, 24)
    uth = u = v = lst = lct = array(np.int32, 24)

    def run_spk(self) -> None:
        u_in, v_in = self.u_in.recv(), self.v_in.recv()

        def part(state: Any, coefficient: Any) -> Any:
            return np.right_shift(state * coefficient, COEFFICIENT_BITS)

        new_u = part(self.u, self.lct) - part(self.v, self.lst) + u_in
        new_v = part(self.v, self.lct) + part(self.u, self.lst) + v_in
        crossing = (new_u > self.uth) & (new_v >= 0) & (self.v < 0)
        self.u[:], self.v[:] = new_u, new_v
        self.s_out.send(new_u * crossing)
