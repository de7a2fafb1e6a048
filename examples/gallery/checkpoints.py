"""
One past, several futures
=========================

A checkpoint holds all state of a run. From one, the same network goes on as it would have, and with another
threshold; where nothing was changed, the future is the same to the bit.
"""

import tempfile
from pathlib import Path

import numpy as np
from matplotlib import pyplot as plt

from loihi_emu import Emulator, Network, decay_from_tau

net = Network("futures", seed=10)
noise = net.input("noise", 200, rate=0.03)
cells = net.population("cells", 100, du=decay_from_tau(5), dv=decay_from_tau(20), vth=900)
rng = np.random.default_rng(10)
net.connect(noise, cells, rng.integers(0, 40, (100, 200)))
net.connect(cells, cells, -40 * (rng.random((100, 100)) < 0.2), delays=2)
net.probe(cells)

emulator = Emulator(net)
past = emulator.run(300)
file = Path(tempfile.mkdtemp(), "at300.npz")
emulator.save(file)
futures = {"as it was": emulator.run(300)}
for name, vth in (("again", 900), ("vth 700", 700), ("vth 1300", 1300)):
    emulator.restore(file)
    emulator.set(cells, "vth", vth)
    futures[name] = emulator.run(300)
assert (futures["as it was"].spikes(cells).times == futures["again"].spikes(cells).times).all()


def activity(recording):
    """Spikes in each bin of ten steps."""
    times = recording.spikes(cells).times
    return np.histogram(times, np.arange(recording.start, recording.start + recording.steps + 1, 10))[0]


axes = plt.figure(figsize=(8, 4), layout="constrained").subplots()
axes.plot(np.arange(0, 300, 10), activity(past), "k", label="past")
for name, future in futures.items():
    axes.plot(np.arange(300, 600, 10), activity(future), "--" if name == "again" else "-", label=name)
axes.set(xlabel="time (steps)", ylabel="spikes in 10 steps")
axes.legend()
