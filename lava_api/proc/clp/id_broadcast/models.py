"""NumPy model that passes on a number."""

from __future__ import annotations

from typing import Any

import numpy as np

from lava_api.magma.core.decorator import implements, requires
from lava_api.magma.core.model.py.model import PyLoihiProcessModel
from lava_api.magma.core.model.py.ports import PyInPort, PyOutPort
from lava_api.magma.core.model.py.type import LavaPyType
from lava_api.magma.core.resources import CPU
from lava_api.magma.core.sync.protocols.loihi_protocol import LoihiProtocol
from lava_api.proc.clp.id_broadcast.process import IdBroadcast


@implements(proc=IdBroadcast, protocol=LoihiProtocol)
@requires(CPU)
class IdBroadcastModel(PyLoihiProcessModel):
    """:class:`IdBroadcast` in integers."""

    KERNEL = "lava_api.proc.clp.kernels:Broadcast"

    a_in: Any = LavaPyType(PyInPort.VEC_DENSE, int)
    s_out: Any = LavaPyType(PyOutPort.VEC_DENSE, int)
    val: Any = LavaPyType(np.ndarray, np.int32)

    def run_spk(self) -> None:
        self.val[:] = self.a_in.recv()
        self.s_out.send(self.val)
