"""
Lava: a process of one's own
============================

A user's process with a model in Python runs beside the library's compiled ones: here a controller that watches a rate
and moves the bias of a population until the rate is what it should be.
"""

import lava_api.as_lava  # noqa: F401, I001 (first: it makes lava importable)

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
from lava.proc.lif.process import LIF
from lava.proc.monitor.process import Monitor
from matplotlib import pyplot as plt


class Controller(AbstractProcess):
    """Sends a current that grows while fewer neurons spike than wanted, and shrinks while more do."""

    def __init__(self, number, wanted):
        super().__init__()
        self.s_in, self.a_out = InPort((number,)), OutPort((number,))
        self.wanted, self.level, self.rate = Var((1,), wanted), Var((1,), 0.0), Var((1,), 0.0)


@implements(proc=Controller, protocol=LoihiProtocol)
@requires(CPU)
class PyController(PyLoihiProcessModel):
    """The controller in Python."""

    s_in: PyInPort = LavaPyType(PyInPort.VEC_DENSE, np.int32)
    a_out: PyOutPort = LavaPyType(PyOutPort.VEC_DENSE, np.int32)
    wanted: np.ndarray = LavaPyType(np.ndarray, float)
    level: np.ndarray = LavaPyType(np.ndarray, float)
    rate: np.ndarray = LavaPyType(np.ndarray, float)

    def run_spk(self):
        """Read spikes, send a current."""
        self.rate[:] = 0.95 * self.rate + 0.05 * self.s_in.recv().mean() / 2
        self.level[:] = np.clip(self.level + 4 * (self.wanted - self.rate), 0, 200)
        self.a_out.send(np.full(self.a_out.shape, int(self.level[0])))


STEPS, N = 1200, 50
cells = LIF(shape=(N,), du=4095, dv=300, vth=200, bias_mant=np.random.default_rng(1).integers(0, 300, N), name="cells")
watched = Dense(weights=np.eye(N, dtype=int) * 2)  # in a loop one process sends before it receives: a Dense does
controller = Controller(N, wanted=0.06)
controller.name = "controller"
cells.s_out.connect(watched.s_in)
watched.a_out.connect(controller.s_in)
controller.a_out.connect(cells.a_in)
monitor = Monitor()
monitor.probe(controller.rate, STEPS)
cells.run(RunSteps(num_steps=STEPS), run_cfg=Loihi2SimCfg(select_tag="fixed_pt"))
rate = monitor.get_data()["controller"]["rate"]
cells.stop()

axes = plt.figure(figsize=(7, 4), layout="constrained").subplots()
axes.plot(rate, label="rate")
axes.axhline(0.06, color="gray", linestyle=":", label="wanted")
axes.set(xlabel="time (steps)", ylabel="spikes per neuron and step")
axes.legend()
