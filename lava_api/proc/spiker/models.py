"""NumPy model of regular messages."""

from __future__ import annotations

from lava_api.magma.core.decorator import implements, requires
from lava_api.magma.core.model.py.declare import array, out_port
from lava_api.magma.core.model.py.model import PyLoihiProcessModel
from lava_api.magma.core.resources import CPU
from lava_api.magma.core.sync.protocols.loihi_protocol import LoihiProtocol
from lava_api.proc.spiker.process import Spiker


@implements(proc=Spiker, protocol=LoihiProtocol)
@requires(CPU)
class SpikerModel(PyLoihiProcessModel):
    """:class:`Spiker` in integers."""

    KERNEL = "lava_api.proc.graded.kernels:SpikerKernel"

    s_out = out_port(int)
    rate = counter = payload = array(int, 32)

    def run_spk(self) -> None:
        """One step: send what is due, count."""
        due = self.counter == self.rate
        self.counter[due] = 0
        self.s_out.send(due * self.payload)
        self.counter += 1
