"""Processes made of processes: a layer hides its synapses and neurons, and is itself a part of a network."""

import numpy as np
from lava.magma.core.decorator import implements
from lava.magma.core.model.sub.model import AbstractSubProcessModel
from lava.magma.core.process.ports.ports import InPort, OutPort
from lava.magma.core.process.process import AbstractProcess
from lava.magma.core.process.variable import Var
from lava.magma.core.run_conditions import RunSteps
from lava.magma.core.run_configs import Loihi2SimCfg
from lava.proc.dense.process import Dense
from lava.proc.io.source import RingBuffer
from lava.proc.lif.process import LIF
from lava.proc.monitor.process import Monitor


class Layer(AbstractProcess):
    def __init__(self, weights, **neurons):
        super().__init__(weights=weights, neurons=neurons)
        self.s_in, self.s_out = InPort(weights.shape[1:]), OutPort(weights.shape[:1])
        self.v = Var(weights.shape[:1], 0)


@implements(Layer)
class LayerModel(AbstractSubProcessModel):
    def __init__(self, proc):
        weights, neurons = proc.proc_params["weights"], proc.proc_params["neurons"]
        self.synapses = Dense(weights=weights)
        self.neurons = LIF(shape=weights.shape[:1], **neurons)
        proc.s_in.connect(self.synapses.s_in)
        self.synapses.a_out.connect(self.neurons.a_in)
        self.neurons.s_out.connect(proc.s_out)
        proc.v.alias(self.neurons.v)


rng = np.random.default_rng(1)
source = RingBuffer(data=(rng.random((8, 100)) < 0.2).astype(int))
first = Layer(rng.integers(0, 60, (6, 8)) * 2, du=4095, dv=300, vth=150)
second = Layer(rng.integers(0, 60, (3, 6)) * 2, du=4095, dv=300, vth=150)
source.s_out.connect(first.s_in)
first.s_out.connect(second.s_in)
monitor = Monitor()
monitor.probe(second.s_out, 100)
second.run(RunSteps(num_steps=100), run_cfg=Loihi2SimCfg(select_tag="fixed_pt", select_sub_proc_model=True))
print("spikes of the second layer:", monitor.get_data()[second.name]["s_out"].sum(axis=0).astype(int))
print("voltages of the first:", first.v.get().astype(int))
second.stop()
