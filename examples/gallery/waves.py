"""
Waves on a ring
===============

Neighbours excite each other, the farther the later; all others inhibit weakly. Noise starts waves, which annihilate
where they meet, because neurons rest for 30 steps after a spike.
"""

import numpy as np

from loihi_emu import Emulator, Network, decay_from_tau, plots

net = Network("ring", seed=1)
noise = net.input("noise", 300, rate=0.01)
cells = net.population("cells", 300, du=decay_from_tau(4), dv=decay_from_tau(20), vth=1500, refractory=30)
net.connect(noise, cells, (np.arange(300), np.arange(300), 255))
gap = np.abs((np.arange(300)[:, None] - np.arange(300) + 150) % 300 - 150)  # distance on the ring
net.connect(cells, cells, np.where(gap < 12, 120, -6), delays=gap // 5, sign_mode="mixed")
net.probe(cells)

plots.raster(Emulator(net).run(800))
