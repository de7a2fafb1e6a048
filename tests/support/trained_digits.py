"""Small networks of trainers, trained on the digits for a few passes, and their answers here."""

import numpy as np
import torch

from loihi_emu import Emulator
from loihi_emu.demo.digits import load_digits
from loihi_emu.demo.encode import encode_dense

STEPS = 16
DIGITS = load_digits()
TRAIN, TEST = (
    torch.tensor(encode_dense(images, STEPS), dtype=torch.float32)
    for images in (DIGITS.train_images, DIGITS.test_images)
)
LABELS = torch.tensor(DIGITS.train_labels, dtype=torch.long)


def trained(module, counts_of, epochs, rate=5e-3, seed=0):
    """Train a module whose spike counts (samples, classes) a function tells; the digits as spikes."""
    torch.manual_seed(seed)
    optimizer = torch.optim.Adam(module.parameters(), lr=rate)
    for _ in range(epochs):
        for chosen in torch.randperm(len(LABELS)).split(64):
            optimizer.zero_grad()
            torch.nn.functional.cross_entropy(counts_of(module, TRAIN[chosen]), LABELS[chosen]).backward()
            optimizer.step()
    return module.eval()


def accuracy(counts):
    return float((np.asarray(counts).argmax(1) == DIGITS.test_labels).mean())


def counts_here(imported):
    """Spike counts of the held-out digits on the emulator."""
    ((_, out),) = imported.report.outputs.items()
    network = imported.network
    network.probe(out.population, "spikes")
    frames = np.zeros((len(TEST), STEPS + out.lag, 64), int)
    frames[:, :STEPS] = TEST.numpy().astype(int)
    recording = Emulator(network).run_samples(STEPS + out.lag, {"input": frames})
    assert out.variable == "spikes"
    spikes, steps = recording.spikes(out.population), STEPS + out.lag
    counts = np.zeros((len(TEST), network.populations[out.population].size), int)
    late = spikes.times % steps >= out.lag
    np.add.at(counts, (spikes.times[late] // steps, spikes.indices[late]), 1)
    return counts
