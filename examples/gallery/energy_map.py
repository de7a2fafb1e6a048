"""
Cores, messages and energy
==========================

A sheet of neurons is placed on a Kapoho Bay. The map shows how full its cores are; with the recording of a run, which
cores talk to each other, and what the run would cost by published figures.
"""

import numpy as np
from matplotlib import pyplot as plt

from loihi_emu import Emulator, Network, plots

N = 12_000
rng = np.random.default_rng(12)
net = Network("sheet", seed=12)
touch = net.input("touch", 200, rate=0.01)
sheet = net.population("sheet", N, du=500, dv=200, vth=450)
pre = rng.integers(0, N, 20 * N)
post = (pre + rng.integers(-300, 300, 20 * N)) % N
net.connect(touch, sheet, (rng.integers(0, 200, 2 * N), rng.integers(0, N, 2 * N), 100))
net.connect(sheet, sheet, (pre, post, rng.integers(-9, 8, 20 * N) * 2), delays=4)
net.probe(touch), net.probe(sheet)
recording = Emulator(net).run(200)

placement = net.place(boards="Kapoho Bay", rates=recording)
print(placement.estimate(recording))

left, right = plt.figure(figsize=(10, 4), layout="constrained").subplots(1, 2)
plots.core_map(placement, "axons_in", ax=left)
plots.traffic(placement, by="core", ax=right)
