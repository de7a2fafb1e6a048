"""A network on a Loihi board: where its neurons are, what its cores need, and what a network says that does not fit."""

import numpy as np
from lava.magma.core.run_conditions import RunSteps
from lava.magma.core.run_configs import Loihi1HwCfg
from lava.proc.dense.process import Dense
from lava.proc.io.source import RingBuffer
from lava.proc.lif.process import LIF
from lava.utils.loihi import place_process


def network(hidden):
    """64 inputs, some hidden neurons, 10 outputs."""
    rng = np.random.default_rng(0)
    source = RingBuffer(data=rng.integers(0, 2, (64, 20)))
    first = Dense(weights=2 * rng.integers(-25, 50, (hidden, 64)), name="first")
    cells = LIF(shape=(hidden,), vth=20, du=4095, name="hidden")
    second = Dense(weights=2 * rng.integers(-25, 50, (10, hidden)), name="second")
    outputs = LIF(shape=(10,), vth=200, du=4095, name="outputs")
    for sender, receiver in ((source, first), (cells, second)):
        sender.s_out.connect(receiver.s_in)
    for sender, receiver in ((first, cells), (second, outputs)):
        sender.a_out.connect(receiver.a_in)
    return outputs


outputs = network(hidden=500)
outputs.run(RunSteps(num_steps=20), run_cfg=Loihi1HwCfg(boards="Kapoho Bay"))
placement = outputs.runtime.placement
print("neuron 3 of the outputs:", placement.where("outputs", 3))
for name in ("compartments", "axons_in", "synaptic_bits"):
    print(f"{name}: {placement.budgets[name].max()} of {placement.limits[name]}")
outputs.stop()

try:
    place_process(network(hidden=5000), boards="Kapoho Bay")
except ValueError as error:
    print(error)
