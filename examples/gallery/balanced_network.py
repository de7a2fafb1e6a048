"""
A balanced network of 4000 neurons
==================================

3200 neurons excite, 800 inhibit, each connected to 2 % of all, as in Brunel (2000). Parameters are in ms, mV and Hz;
``PhysicalUnits`` makes integers of them. Excitation and inhibition cancel on average: neurons spike irregularly.
"""

import numpy as np
from matplotlib import pyplot as plt

from loihi_emu import Emulator, Network, PhysicalUnits, plots

EXCITING, INHIBITING, STEPS = 3200, 800, 500
N = EXCITING + INHIBITING
units = PhysicalUnits(threshold=20, vth=2500, dt=1.0)  # mV above rest, its mantissa, ms
du, dv = units.decay(2), units.decay(20)
up, down = units.weight([0.4, -2.2], du=du, dv=dv)

rng = np.random.default_rng(1)
net = Network("balanced", seed=1)
outside = net.input("outside", N, rate=units.rate(600))  # what other areas send, a source a neuron
cells = net.population("cells", N, du=du, dv=dv, vth=units.vth, refractory=units.steps(2))
drive = units.weight(2.0, du=du, dv=dv)
net.connect(outside, cells, (np.arange(N), np.arange(N), int(drive)))
for pre, first, count, weight in (("excite", 0, EXCITING, up), ("inhibit", EXCITING, INHIBITING, down)):
    fan_in = count // 50
    sources = first + rng.integers(0, count, N * fan_in)
    targets = np.repeat(np.arange(N), fan_in)
    net.connect(cells, cells, (sources, targets, int(weight)), delays=rng.integers(0, 3, N * fan_in), name=pre)
net.probe(cells, "spikes")
net.probe(cells, "v", neurons=[0, 1])
recording = Emulator(net).run(STEPS)

# %%
# Raster of every 20th neuron, two voltages, and rates in Hz.

figure = plt.figure(figsize=(9, 8), layout="constrained")
raster, voltage, rates = figure.subplots(3, 1, height_ratios=[3, 2, 2])
plots.raster(recording, neurons=slice(0, N, 20), ax=raster, rate=False)
for k in range(2):
    voltage.plot(units.milliseconds(np.arange(STEPS)), units.millivolts(recording["cells.v"][:, k]), linewidth=0.8)
voltage.set(xlabel="time (ms)", ylabel="v (mV above rest)")
rates.hist(units.hertz(recording.spike_counts("cells"), steps=STEPS), bins=40)
rates.set(xlabel="rate (Hz)", ylabel="neurons")
