"""Processes exchange messages, each at its own pace: a receiver takes what is there and goes on when nothing is."""

import numpy as np
from lava.magma.core.decorator import implements, requires
from lava.magma.core.model.py.model import PyAsyncProcessModel
from lava.magma.core.model.py.ports import PyInPort, PyOutPort
from lava.magma.core.model.py.type import LavaPyType
from lava.magma.core.process.ports.ports import InPort, OutPort
from lava.magma.core.process.process import AbstractProcess
from lava.magma.core.process.variable import Var
from lava.magma.core.resources import CPU
from lava.magma.core.run_conditions import RunSteps
from lava.magma.core.run_configs import Loihi2SimCfg
from lava.magma.core.sync.protocols.async_protocol import AsyncProtocol


class Thermometer(AbstractProcess):
    def __init__(self):
        super().__init__()
        self.out = OutPort(shape=(2,))


class Display(AbstractProcess):
    def __init__(self):
        super().__init__()
        self.inp = InPort(shape=(2,))
        self.received = Var(shape=(1,), init=0)
        self.shown = Var(shape=(2,), init=0)


@implements(proc=Thermometer, protocol=AsyncProtocol)
@requires(CPU)
class PyThermometer(PyAsyncProcessModel):
    out: PyOutPort = LavaPyType(PyOutPort.VEC_DENSE, int)

    def run_async(self):
        for reading in range(self.num_steps):
            self.out.send(np.array([20 + reading, 30 - reading]))


@implements(proc=Display, protocol=AsyncProtocol)
@requires(CPU)
class PyDisplay(PyAsyncProcessModel):
    inp: PyInPort = LavaPyType(PyInPort.VEC_DENSE, int)
    received: np.ndarray = LavaPyType(np.ndarray, int)
    shown: np.ndarray = LavaPyType(np.ndarray, int)

    def run_async(self):
        while self.received[0] < self.num_steps:
            if self.inp.probe():  # whether a message is there; recv() would wait for one
                self.shown[:] = self.inp.recv()
                self.received += 1
            elif self.check_for_stop_cmd():
                return


thermometer, display = Thermometer(), Display()
thermometer.out.connect(display.inp)
thermometer.run(RunSteps(num_steps=5), run_cfg=Loihi2SimCfg())
print(f"received {display.received.get()[0]:.0f} messages, the last one {display.shown.get()}")
thermometer.stop()
