"""A small Lava program: a source of spikes, synapses, neurons."""

import numpy as np

from lava_api.proc.dense.process import Dense
from lava_api.proc.io.source import RingBuffer
from lava_api.proc.lif.process import LIF

RNG = np.random.default_rng(5)


def chain(sources, targets, steps=8, connection=None, **neuron):
    """Neurons behind synapses that random spikes arrive at."""
    source = RingBuffer(data=(RNG.random((sources, steps)) < 0.3).astype(int))
    connection = connection or Dense(weights=RNG.integers(1, 100, (targets, sources)), name="synapses")
    cells = LIF(shape=(targets,), name="cells", **({"du": 4095, "dv": 100, "vth": 5} | neuron))
    source.s_out.connect(connection.s_in)
    connection.a_out.connect(cells.a_in)
    return cells
