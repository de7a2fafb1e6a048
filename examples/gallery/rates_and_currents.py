"""
Rates and currents, in Hz and mV
================================

How often a neuron spikes for a constant current, given as the potential at which v would settle: by the chip's
integers, and by the formula of a leaky neuron. A finer step and threshold come nearer.
"""

import numpy as np
from matplotlib import pyplot as plt

from loihi_emu import Emulator, Network, PhysicalUnits

settles = np.linspace(14, 40, 53)  # mV above rest
axes = plt.figure(figsize=(7, 4), layout="constrained").subplots()
for dt, vth in ((2.0, 100), (1.0, 300), (0.25, 2000)):
    units = PhysicalUnits(threshold=15, vth=vth, dt=dt)
    dv, steps = units.decay(20), units.steps(4000)
    net = Network()
    cells = net.population(
        "cells", len(settles), dv=dv, vth=vth, refractory=units.steps(2), **units.bias(settles, dv=dv)
    )
    net.probe(cells)
    rates = units.hertz(Emulator(net).run(steps).spike_counts(cells), steps=steps)
    axes.plot(settles, rates, ".-", label=f"steps of {dt} ms, vth={vth}")
above = settles[settles > 15]
axes.plot(above, 1000 / (2 + 20 * np.log(above / (above - 15))), "k:", label="formula")
axes.set(xlabel="v would settle at (mV)", ylabel="rate (Hz)")
axes.legend()
