"""
A synfire chain
===============

Twelve groups of 50 neurons, each connected to the next. A volley that is dense enough becomes a sharp wave that runs
down the chain; one that is too thin dies out (Diesmann et al., 1999).
"""

import numpy as np

from loihi_emu import Emulator, Network, Noise, decay_from_tau, plots

GROUPS, SIZE = 12, 50
rng = np.random.default_rng(7)
volleys = [(begin + t, i) for begin, many in ((20, 20), (150, 45)) for i, t in enumerate(rng.integers(0, 12, many))]
times, indices = np.transpose(volleys)

net = Network("chain", seed=7)
source = net.input("volley", SIZE, spikes=(times, indices))
cells = net.population(
    "cells",
    GROUPS * SIZE,
    du=decay_from_tau(3),
    dv=decay_from_tau(10),
    vth=1000,
    refractory=15,
    noise=Noise("v", exp=12),
)
net.connect(source, cells[:SIZE], np.full((SIZE, SIZE), 24))
for k in range(GROUPS - 1):
    weights = 18 + rng.integers(0, 6, (SIZE, SIZE))
    before, after = cells[k * SIZE : (k + 1) * SIZE], cells[(k + 1) * SIZE : (k + 2) * SIZE]
    net.connect(before, after, weights, delays=rng.integers(4, 8, (SIZE, SIZE)))
net.probe(cells)

plots.raster(Emulator(net).run(320))
