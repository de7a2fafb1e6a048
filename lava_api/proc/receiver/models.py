"""NumPy model of a receiver."""

from __future__ import annotations

from lava_api.magma.core.decorator import implements, requires
from lava_api.magma.core.model.py.declare import array, in_port
from lava_api.magma.core.model.py.model import PyLoihiProcessModel
from lava_api.magma.core.resources import CPU
from lava_api.magma.core.sync.protocols.loihi_protocol import LoihiProtocol
from lava_api.proc.receiver.process import Receiver


@implements(proc=Receiver, protocol=LoihiProtocol)
@requires(CPU)
class ReceiverModel(PyLoihiProcessModel):
    """:class:`Receiver` in integers."""

    KERNEL = "lava_api.proc.graded.kernels:ReceiverKernel"

    a_in = in_port(int)
    payload = array(int, 32)

    def run_spk(self) -> None:
        self.payload[:] = self.a_in.recv()
