"""Python models on the host beside neurocore models on the emulated chip, in one network.

The neurons are compartments that the model allocates on neuromorphic cores; the Python process scales what they get,
depending on what they sent.
"""

import numpy as np
from lava.magma.core.decorator import implements, requires
from lava.magma.core.model.nc.model import AbstractNcProcessModel
from lava.magma.core.model.nc.ports import NcInPort, NcOutPort
from lava.magma.core.model.nc.type import LavaNcType
from lava.magma.core.model.nc.var import NcVar
from lava.magma.core.model.py.model import PyLoihiProcessModel
from lava.magma.core.model.py.ports import PyInPort, PyOutPort
from lava.magma.core.model.py.type import LavaPyType
from lava.magma.core.process.ports.ports import InPort, OutPort
from lava.magma.core.process.process import AbstractProcess
from lava.magma.core.process.variable import Var
from lava.magma.core.resources import CPU, Loihi2NeuroCore
from lava.magma.core.run_conditions import RunSteps
from lava.magma.core.run_configs import Loihi2HwCfg
from lava.magma.core.sync.protocols.loihi_protocol import LoihiProtocol
from lava.utils.profiler import Profiler


class Cells(AbstractProcess):
    def __init__(self, number):
        super().__init__(number=number)
        self.inp, self.out = InPort((number,)), OutPort((number,))
        self.v = Var((number,), 0)


@implements(proc=Cells, protocol=LoihiProtocol)
@requires(Loihi2NeuroCore)
class NcCells(AbstractNcProcessModel):
    inp: NcInPort = LavaNcType(NcInPort, np.int16, precision=16)
    out: NcOutPort = LavaNcType(NcOutPort, np.int32, precision=24)
    v: NcVar = LavaNcType(NcVar, np.int32, precision=24)

    def allocate(self, net):
        number = self.proc_params["number"]
        config = net.neurons_cfg.allocate(shape=(1,), du=4095, dv=400, vth=20)
        neurons = net.neurons.allocate(shape=number, v=self.v)
        axons = net.ax_out.allocate(shape=number, num_message_bits=0)
        self.inp.connect(neurons)
        neurons.connect(config)
        neurons.connect(axons)
        axons.connect(self.out)


class Drive(AbstractProcess):
    """Drives neurons the harder, the less they spike."""

    def __init__(self, number):
        super().__init__()
        self.inp, self.out = InPort((number,)), OutPort((number,))
        self.drive = Var((number,), np.arange(1, number + 1))
        self.spikes = Var((number,), 0)


@implements(proc=Drive, protocol=LoihiProtocol)
@requires(CPU)
class PyDrive(PyLoihiProcessModel):
    inp: PyInPort = LavaPyType(PyInPort.VEC_DENSE, int)
    out: PyOutPort = LavaPyType(PyOutPort.VEC_DENSE, int)
    drive: np.ndarray = LavaPyType(np.ndarray, int)
    spikes: np.ndarray = LavaPyType(np.ndarray, int)

    def run_spk(self):
        self.out.send(self.drive)
        spikes = self.inp.recv()
        self.spikes += spikes
        self.drive += np.where(spikes, -2, 1)


cells, drive = Cells(4), Drive(4)
drive.out.connect(cells.inp)
cells.out.connect(drive.inp)
config = Loihi2HwCfg()
profiler = Profiler.init(config)
profiler.activity_probe()
cells.run(RunSteps(num_steps=200), run_cfg=config)
print("spikes of the neurons:", drive.spikes.get().astype(int))
print("their voltages:", cells.v.get().astype(int))
cells.stop()
print(f"{profiler.neuron_updates} neuron updates, {profiler.spikes[f'{cells.name}.out']} spikes")
