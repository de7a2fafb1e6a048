"""
A sweep of 50 configurations
============================

Excitation and inhibition of a random network are varied in a grid; every configuration is a run of its own, in as
many threads as there are processors: compiled steps run side by side. Results come back as a table.
"""

import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from matplotlib import pyplot as plt

from loihi_emu import Emulator, Network

EXCITATION, INHIBITION = np.arange(2, 22, 2), np.array([20, 60, 100, 140, 180])


def run(setting: tuple[int, int]) -> tuple[float, float]:
    """Mean rate per step, and how irregular the activity of all is."""
    up, down = setting
    rng = np.random.default_rng(11)
    net = Network("sweep", seed=11)
    noise = net.input("noise", 200, rate=0.05)
    cells = net.population("cells", 200, du=800, dv=200, vth=1000, refractory=2)
    net.connect(noise, cells, rng.integers(0, 16, (200, 200)))
    signs = np.where(np.arange(200) < 160, up, -down)
    net.connect(cells, cells, signs * (rng.random((200, 200)) < 0.2), delays=1, sign_mode="mixed")
    net.probe(cells)
    spikes = Emulator(net).run(1000).spikes(cells)
    activity = np.bincount(spikes.times // 5, minlength=200)
    return len(spikes.times) / 200 / 1000, activity.var() / max(activity.mean(), 1e-9)


settings = [(int(up), int(down)) for up in EXCITATION for down in INHIBITION]
with ThreadPoolExecutor(os.cpu_count()) as pool:
    table = np.array(list(pool.map(run, settings)))
panels = plt.figure(figsize=(9, 3.5), layout="constrained").subplots(1, 2)
for panel, values, title in zip(panels, table.T, ("rate per step", "variance / mean of activity"), strict=True):
    image = panel.imshow(values.reshape(len(EXCITATION), -1), origin="lower", aspect="auto", cmap="viridis")
    panel.set(xticks=range(5), xticklabels=INHIBITION, yticks=range(10), yticklabels=EXCITATION)
    panel.set(xlabel="inhibition", ylabel="excitation", title=title)
    plt.colorbar(image, ax=panel)
