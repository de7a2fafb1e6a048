"""
What wraps, and what is clipped
===============================

u wraps at 24 bits as two's complement does, v is clipped. Both are counted. A network that was scaled too large shows
it here, before it does on a chip.
"""

import numpy as np
from matplotlib import pyplot as plt

from loihi_emu import Emulator, Network

net = Network("too large")
source = net.input("source", 1, spikes=(np.arange(0, 300, 2), np.zeros(150, int)))
wraps = net.population("wraps", 1, du=4, dv=4096, vth=131_071)  # u hardly decays
clipped = net.population("clipped", 1, dv=0, vth=131_071, bias=-4095, bias_exp=5)  # v only falls
net.connect(source, wraps, 200, weight_exp=4)
net.probe(wraps, "u"), net.probe(clipped, "v")
recording = Emulator(net).run(300)
print(recording.stats["overflow"])

figure = plt.figure(figsize=(8, 5), layout="constrained")
top, bottom = figure.subplots(2, 1, sharex=True)
top.plot(recording["wraps.u"])
top.set(ylabel="u", title=f"u wrapped {recording.stats['overflow']['wraps']['u']} times")
bottom.plot(recording["clipped.v"])
bottom.set(
    ylabel="v", xlabel="time (steps)", title=f"v was clipped {recording.stats['overflow']['clipped']['v']} times"
)
