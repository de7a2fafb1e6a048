"""
A run longer than memory
========================

Recordings of a run go to a file while it runs. The file can be read at any moment, and parts of it without the rest.
"""

import tempfile
from pathlib import Path

import numpy as np
from matplotlib import pyplot as plt

from loihi_emu import Emulator, Network, Recording, decay_from_tau, plots

net = Network("long", seed=18)
noise = net.input("noise", 200, rate=0.02)
cells = net.population("cells", 150, du=decay_from_tau(5), dv=decay_from_tau(30), vth=1400, refractory=3)
rng = np.random.default_rng(18)
net.connect(noise, cells, rng.integers(0, 50, (150, 200)))
near = np.abs(np.arange(150)[:, None] - np.arange(150)) < 15
net.connect(cells, cells, np.where(near, 24, -10), delays=3, sign_mode="mixed")
net.probe(cells)

file = Path(tempfile.mkdtemp(), "long.rec")
emulator = Emulator(net)
for _ in range(10):
    emulator.run(10_000, to=file)  # the same file goes on
activity = np.zeros(100, int)
whole = Recording.load(file)
for k in range(100):  # a part at a time
    activity[k] = len(whole.part(1000 * k, 1000 * (k + 1)).spikes(cells).times)

top, bottom = plt.figure(figsize=(8, 6), layout="constrained").subplots(2, 1)
top.plot(np.arange(100) * 1000, activity)
top.set(xlabel="time (steps)", ylabel="spikes in 1000 steps")
plots.raster(whole.part(70_000, 70_400), ax=bottom, rate=False)
