"""NumPy model that passes on a number."""

from __future__ import annotations

import numpy as np

from lava_api.magma.core.model.py.declare import PyLoihiProcessModel, array, in_port, model_of, out_port
from lava_api.proc.clp.id_broadcast.process import IdBroadcast


@model_of(IdBroadcast, kernel="lava_api.proc.clp.kernels:Broadcast")
class IdBroadcastModel(PyLoihiProcessModel):
    """:class:`IdBroadcast` in integers."""

    a_in = in_port(int)
    s_out = out_port(int)
    val = array(np.int32)

    def run_spk(self) -> None:
        self.val[:] = self.a_in.recv()
        self.s_out.send(self.val)
