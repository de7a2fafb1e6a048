"""
Which frequencies? Resonators
=============================

A resonate-and-fire neuron rotates in the complex plane and responds to its own period. Forty of them, with periods of
10 to 60 steps, hear a sound that changes its pitch.
"""

import numpy as np
from matplotlib import pyplot as plt

from loihi_emu import LOIHI2, Emulator, Network

STEPS, CELLS = 1500, 40
period = 20 + 25 * np.arange(STEPS) / STEPS + 8 * np.sin(np.arange(STEPS) / 150)  # of the sound, in steps
sound = np.rint(100 * np.sin(np.cumsum(2 * np.pi / period))).astype(int)
periods = np.linspace(10, 60, CELLS)

net = Network("resonators", chip=LOIHI2, rules="lava")
source = net.input("sound", 1, spikes=sound[:, None])  # graded: a value a step
cells = net.population("cells", CELLS, model="rf", period=periods, alpha=0.05, vth=1200, state_exp=0, decay_bits=12)
net.connect(source, cells, np.full((CELLS, 1), 2), graded=True)
net.probe(cells, ["spikes", "real"])
recording = Emulator(net).run(STEPS)

spikes = recording.spikes(cells)
axes = plt.figure(figsize=(9, 4), layout="constrained").subplots()
image = np.abs(recording["cells.real"].T)
axes.pcolormesh(np.arange(STEPS), periods, image, cmap="Blues", shading="nearest")
axes.plot(spikes.times, periods[spikes.indices], "k.", markersize=3, label="spikes")
axes.plot(period, color="C3", label="period of the sound")
axes.set(xlabel="time (steps)", ylabel="period of a neuron (steps)")
axes.legend(loc="upper left")
