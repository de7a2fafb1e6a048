"""
A network on all cores
======================

Waves of activity travel through a sheet of 10 000 neurons. The same network is run by one thread and by two, each with
half of the neurons and the synapses onto them; every spike is the same.
"""

import numpy as np
from matplotlib import pyplot as plt

from loihi_emu import Emulator, Network

SIDE, NEAR = 100, 4

rng = np.random.default_rng(5)
net = Network("sheet", seed=5)
sheet = net.population("sheet", SIDE * SIDE, du=2048, dv=600, vth=400, refractory=25)
spark = net.input("spark", SIDE * SIDE, rate=2e-5)
neurons = np.arange(SIDE * SIDE)
net.connect(spark, sheet, (neurons, neurons, 250), weight_exp=3)
y, x = np.divmod(np.repeat(neurons, 20), SIDE)
near = rng.integers(-NEAR, NEAR + 1, (2, y.size))
targets = (y + near[0]) % SIDE * SIDE + (x + near[1]) % SIDE
net.connect(sheet, sheet, (np.repeat(neurons, 20), targets, 120), delays=2)
net.probe(sheet)

recordings = [Emulator(net, threads=threads).run(300) for threads in (1, 2)]
one, two = (recording.spikes(sheet) for recording in recordings)
assert np.array_equal(one.times, two.times) and np.array_equal(one.indices, two.indices)

last = np.full(SIDE * SIDE, -1)
last[two.indices] = two.times
panels = plt.figure(figsize=(9, 3.8), layout="constrained").subplots(1, 2)
seen = panels[0].imshow(np.where(last < 0, np.nan, last).reshape(SIDE, SIDE), cmap="viridis")
panels[0].set(title="step of the last spike", xticks=[], yticks=[])
panels[0].figure.colorbar(seen, ax=panels[0])
half = neurons.size // 2
for share, label in ((two.indices < half, "first half"), (two.indices >= half, "second half")):
    panels[1].plot(np.bincount(two.times[share], minlength=300), label=label)
panels[1].set(xlabel="step", ylabel="spikes")
panels[1].legend()
