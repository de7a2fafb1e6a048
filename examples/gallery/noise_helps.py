"""
Noise that helps
================

A signal too weak to make a neuron spike becomes visible with noise on v: 200 neurons with the chip's noise follow it,
too little noise hides it, too much drowns it (stochastic resonance).
"""

import numpy as np
from matplotlib import pyplot as plt

from loihi_emu import Emulator, Network, Noise

STEPS, PERIOD = 2000, 100
rng = np.random.default_rng(13)
signal = (np.sin(np.arange(STEPS) * 2 * np.pi / PERIOD) > 0.5).astype(int)
levels = np.arange(9, 20)

follows, examples = [], {}
for level in levels:
    net = Network("resonance", seed=13)
    source = net.input("signal", 1, spikes=(np.flatnonzero(signal), np.zeros(signal.sum(), int)))
    cells = net.population("cells", 200, du=4096, dv=400, vth=800, noise=Noise("v", exp=int(level)))
    net.connect(source, cells, np.full((200, 1), 60))
    net.probe(cells)
    activity = np.bincount(Emulator(net).run(STEPS).spikes(cells).times, minlength=STEPS)
    follows.append(np.corrcoef(signal, activity)[0, 1] if activity.any() else 0.0)
    examples[int(level)] = activity

left, right = plt.figure(figsize=(10, 4), layout="constrained").subplots(1, 2)
left.plot(levels, follows, "o-")
left.set(xlabel="exponent of the noise", ylabel="correlation of activity with the signal")
for offset, level in enumerate((11, 14, 19)):
    right.plot(examples[level][:400] + 150 * offset, label=f"exponent {level}")
right.plot(signal[:400] * 20 - 40, "k", label="signal")
right.set(xlabel="time (steps)", yticks=[])
right.legend(loc="upper right")
