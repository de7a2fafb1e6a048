"""
Steering: from pictures of a road to an angle
=============================================

As in PilotNet, a convolution sees a road and the answer is a number. Pictures become spikes, a convolution with eight
kernels gives features, and a readout that was fitted in floats and quantised integrates them: its u is the angle.
"""

import numpy as np
from matplotlib import pyplot as plt

from loihi_emu import Conv2D, Emulator, Network, decay_from_tau, quantize

HEIGHT, WIDTH, STEPS, TRAINED = 16, 24, 25, 400
rng = np.random.default_rng(17)


def road(angle: float) -> np.ndarray:
    """A picture of a road that bends: brightness 0..1."""
    depth = np.linspace(0, 1, HEIGHT)[:, None]  # far at the top
    middle = WIDTH / 2 + angle * WIDTH / 2 * (1 - depth) ** 2
    edge = np.abs(np.arange(WIDTH) - middle) - (1 + 6 * depth)
    return np.exp(-(edge**2))


angles = np.concatenate([rng.uniform(-1, 1, TRAINED), np.sin(np.arange(120) / 12) * np.cos(np.arange(120) / 31)])
pictures = np.stack([road(a) for a in angles])
events = rng.random((len(angles), STEPS, HEIGHT, WIDTH, 1)) < 0.5 * pictures[:, None, :, :, None]
samples = events.reshape(len(angles), STEPS, -1)


def network(readout: np.ndarray | None = None) -> Network:
    """Pixels, features, and, once it is fitted, the readout."""
    net = Network("steering", seed=17)
    pixels = net.input("pixels", (HEIGHT, WIDTH, 1))
    kernels = np.random.default_rng(1).integers(-12, 16, (8, 5, 5, 1)) * 2
    features = net.population("features", (6, 10, 8), du=decay_from_tau(3), dv=decay_from_tau(8), vth=400)
    net.connect(pixels, features, Conv2D(kernels, stride=2))
    net.probe(features)
    if readout is not None:
        q = quantize(readout[None, :], vth=1.0)
        angle = net.population("angle", 1, du=0, dv=4096, vth=131_071)  # u adds up all that came
        net.connect(features, angle, q.weights, weight_exp=q.weight_exp, sign_mode=q.sign_mode)
        net.probe(angle, "u")
    return net


counts = Emulator(network()).run_samples(STEPS, {"pixels": samples[:TRAINED]}).spike_counts("features").astype(float)
fitted = np.linalg.solve(counts.T @ counts + 50 * np.eye(counts.shape[1]), counts.T @ angles[:TRAINED])
recording = Emulator(network(fitted)).run_samples(STEPS, {"pixels": samples[TRAINED:]})
sums = recording["angle.u"].reshape(-1, STEPS)[:, -1]
answered = sums / (64 * quantize(fitted[None, :], vth=1.0).scale)
error = np.sqrt(((answered - angles[TRAINED:]) ** 2).mean())

figure = plt.figure(figsize=(10, 4), layout="constrained")
picture, curve = figure.subplots(1, 2, width_ratios=[1, 2])
picture.imshow(pictures[TRAINED + 15], cmap="Greys")
picture.set(title=f"a picture: angle {angles[TRAINED + 15]:.2f}", xticks=[], yticks=[])
curve.plot(angles[TRAINED:], "k", label="true")
curve.plot(answered, ".-", label=f"answered, off by {error:.2f}")
curve.set(xlabel="picture", ylabel="angle")
curve.legend()
