"""A user's own process with a Python model, for the Lava benchmark."""

from __future__ import annotations

from typing import Any

from lava_api.magma.core.decorator import implements, requires
from lava_api.magma.core.model.py.model import PyLoihiProcessModel
from lava_api.magma.core.model.py.ports import PyInPort, PyOutPort
from lava_api.magma.core.model.py.type import LavaPyType
from lava_api.magma.core.process.ports.ports import InPort, OutPort
from lava_api.magma.core.process.process import AbstractProcess
from lava_api.magma.core.resources import CPU
from lava_api.magma.core.sync.protocols.loihi_protocol import LoihiProtocol


class Pass(AbstractProcess):
    """Sends what it receives."""

    def __init__(self, *, shape: tuple[int, ...]) -> None:
        super().__init__(shape=shape)
        self.inp, self.out = InPort(shape), OutPort(shape)


@implements(proc=Pass, protocol=LoihiProtocol)
@requires(CPU)
class PyPass(PyLoihiProcessModel):
    """The model."""

    inp: Any = LavaPyType(PyInPort.VEC_DENSE, float)
    out: Any = LavaPyType(PyOutPort.VEC_DENSE, float)

    def run_spk(self) -> None:
        """One step."""
        self.out.send(self.inp.recv())
