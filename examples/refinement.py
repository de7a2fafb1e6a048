"""One process, several models: the same neuron in floating point and in integers, chosen by a tag when it runs."""

import numpy as np
from lava.magma.core.decorator import implements, requires, tag
from lava.magma.core.model.py.model import PyLoihiProcessModel
from lava.magma.core.model.py.ports import PyInPort, PyOutPort
from lava.magma.core.model.py.type import LavaPyType
from lava.magma.core.process.ports.ports import InPort, OutPort
from lava.magma.core.process.process import AbstractProcess
from lava.magma.core.process.variable import Var
from lava.magma.core.resources import CPU
from lava.magma.core.run_conditions import RunSteps
from lava.magma.core.run_configs import Loihi2SimCfg
from lava.magma.core.sync.protocols.loihi_protocol import LoihiProtocol
from lava.proc.io.source import RingBuffer


class Leaky(AbstractProcess):
    """A leaky sum; the leak is a fraction of 4096."""

    def __init__(self, leak):
        super().__init__()
        self.inp, self.out = InPort((1,)), OutPort((1,))
        self.v, self.leak = Var((1,), 0), Var((1,), leak)


class LeakyModel(PyLoihiProcessModel):
    def run_spk(self):
        self.v[:] = self.decay() + self.inp.recv()
        self.out.send(self.v)


@implements(proc=Leaky, protocol=LoihiProtocol)
@requires(CPU)
@tag("floating_pt")
class LeakyFloat(LeakyModel):
    inp: PyInPort = LavaPyType(PyInPort.VEC_DENSE, float)
    out: PyOutPort = LavaPyType(PyOutPort.VEC_DENSE, float)
    v: np.ndarray = LavaPyType(np.ndarray, float)
    leak: np.ndarray = LavaPyType(np.ndarray, float)

    def decay(self):
        return self.v * (1 - self.leak / 4096)


@implements(proc=Leaky, protocol=LoihiProtocol)
@requires(CPU)
@tag("fixed_pt")
class LeakyFixed(LeakyModel):
    inp: PyInPort = LavaPyType(PyInPort.VEC_DENSE, np.int32)
    out: PyOutPort = LavaPyType(PyOutPort.VEC_DENSE, np.int32)
    v: np.ndarray = LavaPyType(np.ndarray, np.int32)
    leak: np.ndarray = LavaPyType(np.ndarray, np.int32)

    def decay(self):
        return self.v * (4096 - self.leak) >> 12


for kind in ("floating_pt", "fixed_pt"):
    source, leaky = RingBuffer(data=np.array([[100, 0, 0, 50, 0]])), Leaky(leak=1000)
    source.s_out.connect(leaky.inp)
    values = []
    for _ in range(5):
        leaky.run(RunSteps(num_steps=1), run_cfg=Loihi2SimCfg(select_tag=kind))
        values.append(float(leaky.v.get()[0]))
    leaky.stop()
    print(f"{kind:12s}", np.round(values, 2))
