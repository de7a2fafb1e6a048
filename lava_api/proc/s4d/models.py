"""NumPy models of diagonal state-space neurons."""

from __future__ import annotations

from typing import Any

import numpy as np

from lava_api.magma.core.decorator import implements
from lava_api.magma.core.model.py.declare import PyLoihiProcessModel, array, in_port, model_of, out_port
from lava_api.magma.core.model.sub.model import AbstractSubProcessModel
from lava_api.magma.core.sync.protocols.loihi_protocol import LoihiProtocol
from lava_api.proc.s4d.process import S4d, SigmaS4dDelta, SigmaS4dDeltaLayer
from lava_api.proc.sdn.models import AbstractSigmaDeltaModel
from lava_api.proc.sparse.process import Sparse


@model_of(S4d, "floating_pt", kernel="lava_api.proc.s4d.kernels:StateSpace")
class S4dModel(PyLoihiProcessModel):
    """:class:`S4d` in complex128."""

    a_in = in_port(float)
    s_out = out_port(float)
    s4_exp = inp_exp = array(np.int32, 3)
    s4_state = a = b = c = array(complex)

    def run_spk(self) -> None:
        self.s4_state[:] = self.s4_state * self.a + self.a_in.recv() * self.b
        self.s_out.send(np.real(self.c * self.s4_state * 2))


@model_of(SigmaS4dDelta, "floating_pt", kernel="lava_api.proc.s4d.kernels:SigmaS4dDeltaFloat")
class PySigmaS4dDeltaModelFloat(AbstractSigmaDeltaModel):
    """:class:`SigmaS4dDelta` in float64."""

    COMPLEX = ("a", "b", "c")

    a_in = in_port(float)
    s_out = out_port(float)
    vth = sigma = act = residue = error = bias = s4_state = a = b = c = array(float)
    s4_exp = array(np.int32, 3)

    def start(self) -> None:
        """Compute in complex numbers if a parameter is complex; messages are the real parts."""
        if any(np.iscomplexobj(getattr(self, name)) for name in self.COMPLEX):
            for name in ("s4_state", "act", "residue", "error"):
                setattr(self, name, getattr(self, name).astype(complex))

    def scale_out(self, sent: Any) -> Any:
        return np.real(sent)

    def activation_dynamics(self, sigma_data: Any) -> Any:
        self.s4_state[:] = self.s4_state * self.a + sigma_data * self.b
        return self.c * self.s4_state * 2


@implements(proc=SigmaS4dDeltaLayer, protocol=LoihiProtocol)
class SubDenseLayerModel(AbstractSubProcessModel):
    """:class:`SigmaS4dDeltaLayer` of sparse connections around the neurons."""

    def __init__(self, proc: Any) -> None:
        params = proc.proc_params
        weights, bits = params["conn_weights"], params["num_message_bits"]
        self.sparse1 = Sparse(weights=weights.T, num_message_bits=bits)
        self.sigma_S4d_delta = SigmaS4dDelta(
            shape=(weights.shape[1],), vth=params["vth"], a=params["a"], b=params["b"], c=params["c"],
            state_exp=params["state_exp"], s4_exp=params["s4_exp"],
        )  # fmt: skip
        self.sparse2 = Sparse(weights=weights, num_message_bits=bits)
        proc.s_in.connect(self.sparse1.s_in)
        self.sparse1.a_out.connect(self.sigma_S4d_delta.a_in)
        self.sigma_S4d_delta.s_out.connect(self.sparse2.s_in)
        self.sparse2.a_out.connect(proc.a_out)
        proc.state_exp.alias(self.sigma_S4d_delta.state_exp)
        proc.a.alias(self.sigma_S4d_delta.a)
        proc.b.alias(self.sigma_S4d_delta.b)
        proc.c.alias(self.sigma_S4d_delta.c)
        proc.s4_state.alias(self.sigma_S4d_delta.s4_state)
        proc.S4_exp.alias(self.sigma_S4d_delta.s4_exp)
        proc.conn_weights.alias(self.sparse2.weights)
        proc.num_message_bits.alias(self.sparse2.num_message_bits)
