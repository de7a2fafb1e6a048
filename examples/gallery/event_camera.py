"""
Edges in events of a camera
===========================

An event camera reports where brightness changes: events (t, x, y, p). A bar moves across 34 x 34 pixels, and a
convolution with four kernels finds edges of four directions; each kernel is stored once, not a synapse a pixel.
"""

import numpy as np
from matplotlib import pyplot as plt

from loihi_emu import Conv2D, Emulator, Network, decay_from_tau

SIZE, STEPS = 34, 120
rng = np.random.default_rng(3)
event = np.dtype([("t", "i8"), ("x", "i8"), ("y", "i8"), ("p", "?")])
found = []
for t in range(STEPS):  # the bar turns while it moves; its edge in front becomes brighter, the one behind darker
    angle, middle = np.pi * t / STEPS, 6 + 22 * t / STEPS
    y, x = np.mgrid[0:SIZE, 0:SIZE]
    along = (x - middle) * np.cos(angle) + (y - 17) * np.sin(angle)
    for polarity, at in ((True, 2), (False, -2)):
        rows, columns = np.nonzero((np.abs(along - at) < 0.7) & (rng.random((SIZE, SIZE)) < 0.5))
        found += [(t, c, r, polarity) for r, c in zip(rows, columns, strict=True)]
events = np.array(found, event)

upright = np.array([[-20, 40, -20]] * 3)
slanted = np.array([[40, -20, -20], [-20, 40, -20], [-20, -20, 40]])
directions = np.stack([upright, upright.T, slanted, slanted[:, ::-1]])
kernels = np.repeat(directions[..., None], 2, axis=3)  # (channel, row, column, polarity)

net = Network("edges")
camera = net.input("camera", (SIZE, SIZE, 2), spikes=events)
edges = net.population("edges", (SIZE - 2, SIZE - 2, 4), du=4096, dv=decay_from_tau(3), vth=130)
net.connect(camera, edges, Conv2D(kernels))
net.probe(edges)
counts = Emulator(net).run(STEPS).spike_counts("edges").reshape(SIZE - 2, SIZE - 2, 4)

# %%
# All events, and the spikes of each kernel's neurons.

panels = plt.figure(figsize=(10, 3), layout="constrained").subplots(1, 5)
image = np.zeros((SIZE, SIZE))
np.add.at(image, (events["y"], events["x"]), np.where(events["p"], 1, -1))
panels[0].imshow(image, cmap="RdBu_r")
panels[0].set_title(f"{len(events)} events")
for k, name in enumerate(["|", "—", "\\", "/"]):
    panels[k + 1].imshow(counts[..., k], cmap="magma")
    panels[k + 1].set_title(f"kernel {name}: {counts[..., k].sum()}")
for panel in panels:
    panel.set_axis_off()
