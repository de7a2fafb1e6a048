"""Two populations, synapses between them, and what they do: a program as Lava's tutorials write it."""

import numpy as np
from lava.magma.core.run_conditions import RunSteps
from lava.magma.core.run_configs import Loihi2SimCfg
from lava.proc.dense.process import Dense
from lava.proc.lif.process import LIF
from lava.proc.monitor.process import Monitor

first = LIF(shape=(100,), bias_mant=np.arange(100), vth=60, name="first")
synapses = Dense(weights=2 * np.random.default_rng(0).integers(-20, 20, (10, 100)))
second = LIF(shape=(10,), vth=80, du=400, dv=40, name="second")
first.s_out.connect(synapses.s_in)
synapses.a_out.connect(second.a_in)

monitor = Monitor()
monitor.probe(second.s_out, 1000)
second.run(condition=RunSteps(num_steps=1000), run_cfg=Loihi2SimCfg(select_tag="fixed_pt"))
print("spikes of each neuron:", monitor.get_data()["second"]["s_out"].sum(axis=0).astype(int))
second.stop()
