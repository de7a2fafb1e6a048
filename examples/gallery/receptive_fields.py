"""
Receptive fields by STDP
========================

Bars of eight directions are shown to 16 neurons that inhibit each other. Whoever spikes first learns what was shown;
a threshold that rises with every spike gives the others their turn.
"""

import numpy as np
from matplotlib import pyplot as plt

from loihi_emu import Emulator, LearningRule, Network, Trace

SIZE, CELLS, SHOWN, STEPS = 10, 16, 400, 30
rng = np.random.default_rng(5)
y, x = np.mgrid[0:SIZE, 0:SIZE] - (SIZE - 1) / 2
bars = [np.abs(x * np.sin(a) - y * np.cos(a)) < 0.8 for a in np.arange(8) * np.pi / 8]
order = rng.integers(0, 8, SHOWN)

rule = LearningRule(dw="2^-2*x1*y0 - 10*y0", x1=Trace(impulse=40, tau=12), t_epoch=1)  # up if it led, else down
net = Network("fields", seed=5)
pixels = net.input("pixels", SIZE * SIZE)
cells = net.population("cells", CELLS, du=1500, dv=300, vth=1500, refractory=5)
fields = net.connect(
    pixels, cells, rng.integers(20, 80, (CELLS, SIZE**2)), learning=rule, sign_mode="excitatory", name="fields"
)
net.connect(cells, cells, -255 * (1 - np.eye(CELLS, dtype=int)), weight_exp=3)
net.probe(cells)
emulator = Emulator(net)
begin = emulator.get(fields, "weights").reshape(CELLS, SIZE, SIZE)
threshold, seen = np.full(CELLS, 1500), np.zeros(CELLS, int)
for k in range(SHOWN):
    shown = (rng.random((STEPS, SIZE * SIZE)) < 0.4) & bars[order[k]].ravel()
    shown[-8:] = False
    times, neurons = np.nonzero(shown)
    emulator.set_input(pixels, spikes=(times + emulator.step, neurons))
    spikes = emulator.run(STEPS).spike_counts(cells)
    threshold = np.clip(threshold + 60 * spikes - 6, 800, 20_000)  # homeostasis between pictures
    emulator.set(cells, "vth", threshold)
end = emulator.get(fields, "weights").reshape(CELLS, SIZE, SIZE)

figure = plt.figure(figsize=(10, 3), layout="constrained")
for k, panel in enumerate(figure.subplots(2, CELLS).T):
    for weights, axes in zip((begin[k], end[k]), panel, strict=True):
        axes.imshow(weights, vmin=0, vmax=255, cmap="magma")
        axes.set_axis_off()
figure.suptitle("weights of 16 neurons, before (above) and after 400 pictures of bars")
