"""
Working memory: a bump that stays
=================================

A neural field: neurons near each other excite each other, all others inhibit. A short input leaves a bump of activity
that remembers where it was, until another input moves it.
"""

import numpy as np

from loihi_emu import Emulator, Network, decay_from_tau, plots

N, STEPS = 100, 800
cue = [
    (t, i)
    for begin, place in ((50, 25), (400, 70))
    for t in range(begin, begin + 30, 2)
    for i in range(place - 5, place + 5)
]
times, indices = np.transpose(cue)

net = Network("field", seed=6)
source = net.input("cue", N, spikes=(times, indices))
field = net.population("field", N, du=decay_from_tau(8), dv=decay_from_tau(12), vth=900, refractory=4)
gap = np.abs(np.arange(N)[:, None] - np.arange(N))
net.connect(source, field, (np.arange(N), np.arange(N), 250))
net.connect(field, field, np.rint(90 * np.exp(-((gap / 6) ** 2)) - 22).astype(int) // 2 * 2, sign_mode="mixed")
net.probe(source), net.probe(field)

plots.raster(Emulator(net).run(STEPS), ["cue", "field"])
