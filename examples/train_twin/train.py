"""Train the digits in the chip's integers, export and run them: ``python -m examples.train_twin.train``.

Needs PyTorch (``pip install "loihi_emu[torch]"``). The network is that of the demo: 64 pixels, 128 hidden neurons, 10
outputs, an image in 24 steps. It is trained as it will run, so nothing is lost when it is exported: the emulator gives
the same answer to each of the 599 held-out images, with the same spikes and voltages.
"""

from __future__ import annotations

import argparse
import time

import numpy as np
import torch
from numpy.typing import NDArray

from examples.train_digits.augment import augment
from loihi_emu import Emulator, Network
from loihi_emu.demo.digits import CLASSES, PIXELS, load_digits
from loihi_emu.demo.encode import encode_dense
from loihi_emu.demo.readout import decide
from loihi_emu.training import Twin

STEPS, HIDDEN, BATCH, EPOCHS = 24, 128, 48, 40
RATE, SMOOTHING, SHARPNESS = 1e-2, 0.05, 0.3
VTH = 400
AUGMENT = {"shift": 0.5, "turn": 0.15, "scale": 0.1, "slant": 0.15}


def untrained(seed: int = 0) -> Network:
    """The network with random weights."""
    rng = np.random.default_rng(seed)
    net = Network("digits", seed=seed)
    pixels = net.input("pixels", PIXELS)
    hidden = net.population("hidden", HIDDEN, du=2048, dv=400, vth=VTH)
    output = net.population("output", CLASSES, du=2048, dv=200, vth=VTH)
    for pre, post, spread in ((pixels, hidden, 20), (hidden, output, 60)):
        weights = 2 * np.clip(np.rint(rng.normal(0, spread / 2, (post.size, pre.size))), -127, 127).astype(int)
        net.connect(pre, post, weights, sign_mode="mixed")
    net.probe(hidden)
    net.probe(output, ["spikes", "v"])
    return net


def read(twin: Twin, events: NDArray[np.bool_]) -> tuple[torch.Tensor, torch.Tensor]:
    """Spikes of each output, and its voltage after the last step; each (samples, 10)."""
    found = twin({"pixels": events})
    return found["output.spikes"].sum(1), found["output.v"][:, -1]


def train(network: Network, *, epochs: int = EPOCHS, seed: int = 0) -> Twin:
    """Train all weights and biases, each epoch on newly changed images."""
    torch.set_num_threads(1)  # layers of this size gain nothing from more
    rng = np.random.default_rng(seed)
    digits = load_digits()
    images, labels = digits.train_images, torch.tensor(digits.train_labels, dtype=torch.long)
    twin = Twin(network)
    optimizer = torch.optim.Adam(twin.parameters(), lr=RATE)
    updates = epochs * (len(labels) // BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=updates)
    loss_of = torch.nn.CrossEntropyLoss(label_smoothing=SMOOTHING)
    for epoch in range(epochs):
        changed, order, total = augment(images, rng, **AUGMENT), rng.permutation(len(labels)), 0.0
        for start in range(0, len(labels) - BATCH + 1, BATCH):
            chosen = order[start : start + BATCH]
            counts, v = read(twin, encode_dense(changed[chosen], STEPS))
            loss = loss_of(SHARPNESS * (counts + v / (64 * VTH)), labels[chosen])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            total += loss.item()
        if epoch % 10 == 9 or epoch + 1 == epochs:
            print(f"epoch {epoch + 1:3d}  loss {total * epochs / updates:.4f}", flush=True)
    return twin


def compare(twin: Twin) -> tuple[float, float, int, int]:
    """Accuracy on the twin and on the emulator, how many answers differ, and how many voltages and counts."""
    digits = load_digits()
    events = encode_dense(digits.test_images, STEPS)
    with torch.no_grad():
        counts, v = (x.numpy() for x in read(twin, events))
    recording = Emulator(twin.to_network()).run_samples(STEPS, {"pixels": events})
    spikes, voltages = recording.spike_counts("output"), recording["output.v"].reshape(-1, STEPS, CLASSES)[:, -1]
    ours, theirs = decide(counts, v), decide(spikes, voltages)
    differ = int((counts != spikes).sum() + (v != voltages).sum())
    right = [float((answers == digits.test_labels).mean()) for answers in (ours, theirs)]
    return right[0], right[1], int((ours != theirs).sum()), differ


def main(arguments: list[str] | None = None) -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description="Train the digits in the chip's integers.")
    parser.add_argument("--epochs", type=int, default=EPOCHS, help="passes over the training images (%(default)s)")
    parser.add_argument("--seed", type=int, default=0, help="seed of everything random (%(default)s)")
    parser.add_argument("--out", help="file to save the network to, .npz")
    options = parser.parse_args(arguments)
    begin = time.perf_counter()
    twin = train(untrained(options.seed), epochs=options.epochs, seed=options.seed)
    print(f"trained in {time.perf_counter() - begin:.0f} s")
    on_twin, on_emulator, answers, numbers = compare(twin)
    print(f"599 held-out images: {on_twin:.2%} on the twin, {on_emulator:.2%} on the emulator")
    print(f"differing: {answers} answers, {numbers} spike counts and voltages")
    if options.out:
        print(f"written to {twin.to_network().save(options.out)}")


if __name__ == "__main__":
    main()
