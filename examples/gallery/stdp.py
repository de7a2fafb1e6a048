"""
STDP: the window, and weights over time
=======================================

Pair STDP strengthens a synapse whose presynaptic spike came before the postsynaptic one. Half of the inputs fire
together: their weights grow, the others' shrink.
"""

import numpy as np
from matplotlib import pyplot as plt

from loihi_emu import Emulator, LearningRule, Network, Trace, plots

rule = LearningRule(dw="2^-3*x1*y0 - 2^-3*y1*x0", x1=Trace(impulse=24, tau=8), y1=Trace(impulse=28, tau=16), t_epoch=1)

STEPS = 4000
rng = np.random.default_rng(4)
together = rng.random((STEPS, 1)) < 0.02  # one drum for the first half
events = np.hstack([np.repeat(together, 20, axis=1), rng.random((STEPS, 20)) < 0.02])

net = Network("stdp", seed=4)
source = net.input("source", 40, spikes=events)
cell = net.population("cell", 1, du=2048, dv=300, vth=1200, refractory=3)
learns = net.connect(source, cell, np.full((1, 40), 80), learning=rule, sign_mode="excitatory", name="learns")
net.probe(learns, "weights", every=20)
recording = Emulator(net).run(STEPS)

figure = plt.figure(figsize=(9, 4), layout="constrained")
window, history = figure.subplots(1, 2)
plots.learning_window(rule, ax=window)
weights = recording["learns.weights"].reshape(-1, 40)
steps = recording.times("learns.weights")
history.plot(steps, weights[:, :20], color="C0", alpha=0.4)
history.plot(steps, weights[:, 20:], color="C1", alpha=0.4)
history.set(xlabel="time (steps)", ylabel="weight", title="together (blue), apart (orange)")
