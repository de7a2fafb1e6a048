"""
A cortical column at a tenth of its size
========================================

Eight populations in four layers with the connection probabilities of Potjans and Diesmann (2014), a tenth of the
neurons and of the synapses a neuron; what was left out is made up for by a constant current. Rates differ between
layers as published: layer 2/3 and 6 exciting cells are the slowest.
"""

from itertools import product

import numpy as np
from matplotlib import pyplot as plt

from loihi_emu import Emulator, Network, PhysicalUnits, fixed_in_degree, fixed_total_number, normal, plots
from loihi_emu.demo.column import (  # of the paper; OUTSIDE: synapses, 8 Hz each
    NAMES,
    OUTSIDE,
    PROBABILITY,
    RATES,
    SIZES,
)

SCALE, STEPS = 0.1, 600
STEP = 0.5  # ms
units = PhysicalUnits(threshold=15, vth=8000, dt=STEP)
du, dv = units.decay(0.5), units.decay(10)
weight = int(units.weight(0.15 / np.sqrt(SCALE), du=du, dv=dv))  # fewer synapses, each stronger: the same variance
area = weight * 64 * (4096 / du) * (4096 / dv) / units.units_per_mv * STEP / 1000  # mV, at one spike a second
n = np.rint(SIZES * SCALE).astype(int)
effect = np.where(np.arange(8) % 2, -4.0, 1.0) * np.ones((8, 1))  # inhibition is four times as strong
effect[0, 2] = 2.0  # and from layer 4 to 2/3 excitation twice
arrivals = (PROBABILITY * SIZES * effect) @ RATES + OUTSIDE * 8  # a second at full size, by effect
made_up = arrivals * area * (np.sqrt(SCALE) - SCALE)
rest = {"du": du, "dv": dv, "vth": units.vth, "refractory": units.steps(2)}

net, rng = Network("column", seed=8), np.random.default_rng(8)
for name, size, sources, mv in zip(NAMES, n.tolist(), OUTSIDE, made_up, strict=True):
    start = rng.integers(0, units.vth * 64, size)
    net.probe(net.population(name, size, v=start, **units.bias(mv, dv=dv), **rest))
    net.input(f"to {name}", 4 * size, rate=units.rate(sources * 8 * SCALE / 4))
    net.connect(f"to {name}", name, weight, synapses=fixed_in_degree(4))
for (k, post), (j, pre) in product(enumerate(NAMES), enumerate(NAMES)):
    mean, std = (0.8, 0.4) if j % 2 else (1.5, 0.75)  # ms
    exponent = 2 if abs(effect[k, j]) > 1 else 0
    net.connect(
        pre, post, round(weight * effect[k, j] / 2**exponent), weight_exp=exponent,
        synapses=fixed_total_number(round(PROBABILITY[k, j] * n[k] * n[j])),
        delays=normal(mean / STEP - 1, std / STEP, low=0, high=10, outside="clip"),
    )  # fmt: skip
recording = Emulator(net).run(STEPS)

figure = plt.figure(figsize=(9, 5), layout="constrained")
raster, bars = figure.subplots(1, 2, width_ratios=[2, 1])
plots.raster(recording, NAMES[::-1], ax=raster, rate=False)
rates = [units.hertz(recording.spike_counts(name), steps=STEPS).mean() for name in NAMES]
bars.barh(np.arange(8) + 0.2, rates, 0.4, label="here")
bars.barh(np.arange(8) - 0.2, RATES, 0.4, label="published, full size")
bars.set(yticks=range(8), yticklabels=NAMES, xlabel="rate (Hz)")
bars.invert_yaxis()
bars.legend()
