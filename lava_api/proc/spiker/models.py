"""NumPy model of regular messages."""

from __future__ import annotations

from lava_api.magma.core.model.py.declare import PyLoihiProcessModel, array, model_of, out_port
from lava_api.proc.spiker.process import Spiker


@model_of(Spiker, kernel="lava_api.proc.graded.kernels:SpikerKernel")
class SpikerModel(PyLoihiProcessModel):
    """:class:`Spiker` in integers."""

    s_out = out_port(int)
    rate = counter = payload = array(int, 32)

    def run_spk(self) -> None:
        due = self.counter == self.rate
        self.counter[due] = 0
        self.s_out.send(due * self.payload)
        self.counter += 1
