"""A process of one's own beside those of the library: a refractory winner-take-all with a model in Python."""

import numpy as np
from lava.magma.core.decorator import implements, requires
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
from lava.proc.dense.process import Dense
from lava.proc.io.sink import RingBuffer as Sink
from lava.proc.io.source import RingBuffer as Source


class Winner(AbstractProcess):
    """Lets the strongest input through, which then pauses.

    Parameters
    ----------
    number : int
        Inputs.
    pause : int
        Steps for which a winner cannot win again.
    """

    def __init__(self, number, pause=3):
        super().__init__()
        self.a_in, self.s_out = InPort((number,)), OutPort((number,))
        self.pause, self.rest = Var((1,), pause), Var((number,), 0)


@implements(proc=Winner, protocol=LoihiProtocol)
@requires(CPU)
class PyWinner(PyLoihiProcessModel):
    a_in: PyInPort = LavaPyType(PyInPort.VEC_DENSE, np.int32)
    s_out: PyOutPort = LavaPyType(PyOutPort.VEC_DENSE, np.int32)
    pause: np.ndarray = LavaPyType(np.ndarray, np.int32)
    rest: np.ndarray = LavaPyType(np.ndarray, np.int32)

    def run_spk(self):
        strength = np.where(self.rest == 0, self.a_in.recv(), 0)
        spikes = (strength > 0) & (np.arange(len(strength)) == np.argmax(strength))
        self.rest[:] = np.where(spikes, self.pause, np.maximum(self.rest - 1, 0))
        self.s_out.send(spikes.astype(np.int32))


source, dense = Source(data=np.ones((2, 12), int)), Dense(weights=np.array([[10, 20], [40, 2], [4, 8]]))
winner, sink = Winner(3), Sink(shape=(3,), buffer=12)
source.s_out.connect(dense.s_in)
dense.a_out.connect(winner.a_in)
winner.s_out.connect(sink.a_in)
winner.run(RunSteps(num_steps=12), run_cfg=Loihi2SimCfg(select_tag="fixed_pt"))
for row in sink.data.get().astype(int):
    print("".join("|" if spike else "." for spike in row))
winner.stop()
