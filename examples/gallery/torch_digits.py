"""
Digits trained in the chip's integers
=====================================

A twin is trained for a few passes: what it answers is what the emulator answers, at every moment of its training, to
the last bit. Needs PyTorch (``pip install "loihi_emu[torch]"``); ``python -m examples.train_twin.train`` trains longer.
"""

# sphinx_gallery_thumbnail_path = "pictures/torch_digits.png"
import matplotlib.pyplot as plt
import numpy as np
import torch

from loihi_emu import Emulator, Network
from loihi_emu.demo.digits import load_digits
from loihi_emu.demo.encode import encode_dense
from loihi_emu.training import Twin

torch.set_num_threads(1)
torch.manual_seed(0)
rng = np.random.default_rng(0)

# %%
# The network, with random weights.
net = Network("digits")
pixels = net.input("pixels", 64)
hidden = net.population("hidden", 64, du=2048, dv=400, vth=400)
output = net.population("output", 10, du=2048, dv=200, vth=400)
net.connect(pixels, hidden, 2 * rng.integers(-18, 19, (64, 64)), sign_mode="mixed")
net.connect(hidden, output, 2 * rng.integers(-60, 61, (10, 64)), sign_mode="mixed")
net.probe(output)

# %%
# Training, with the accuracy on both after each pass.
digits = load_digits()
train, test = encode_dense(digits.train_images, 16), encode_dense(digits.test_images, 16)
labels = torch.tensor(digits.train_labels, dtype=torch.long)
twin = Twin(net)
optimizer = torch.optim.Adam(twin.parameters(), lr=0.01)
on_twin, on_emulator = [], []
for _ in range(5):
    for chosen in np.array_split(rng.permutation(len(labels)), 18):
        counts = twin({"pixels": train[chosen]})["output.spikes"].sum(1)
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(0.5 * counts, labels[chosen]).backward()
        optimizer.step()
    with torch.no_grad():
        here = twin({"pixels": test})["output.spikes"].sum(1).numpy()
    there = Emulator(twin.to_network()).run_samples(16, {"pixels": test}).spike_counts("output")
    assert np.array_equal(here, there)
    on_twin.append(float((here.argmax(1) == digits.test_labels).mean()))
    on_emulator.append(float((there.argmax(1) == digits.test_labels).mean()))

# %%
# What the weights became, and how well the digits were read.
figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.2), layout="constrained")
left.plot(range(1, 6), on_twin, label="twin", linewidth=4, alpha=0.4)
left.plot(range(1, 6), on_emulator, label="emulator", linestyle="--", color="black")
left.set(xlabel="pass", ylabel="held-out digits read", xticks=range(1, 6))
left.legend()
bins = np.arange(-257, 257, 8)
right.hist(net.connections["pixels->hidden"].values.ravel(), bins, alpha=0.6, label="before")
right.hist(twin.mantissas("pixels->hidden").numpy().ravel(), bins, alpha=0.6, label="after")
right.set(xlabel="mantissa", ylabel="synapses", title="pixels to hidden")
right.legend()
plt.show()

# %%
# .. image:: /pictures/torch_digits.png
#    :alt: accuracy over passes, on the twin and on the emulator, and mantissas before and after
