"""NumPy model of products of two inputs."""

from __future__ import annotations

from typing import Any

import numpy as np

from lava_api.magma.core.decorator import implements, requires, tag
from lava_api.magma.core.model.py.model import PyLoihiProcessModel
from lava_api.magma.core.model.py.ports import PyInPort, PyOutPort
from lava_api.magma.core.model.py.type import LavaPyType
from lava_api.magma.core.resources import CPU
from lava_api.magma.core.sync.protocols.loihi_protocol import LoihiProtocol
from lava_api.proc.prodneuron.process import ProdNeuron


@implements(proc=ProdNeuron, protocol=LoihiProtocol)
@requires(CPU)
@tag("fixed_pt")
class PyProdNeuronModelFixed(PyLoihiProcessModel):
    """:class:`ProdNeuron` in int32; products wrap before they are shifted, ``v`` is never written."""

    KERNEL = "lava_api.proc.graded.kernels:ProductFixed"

    a_in1: Any = LavaPyType(PyInPort.VEC_DENSE, np.int32, precision=24)
    a_in2: Any = LavaPyType(PyInPort.VEC_DENSE, np.int32, precision=24)
    s_out: Any = LavaPyType(PyOutPort.VEC_DENSE, np.int32, precision=24)
    v: Any = LavaPyType(np.ndarray, np.int32, precision=24)
    vth: Any = LavaPyType(np.ndarray, np.int32, precision=24)
    exp: Any = LavaPyType(np.ndarray, np.int32, precision=24)

    def run_spk(self) -> None:
        product = np.right_shift(self.a_in1.recv() * self.a_in2.recv(), self.exp)
        self.s_out.send(product * (np.abs(product) > self.vth))
