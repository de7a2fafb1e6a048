"""
A sweep of 50 configurations
============================

Excitation and inhibition of a random network are varied in a grid; every configuration is a run of its own, in as
many processes as there are processors. Results come back as a table, in order, with a seed of its own for each run.
"""

import numpy as np
from matplotlib import pyplot as plt

from loihi_emu import Emulator, Network, sweep

EXCITATION, INHIBITION = np.arange(2, 22, 2), np.array([20, 60, 100, 140, 180])


def run(up: int, down: int, seed: int) -> dict[str, float]:
    """Mean rate per step, and how irregular the activity of all is."""
    rng = np.random.default_rng(seed)
    net = Network("sweep", seed=seed)
    noise = net.input("noise", 200, rate=0.05)
    cells = net.population("cells", 200, du=800, dv=200, vth=1000, refractory=2)
    net.connect(noise, cells, rng.integers(0, 16, (200, 200)))
    signs = np.where(np.arange(200) < 160, up, -down)
    net.connect(cells, cells, signs * (rng.random((200, 200)) < 0.2), delays=1, sign_mode="mixed")
    net.probe(cells)
    spikes = Emulator(net).run(1000).spikes(cells)
    activity = np.bincount(spikes.times // 5, minlength=200)
    irregular = activity.var() / max(activity.mean(), 1e-9)
    return {"rate per step": len(spikes.times) / 200 / 1000, "variance / mean of activity": float(irregular)}


found = sweep(run, {"up": EXCITATION, "down": INHIBITION}, seed=11, workers="auto")
table = found.table()
panels = plt.figure(figsize=(9, 3.5), layout="constrained").subplots(1, 2)
for panel, title in zip(panels, found[0], strict=True):
    values = np.reshape(table[title], found.shape)
    image = panel.imshow(values, origin="lower", aspect="auto", cmap="viridis")
    panel.set(xticks=range(5), xticklabels=INHIBITION, yticks=range(10), yticklabels=EXCITATION)
    panel.set(xlabel="inhibition", ylabel="excitation", title=title)
    plt.colorbar(image, ax=panel)
