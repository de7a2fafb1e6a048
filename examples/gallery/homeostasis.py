"""
Weights that keep a rate
========================

STDP alone lets the strong grow stronger. ``homeostatic`` lets weights relax to a target as well: two populations get
the same inputs, one learns with it, one without.
"""

import numpy as np
from matplotlib import pyplot as plt

from loihi_emu import Emulator, Network
from loihi_emu.learning import homeostatic, pair_stdp

STEPS = 6000
rng = np.random.default_rng(19)
net = Network("homeostasis", seed=19)
source = net.input("source", 60, rate=0.03)
start = rng.integers(40, 90, (10, 60))
stdp = pair_stdp(0.25, 0.125)
for name, rule in (("alone", stdp), ("with homeostasis", homeostatic(stdp, target=60, rate=0.0625, every=5))):
    cells = net.population(name, 10, du=2048, dv=300, vth=1500, refractory=5)
    net.connect(source, cells, start, learning=rule, sign_mode="excitatory", name=f"to {name}")
    net.probe(cells), net.probe(f"to {name}", "weights", every=50)
recording = Emulator(net).run(STEPS)

left, right = plt.figure(figsize=(9, 4), layout="constrained").subplots(1, 2)
for name in ("alone", "with homeostasis"):
    weights = recording[f"to {name}.weights"].reshape(-1, 600)
    (line,) = left.plot(recording.times(f"to {name}.weights"), weights.mean(axis=1), label=name)
    left.fill_between(
        recording.times(f"to {name}.weights"),
        *np.percentile(weights, [25, 75], axis=1),
        alpha=0.2,
        color=line.get_color(),
    )
    rate = np.histogram(recording.spikes(name).times, np.arange(0, STEPS + 1, 200))[0] / 200 / 10
    right.plot(np.arange(100, STEPS, 200), rate, label=name)
left.set(xlabel="time (steps)", ylabel="weight, mean and middle half")
right.set(xlabel="time (steps)", ylabel="spikes per neuron and step")
left.legend()
