"""The demo: held-out handwritten digits on the emulated chip, with accuracy, speed and pictures."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from loihi_emu.demo.digits import held_out, load_digits
from loihi_emu.demo.encode import encode_dense
from loihi_emu.demo.figures import TITLE, draw_confusion, new_figure, print_report, save
from loihi_emu.demo.float_net import float_predictions
from loihi_emu.demo.network import digits_network
from loihi_emu.demo.readout import decide
from loihi_emu.demo.weights import load_weights
from loihi_emu.recording.recording import Recording

SHOWN = 8
"""Images in the raster."""


@dataclass(frozen=True, eq=False)
class Result:
    """What the demo measured.

    Attributes
    ----------
    accuracy, float_accuracy : float
        Fraction of right answers on held-out images: chip integers, and the float network on the same images.
    predicted, labels : int64 arrays
    images, steps : int
        Number of images, steps each.
    seconds : float
        Wall time of all images on the emulator, without compilation.
    spikes, events : float
        Spikes (all layers) and synaptic events per image.
    """

    accuracy: float
    float_accuracy: float
    predicted: NDArray[np.int64]
    labels: NDArray[np.int64]
    images: int
    steps: int
    seconds: float
    spikes: float
    events: float


def classify(images: NDArray[Any], labels: NDArray[Any]) -> Result:
    """Classify images on the emulator with chip arithmetic.

    Examples
    --------
    >>> digits = load_digits()
    >>> classify(digits.test_images[:20], digits.test_labels[:20]).accuracy
    1.0
    """
    from loihi_emu.run.emulator import Emulator

    weights = load_weights()
    emulator = Emulator(digits_network(weights))
    samples = encode_dense(images, weights.steps)
    emulator.run_samples(weights.steps, {"pixels": samples[:1]})  # compiles what is not cached yet
    begin = time.perf_counter()
    recording = emulator.run_samples(weights.steps, {"pixels": samples}, progress=False)
    seconds = time.perf_counter() - begin
    predicted = answers(recording, weights.steps)
    floating = float_predictions(weights, images)
    n = len(images)
    return Result(
        accuracy=float(np.mean(predicted == labels)),
        float_accuracy=float(np.mean(floating == labels)),
        predicted=predicted,
        labels=np.asarray(labels, np.int64),
        images=n,
        steps=weights.steps,
        seconds=seconds,
        spikes=sum(recording.stats["spikes"].values()) / n,
        events=recording.stats["synaptic_events"] / n,
    )


def answers(recording: Recording, steps: int) -> NDArray[np.int64]:
    """The digit of every sample."""
    counts = recording.spike_counts("output")
    return decide(counts, recording["output.v"][steps - 1 :: steps])


def draw(result: Result, folder: Path) -> list[Path]:
    """Write raster.png, traces.png and confusion.png."""
    from loihi_emu import plots
    from loihi_emu.run.emulator import Emulator

    digits, weights = load_digits(), load_weights()
    written = []

    shown = digits.test_images[:SHOWN]
    network = digits_network(weights)
    network.probe("pixels", "spikes")
    network.probe("hidden", "v", neurons=slice(0, 3))
    samples = {"pixels": encode_dense(shown, weights.steps)}
    recording = Emulator(network).run_samples(weights.steps, samples, progress=False)
    seen = " ".join(map(str, answers(recording, weights.steps)))

    figure = new_figure(10, 7)
    axes = plots.raster(recording, ["pixels", "hidden", "output"], ax=figure.add_subplot())
    for k in range(1, SHOWN):
        axes.axvline(k * weights.steps - 0.5, color="0.6", linewidth=0.6)
    axes.set_title(f"{SHOWN} handwritten digits, {weights.steps} steps each, read as {seen}")
    written.append(save(figure, folder / "raster.png"))

    figure = new_figure(10, 6)
    axes = plots.traces(recording, ["hidden.v", "output.v"], ax=figure.add_subplot())
    axes.set_title("voltages v with thresholds and spikes")
    written.append(save(figure, folder / "traces.png"))

    title = f"{result.images} held-out digits, chip integers"
    written.append(draw_confusion(result.labels, result.predicted, title, folder / "confusion.png"))
    return written


def run_demo(folder: Path, images: int | None = None) -> Result:
    """Classify, print a report, draw.

    Parameters
    ----------
    folder : Path
        Where the pictures go.
    images : int, optional
        Only the first so many held-out images.
    """
    shown, labels = held_out(load_digits(), images)
    print(f"{TITLE} on an emulated Loihi")
    print("64 inputs -> 128 LIF neurons -> 10 LIF neurons, 8-bit weights, chip arithmetic")
    begin = time.perf_counter()
    result = classify(shown, labels)
    setup = time.perf_counter() - begin - result.seconds
    written = draw(result, folder)
    rate = result.images * result.steps / result.seconds
    print_report([
        ("held-out images", f"{result.images}, {result.steps} steps each"),
        ("accuracy, chip integers", f"{100 * result.accuracy:.2f} %"),
        ("accuracy, float network", f"{100 * result.float_accuracy:.2f} %"),
        ("time per image", f"{1000 * result.seconds / result.images:.3f} ms"),
        ("steps per second", f"{rate:,.0f}"),
        ("spikes per image", f"{result.spikes:.1f} (inputs included)"),
        ("synaptic events per image", f"{result.events:,.0f}"),
        ("set-up and compilation", f"{setup:.1f} s (much less when the cache is warm)"),
        ("pictures", ", ".join(str(path) for path in written)),
    ])  # fmt: skip
    return result
