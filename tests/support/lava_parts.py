"""Small processes with Python models, for the tests of lava_api."""

import numpy as np

from lava_api.magma.core.decorator import implements, requires, tag
from lava_api.magma.core.model.py.model import PyLoihiProcessModel
from lava_api.magma.core.model.py.ports import PyInPort, PyOutPort, PyRefPort
from lava_api.magma.core.model.py.type import LavaPyType
from lava_api.magma.core.model.sub.model import AbstractSubProcessModel
from lava_api.magma.core.process.ports.ports import InPort, OutPort, RefPort
from lava_api.magma.core.process.process import AbstractProcess
from lava_api.magma.core.process.variable import Var
from lava_api.magma.core.resources import CPU
from lava_api.magma.core.sync.protocols.loihi_protocol import LoihiProtocol


class Source(AbstractProcess):
    """Sends its value times the time step."""

    def __init__(self, value, **kwargs):
        value = np.asarray(value)
        super().__init__(**kwargs)
        self.value = Var(shape=value.shape, init=value)
        self.out = OutPort(value.shape)


@implements(proc=Source, protocol=LoihiProtocol)
@requires(CPU)
@tag("floating_pt")
class PySource(PyLoihiProcessModel):
    value: np.ndarray = LavaPyType(np.ndarray, float)
    out: PyOutPort = LavaPyType(PyOutPort.VEC_DENSE, float)

    def run_spk(self):
        self.out.send(self.value * self.time_step)


class Sink(AbstractProcess):
    """Keeps the sum and the last of what it received."""

    def __init__(self, shape, **kwargs):
        super().__init__(**kwargs)
        self.total = Var(shape=shape)
        self.last = Var(shape=shape)
        self.inp = InPort(shape)


@implements(proc=Sink, protocol=LoihiProtocol)
@requires(CPU)
class PySink(PyLoihiProcessModel):
    total: np.ndarray = LavaPyType(np.ndarray, float)
    last: np.ndarray = LavaPyType(np.ndarray, float)
    inp: PyInPort = LavaPyType(PyInPort.VEC_DENSE, float)

    def run_spk(self):
        self.last = self.inp.recv()
        self.total += self.last


class Relay(AbstractProcess):
    """Receives, adds one, sends in the same time step; `eager` sends before it receives."""

    def __init__(self, shape, eager=False, **kwargs):
        super().__init__(eager=eager, **kwargs)
        self.held = Var(shape=shape)
        self.inp = InPort(shape)
        self.out = OutPort(shape)


@implements(proc=Relay, protocol=LoihiProtocol)
@requires(CPU)
class PyRelay(PyLoihiProcessModel):
    held: np.ndarray = LavaPyType(np.ndarray, float)
    inp: PyInPort = LavaPyType(PyInPort.VEC_DENSE, float)
    out: PyOutPort = LavaPyType(PyOutPort.VEC_DENSE, float)

    def run_spk(self):
        if self.proc_params["eager"]:
            self.out.send(self.held)
            self.held = self.inp.recv() + 1
        else:
            self.held = self.inp.recv() + 1
            self.out.send(self.held)


class Probe(AbstractProcess):
    """Reads a variable of another process after every time step, and writes one where `put` is given."""

    def __init__(self, shape, steps=10, put=None, **kwargs):
        super().__init__(put=put, **kwargs)
        self.ref = RefPort(shape)
        self.rows = Var(shape=(steps, *shape))


@implements(proc=Probe, protocol=LoihiProtocol)
@requires(CPU)
class PyProbe(PyLoihiProcessModel):
    ref: PyRefPort = LavaPyType(PyRefPort.VEC_DENSE, int)
    rows: np.ndarray = LavaPyType(np.ndarray, float)

    def post_guard(self):
        return True

    def run_post_mgmt(self):
        self.rows[self.time_step - 1] = self.ref.read()
        if self.proc_params["put"] is not None:
            self.ref.write(np.full(self.ref.shape, self.proc_params["put"]))


class Pair(AbstractProcess):
    """Two relays in a row; `held` is the second one's."""

    def __init__(self, shape, **kwargs):
        super().__init__(shape=shape, **kwargs)
        self.inp = InPort(shape)
        self.out = OutPort(shape)
        self.held = Var(shape=shape)


@implements(proc=Pair, protocol=LoihiProtocol)
class SubPair(AbstractSubProcessModel):
    def __init__(self, proc):
        shape = proc.proc_params["shape"]
        self.first = Relay(shape)
        self.second = Relay(shape)
        proc.inp.connect(self.first.inp)
        self.first.out.connect(self.second.inp)
        self.second.out.connect(proc.out)
        proc.held.alias(self.second.held)
