"""NumPy model of a receiver."""

from __future__ import annotations

from lava_api.magma.core.model.py.declare import PyLoihiProcessModel, array, in_port, model_of
from lava_api.proc.receiver.process import Receiver


@model_of(Receiver, kernel="lava_api.proc.graded.kernels:ReceiverKernel")
class ReceiverModel(PyLoihiProcessModel):
    """:class:`Receiver` in integers."""

    a_in = in_port(int)
    payload = array(int, 32)

    def run_spk(self) -> None:
        self.payload[:] = self.a_in.recv()
