"""Train the demo network: ``python -m examples.train_digits.train --epochs 300 --seed 0 --out digits_weights.npz``.

Surrogate gradients with NumPy alone: cross-entropy of the scores (see `float_net`) with smoothed labels, Adam with a
cosine schedule and weight decay, each epoch on newly augmented images, and a small price on hidden spikes. The
weights are rounded to chip integers afterwards. The same seed gives the same file on the same machine; another BLAS
may sum in another order.

The constants were chosen by three-fold cross-validation within the training part. The test part only gives the accuracy
that is written into the file.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from examples.train_digits.augment import augment
from examples.train_digits.gradients import backward
from examples.train_digits.quantize import quantize_layer
from loihi_emu.demo.digits import CLASSES, PIXELS, load_digits
from loihi_emu.demo.encode import encode_dense
from loihi_emu.demo.float_net import Array, Decays, Params, float_accuracy, forward
from loihi_emu.demo.weights import DigitsWeights
from loihi_emu.widths import DECAY_UNITY

RECIPE = 1
"""Version of the recipe: raised whenever the same seed would give other weights."""

STEPS = 24
HIDDEN = 128
DECAYS = {"hidden_du": 2048, "hidden_dv": 400, "output_du": 2048, "output_dv": 200}
EPOCHS = 300
BATCH = 48
RATE = 3e-3
WARM_UP = 500  # updates; without it many hidden neurons fall silent early and stay so
MOMENTS = (0.9, 0.999)  # of Adam
WEIGHT_DECAY = 0.05
SHARPNESS = 0.3  # logits per output spike
SMOOTHING = 0.05  # of the labels
SPIKE_PRICE = 3e-4  # half the square of a hidden neuron's spike count costs this much
AUGMENT = {"shift": 0.6, "turn": 0.15, "scale": 0.1, "slant": 0.15}


@dataclass(frozen=True)
class Trained:
    """Result of `train`: float parameters and the mean loss of each epoch."""

    params: Params
    losses: list[float]


def float_decays() -> Decays:
    """The recipe's decays as fractions of the state lost per step."""
    return Decays(**{name: value / DECAY_UNITY for name, value in DECAYS.items()})


def initial(rng: np.random.Generator) -> Params:
    """Random float32 parameters, in units of the threshold."""
    return {
        "hidden_weights": rng.normal(0, 0.05, (HIDDEN, PIXELS)).astype(np.float32),
        "hidden_bias": np.zeros(HIDDEN, dtype=np.float32),
        "output_weights": rng.normal(0, 0.15, (CLASSES, HIDDEN)).astype(np.float32),
        "output_bias": np.zeros(CLASSES, dtype=np.float32),
    }


def _loss(scores: Array, labels: Array) -> tuple[float, Array]:
    """Summed cross-entropy with smoothed labels, and the gradient of its mean with respect to the scores."""
    logits = SHARPNESS * scores
    logits = logits - logits.max(axis=1, keepdims=True)
    log_p = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    target = np.full_like(log_p, SMOOTHING / CLASSES)
    target[np.arange(labels.size), labels] += 1 - SMOOTHING
    return -float((target * log_p).sum()), SHARPNESS * (np.exp(log_p) - target) / labels.size


def train(
    images: NDArray[np.uint8],
    labels: NDArray[np.uint8],
    *,
    epochs: int = EPOCHS,
    seed: int = 0,
    report: Callable[[int, float], None] | None = None,
) -> Trained:
    """Train the float network.

    Parameters
    ----------
    images : ndarray of uint8, shape (n, 8, 8)
        Training images, grey values 0..16.
    labels : ndarray of uint8, shape (n,)
        Their digits, 0..9.
    epochs : int
        Passes over the images, at least 1.
    seed : int
        Seed of everything random.
    report : callable, optional
        Called after each epoch with its number and mean loss.

    Returns
    -------
    Trained
        float32 parameters and losses.
    """
    rng = np.random.default_rng(seed)
    decays, params = float_decays(), initial(rng)
    mean = {name: np.zeros_like(value) for name, value in params.items()}
    square = {name: np.zeros_like(value) for name, value in params.items()}
    batch = min(BATCH, labels.size)
    updates = labels.size // batch
    losses: list[float] = []
    done = 0
    for epoch in range(epochs):
        changed = augment(images, rng, **AUGMENT)
        order = rng.permutation(labels.size)
        total = 0.0
        for start in range(0, updates * batch, batch):
            chosen = order[start : start + batch]
            trace = forward(params, decays, encode_dense(changed[chosen], STEPS).swapaxes(0, 1))
            loss, grad_scores = _loss(trace.scores, labels[chosen])
            total += loss
            price = SPIKE_PRICE * trace.hidden_spikes.sum(axis=0) / batch
            grads = backward(params, decays, trace, grad_scores, price)
            done += 1
            rate = RATE * min(1.0, done / WARM_UP) * 0.5 * (1 + np.cos(np.pi * done / (epochs * updates)))
            for name, grad in grads.items():
                mean[name] += (1 - MOMENTS[0]) * (grad - mean[name])
                square[name] += (1 - MOMENTS[1]) * (grad**2 - square[name])
                size = np.sqrt(square[name] / (1 - MOMENTS[1] ** done)) + 1e-8
                step = mean[name] / (1 - MOMENTS[0] ** done) / size + WEIGHT_DECAY * params[name]
                params[name] -= np.float32(rate) * step
        losses.append(total / (updates * batch))
        if report is not None:
            report(epoch, losses[-1])
    return Trained(params, losses)


def quantize(
    params: Params, *, seed: int = 0, epochs: int = EPOCHS, float_accuracy: float = float("nan")
) -> DigitsWeights:
    """Round trained parameters to chip integers; the keywords are kept as a record of the training."""
    return DigitsWeights(
        hidden=quantize_layer(
            params["hidden_weights"], params["hidden_bias"], du=DECAYS["hidden_du"], dv=DECAYS["hidden_dv"]
        ),
        output=quantize_layer(
            params["output_weights"], params["output_bias"], du=DECAYS["output_du"], dv=DECAYS["output_dv"]
        ),
        steps=STEPS,
        float_accuracy=float_accuracy,
        seed=seed,
        epochs=epochs,
        recipe=RECIPE,
    )


def main(arguments: list[str] | None = None) -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description="Train the digits network.")
    parser.add_argument("--epochs", type=int, default=EPOCHS, help="passes over the training images (%(default)s)")
    parser.add_argument("--seed", type=int, default=0, help="seed of everything random (%(default)s)")
    parser.add_argument("--out", default="digits_weights.npz", help="file to write (%(default)s)")
    options = parser.parse_args(arguments)
    if options.epochs < 1 or options.seed < 0:
        parser.error("--epochs must be at least 1 and --seed at least 0")

    def report(epoch: int, loss: float) -> None:
        if epoch % 10 == 9 or epoch + 1 == options.epochs:
            print(f"epoch {epoch + 1:4d}  loss {loss:.4f}", flush=True)

    digits = load_digits()
    trained = train(digits.train_images, digits.train_labels, epochs=options.epochs, seed=options.seed, report=report)
    record = {"seed": options.seed, "epochs": options.epochs}
    accuracy = float_accuracy(quantize(trained.params, **record))
    quantize(trained.params, **record, float_accuracy=accuracy).save(options.out)
    print(f"float network: {accuracy:.2%} of {digits.test_labels.size} test images; written to {options.out}")


if __name__ == "__main__":
    main()
