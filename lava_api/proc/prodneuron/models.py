"""NumPy model of products of two inputs."""

from __future__ import annotations

import numpy as np

from lava_api.magma.core.model.py.declare import PyLoihiProcessModel, array, in_port, model_of, out_port
from lava_api.proc.prodneuron.process import ProdNeuron


@model_of(ProdNeuron, "fixed_pt", kernel="lava_api.proc.graded.kernels:ProductFixed")
class PyProdNeuronModelFixed(PyLoihiProcessModel):
    """:class:`ProdNeuron` in int32; products wrap before they are shifted, ``v`` is never written."""

    a_in1 = a_in2 = in_port(np.int32, 24)
    s_out = out_port(np.int32, 24)
    v = vth = exp = array(np.int32, 24)

    def run_spk(self) -> None:
        product = np.right_shift(self.a_in1.recv() * self.a_in2.recv(), self.exp)
        self.s_out.send(product * (np.abs(product) > self.vth))
