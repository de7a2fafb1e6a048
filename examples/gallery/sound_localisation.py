"""
Where a sound comes from, by delays
===================================

A sound reaches the two ears at different times. Each of 21 neurons gets both ears through delays that differ: the one
whose delays make up for the difference gets both spikes in one step, and only then reaches its threshold (Jeffress,
1948).
"""

import numpy as np
from matplotlib import pyplot as plt

from loihi_emu import Emulator, Network

CLICK = 40  # steps between clicks
differences = np.arange(-10, 11)  # left ear later by so many steps: a sound that moves from left to right
left = np.arange(len(differences)) * CLICK + 10 + np.maximum(differences, 0)
right = np.arange(len(differences)) * CLICK + 10 + np.maximum(-differences, 0)

net = Network("ears")
ears = net.input("ears", 2, spikes={0: left, 1: right})
cells = net.population("cells", 21, du=4096, dv=4096, vth=150)  # nothing is kept: two spikes must meet
of_left, of_right = np.maximum(-differences, 0), np.maximum(differences, 0)  # so that both arrive together
net.connect(ears, cells, np.full((21, 2), 100), delays=np.column_stack([of_left, of_right]))
net.probe(cells)
recording = Emulator(net).run(len(differences) * CLICK + 40)

# %%
# Which neuron spiked for which difference between the ears.

spikes = recording.spikes("cells")
axes = plt.figure(layout="constrained").subplots()
axes.plot(differences[np.minimum(spikes.times // CLICK, 20)], spikes.indices, "o")
axes.set(xlabel="left ear later by (steps)", ylabel="neuron that spiked", xticks=differences[::2])
