"""
A word in a stream of sounds
============================

Ten channels of a cochlea spike; a word is an order of channels in time. A neuron with one delay a channel hears it:
all spikes of the word arrive in the same few steps, those of other orders do not.
"""

import numpy as np
from matplotlib import pyplot as plt

from loihi_emu import Emulator, Network, decay_from_tau, plots

CHANNELS, WORDS, STEPS, LENGTH = 10, 4, 2000, 50
rng = np.random.default_rng(14)
words = rng.integers(0, LENGTH, (WORDS, CHANNELS))  # when each channel spikes in each word
said = [(begin, int(rng.integers(0, WORDS))) for begin in range(40, STEPS - 100, 110)]
times, channels = [], []
for begin, word in said:
    times += list(begin + words[word] + rng.integers(-1, 2, CHANNELS))  # nobody speaks exactly
    channels += list(range(CHANNELS))
noise = rng.random((STEPS, CHANNELS)) < 0.01
t, c = np.nonzero(noise)

net = Network("words")
cochlea = net.input("cochlea", CHANNELS, spikes=(np.concatenate([times, t]), np.concatenate([channels, c])))
hears = net.population("hears", WORDS, du=decay_from_tau(1.5), dv=decay_from_tau(3), vth=1050, refractory=20)
net.connect(cochlea, hears, np.full((WORDS, CHANNELS), 100), delays=LENGTH - words)
net.probe(cochlea), net.probe(hears)
recording = Emulator(net).run(STEPS)

spikes = recording.spikes(hears)
axes = plt.figure(figsize=(9, 5), layout="constrained").subplots()
plots.raster(recording, ["cochlea", "hears"], ax=axes, rate=False)
right = sum(
    any(spikes.indices[(spikes.times > b + LENGTH - 8) & (spikes.times < b + LENGTH + 12)] == w) for b, w in said
)
axes.set_title(f"{right} of {len(said)} words heard, {len(spikes.times) - right} false")
