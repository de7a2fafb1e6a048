"""
Graded spikes: a matrix product a step
======================================

On Loihi 2 a spike can carry a number. A connection with ``graded=True`` multiplies it by its weights: one step
computes a matrix product in integers. Here the eight lowest cosine components of a moving curve, and the curve put
together again.
"""

import numpy as np
from matplotlib import pyplot as plt

from loihi_emu import LOIHI2, Emulator, Network

SIZE, KEPT, STEPS = 32, 8, 60
x = np.arange(SIZE)
curves = np.stack([60 * np.exp(-(((x - 16 - 10 * np.sin(t / 9)) / 5) ** 2)) for t in range(STEPS)])
cosines = np.cos(np.pi * np.outer(np.arange(KEPT), x + 0.5) / SIZE)
weights = np.rint(60 * cosines).astype(int) * 2  # even: signs are mixed

net = Network("cosines", chip=LOIHI2, rules="lava")
values = net.input("values", SIZE, spikes=np.rint(curves).astype(int))  # frames of payloads
components = net.population("components", KEPT, model="graded_vec", vth=1)
net.connect(values, components, weights, graded=True)
net.probe(components)
recording = Emulator(net).run(STEPS)

spikes = recording.spikes(components)
got = np.zeros((STEPS, KEPT))
got[spikes.times, spikes.indices] = spikes.payloads
again = (got * np.where(np.arange(KEPT), 2, 1) / (120 * SIZE)) @ cosines

left, right = plt.figure(figsize=(9, 4), layout="constrained").subplots(1, 2)
left.imshow(got.T, aspect="auto", cmap="RdBu_r")
left.set(xlabel="time (steps)", ylabel="component", title="what the neurons send")
for t in (0, 14, 42):
    (line,) = right.plot(curves[t], ":")
    right.plot(again[t], color=line.get_color())
right.set(xlabel="position", ylabel="value", title="curves (dotted) and from eight components")
