"""
Builders of connections
=======================

Six rules by which synapses are made between two populations of 60 neurons, each with weights from a normal
distribution: which neurons are connected, how strongly, and how many synapses each target gets.
"""

import numpy as np
from matplotlib import pyplot as plt

from loihi_emu import (
    Network,
    by_distance,
    fixed_in_degree,
    fixed_out_degree,
    fixed_probability,
    fixed_total_number,
    normal,
    one_to_one,
)

SIZE = 60
place = np.arange(SIZE) / SIZE  # on a ring of length 1
rules = {
    "one_to_one()": one_to_one(),
    "fixed_probability(0.1)": fixed_probability(0.1),
    "fixed_in_degree(6)": fixed_in_degree(6),
    "fixed_out_degree(6)": fixed_out_degree(6),
    "fixed_total_number(360)": fixed_total_number(360),
    "by_distance(exp(-(d/0.08)^2))": by_distance(lambda d: np.exp(-((d / 0.08) ** 2)), place, period=1),
}
net = Network("builders", seed=4)
pre, post = net.population("pre", SIZE, vth=100), net.population("post", SIZE, vth=100)
weights = normal(32, 8, low=1, high=64)
made = {name: net.connect(pre, post, weights, synapses=rule, name=name) for name, rule in rules.items()}

figure, axes = plt.subplots(2, 6, figsize=(13, 4.6), layout="constrained", height_ratios=[2, 1], sharex="row")
for (name, c), (matrix, bars) in zip(made.items(), axes.T, strict=True):
    shown = np.zeros((SIZE, SIZE))
    np.add.at(shown, (c.post_indices, c.pre_indices), c.values)
    image = matrix.imshow(np.where(shown, shown, np.nan), vmin=0, vmax=100, cmap="viridis")
    matrix.set_title(f"{name}\n{c.synapses} synapses", fontsize=8)
    bars.hist(np.bincount(c.post_indices, minlength=SIZE), bins=np.arange(-0.5, 17), color="0.4")
axes[0, 0].set(xlabel="pre", ylabel="post")
axes[1, 0].set(xlabel="synapses onto a neuron", ylabel="neurons")
figure.colorbar(image, ax=axes[0], label="weight")
