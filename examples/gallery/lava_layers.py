"""
Lava: layers of neurons
=======================

A program as Lava's tutorials write it. ``import lava_api.as_lava`` is the one line that Lava does not have; with
``python -m lava_api program.py`` it is not needed either.
"""

import lava_api.as_lava  # noqa: F401, I001 (first: it makes lava importable)

import numpy as np
from lava.magma.core.run_conditions import RunSteps
from lava.magma.core.run_configs import Loihi2SimCfg
from lava.proc.dense.process import Dense
from lava.proc.lif.process import LIF
from lava.proc.monitor.process import Monitor
from matplotlib import pyplot as plt

STEPS = 300
rng = np.random.default_rng(0)
first = LIF(shape=(100,), bias_mant=np.arange(100), vth=60, name="first")
synapses = Dense(weights=2 * rng.integers(-20, 20, (10, 100)))
second = LIF(shape=(10,), vth=80, du=400, dv=40, name="second")
first.s_out.connect(synapses.s_in)
synapses.a_out.connect(second.a_in)

spikes, voltage = Monitor(), Monitor()
spikes.probe(first.s_out, STEPS)
voltage.probe(second.v, STEPS)
second.run(condition=RunSteps(num_steps=STEPS), run_cfg=Loihi2SimCfg(select_tag="fixed_pt"))
fired, v = spikes.get_data()["first"]["s_out"], voltage.get_data()["second"]["v"]
second.stop()

top, bottom = plt.figure(figsize=(8, 6), layout="constrained").subplots(2, 1, sharex=True)
steps, neurons = np.nonzero(fired)
top.plot(steps, neurons, ".", markersize=2)
top.set(ylabel="neuron of the first layer")
bottom.plot(v[:, :4])
bottom.set(xlabel="time (steps)", ylabel="v of the second layer")
