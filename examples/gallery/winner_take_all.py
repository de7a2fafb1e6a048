"""
Winner take all
===============

Ten neurons get inputs of different rates and inhibit each other. The one with the strongest input silences the rest;
when the strongest input changes, the winner does.
"""

import numpy as np

from loihi_emu import Emulator, Network, decay_from_tau, plots

STEPS = 600
rng = np.random.default_rng(2)
rates = np.full((STEPS, 10), 0.15)
for begin, strongest in ((0, 3), (200, 7), (400, 1)):
    rates[begin : begin + 200, strongest] = 0.5
events = rng.random((STEPS, 10)) < rates

net = Network("winner", seed=2)
source = net.input("source", 10, spikes=events)
cells = net.population("cells", 10, du=decay_from_tau(5), dv=decay_from_tau(30), vth=600)
net.connect(source, cells, (np.arange(10), np.arange(10), 100))
net.connect(cells, cells, -250 * (1 - np.eye(10, dtype=int)))
net.probe(source), net.probe(cells)
recording = Emulator(net).run(STEPS)
print("spikes of each neuron:", recording.spike_counts("cells"))

plots.raster(recording, ["source", "cells"])
