"""
A solver: eight queens
======================

Eight queens on a board, none on another's row, column or diagonal. A neuron stands for a square; neurons that exclude
each other inhibit each other; all are driven, and noise lets the network search. A window of 20 steps in which eight
neurons spiked and none of them excludes another is a solution.
"""

import numpy as np
from matplotlib import pyplot as plt

from loihi_emu import Emulator, Network, Noise

N, STEPS, WINDOW = 8, 6000, 20
row, column = np.divmod(np.arange(N * N), N)
same = [a[:, None] == a for a in (row, column, row + column, row - column)]
excludes = np.logical_or.reduce(same) & ~np.eye(N * N, dtype=bool)

net = Network("queens", seed=16)
squares = net.population(
    "squares", N * N, du=400, dv=300, vth=500, refractory=2, bias=2600, vmin=-200_000, noise=Noise("v", exp=12)
)
net.connect(squares, squares, -120 * excludes, delays=0)
net.probe(squares)
spikes = Emulator(net).run(STEPS).spikes(squares)

counts = np.zeros((STEPS // WINDOW, N * N), int)
np.add.at(counts, (spikes.times // WINDOW, spikes.indices), 1)
active = counts > 0
conflicts = ((active @ excludes.astype(int)) * active).sum(axis=1) // 2
solved = np.flatnonzero((conflicts == 0) & (active.sum(axis=1) == N))

left, right = plt.figure(figsize=(9, 4), layout="constrained").subplots(1, 2)
left.plot(np.arange(len(conflicts)) * WINDOW, conflicts, label="conflicts")
left.plot(np.arange(len(conflicts)) * WINDOW, active.sum(axis=1), label="queens")
left.plot(solved * WINDOW, np.full(len(solved), -1), "g.", label="solved")
left.set(xlabel="time (steps)")
left.legend()
board = active[solved[0]] if len(solved) else active[conflicts.argmin()]
right.imshow((row + column).reshape(N, N) % 2, cmap="Greys", vmin=-1, vmax=3)
right.plot(column[board], row[board], "o", markersize=18, color="C3")
right.set(xticks=[], yticks=[], title=f"{len(solved)} of {len(conflicts)} windows are solutions")
