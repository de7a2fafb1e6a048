"""NumPy model of a receiver."""

from __future__ import annotations

from typing import Any

import numpy as np

from lava_api.magma.core.decorator import implements, requires
from lava_api.magma.core.model.py.model import PyLoihiProcessModel
from lava_api.magma.core.model.py.ports import PyInPort
from lava_api.magma.core.model.py.type import LavaPyType
from lava_api.magma.core.resources import CPU
from lava_api.magma.core.sync.protocols.loihi_protocol import LoihiProtocol
from lava_api.proc.receiver.process import Receiver


@implements(proc=Receiver, protocol=LoihiProtocol)
@requires(CPU)
class ReceiverModel(PyLoihiProcessModel):
    """:class:`Receiver` in integers."""

    KERNEL = "lava_api.proc.graded.kernels:ReceiverKernel"

    a_in: Any = LavaPyType(PyInPort.VEC_DENSE, int)
    payload: Any = LavaPyType(np.ndarray, int, 32)

    def run_spk(self) -> None:
        self.payload[:] = self.a_in.recv()
