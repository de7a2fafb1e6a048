"""The learning demo: learn, classify held-out digits, print a report, draw what was learned."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from loihi_emu.demo.digits import IMAGE_SHAPE, held_out, load_digits
from loihi_emu.demo.figures import TITLE, draw_confusion, new_figure, print_report, save
from loihi_emu.demo.learning import GAP, NEURONS, RATES, STEPS, Learned, learn, predict


def run_learning(folder: Path, images: int | None = None) -> float:
    """Learn from the training part, classify the test part; returns the accuracy.

    Parameters
    ----------
    folder : Path
        Where the pictures go.
    images : int, optional
        Only the first so many held-out images.
    """
    digits = load_digits()
    shown, labels = held_out(digits, images)
    print(f"{TITLE} learned on an emulated Loihi")
    print(f"64 inputs -> {NEURONS} LIF neurons that compete, STDP on 8-bit weights, no labels")
    learned = learn(digits.train_images, digits.train_labels)
    begin = time.perf_counter()
    predicted = predict(learned, shown)
    seconds = time.perf_counter() - begin
    accuracy = float(np.mean(predicted == labels))
    untrained = Learned(learned.before, learned.before, learned.votes, None, 0.0, 0)
    chance = float(np.mean(predict(untrained, shown) == labels))
    written = draw(learned, labels, predicted, folder)
    rate = learned.images * (STEPS + GAP) / learned.seconds
    used = int(np.count_nonzero(learned.votes.sum(axis=1)))
    print_report([
        ("training", f"{len(digits.train_labels)} images, {len(RATES)} times, {STEPS} + {GAP} steps each"),
        ("training time", f"{learned.seconds:.2f} s on the emulator, {rate:,.0f} steps per second"),
        ("spikes per image", f"{learned.spikes:.2f} in the last pass; {used} of {NEURONS} neurons have votes"),
        ("held-out images", f"{len(labels)}, classified in {seconds:.2f} s with learning off"),
        ("accuracy", f"{100 * accuracy:.2f} %"),
        ("with the random weights", f"{100 * chance:.2f} % (the same votes)"),
        ("pictures", ", ".join(str(path) for path in written)),
    ])  # fmt: skip
    return accuracy


def draw(learned: Learned, labels: NDArray[Any], predicted: NDArray[Any], folder: Path) -> list[Path]:
    """Write fields.png, learning.png and learning-confusion.png."""
    from loihi_emu import plots

    figure = new_figure(9, 9)
    side = int(np.ceil(np.sqrt(NEURONS)))
    for k, ax in enumerate(figure.subplots(side, side).flat):
        ax.set_axis_off()
        if k < NEURONS:
            ax.imshow(learned.after[k].reshape(IMAGE_SHAPE), cmap="gray_r", vmin=0, vmax=255)
            voted = learned.votes[k].sum() > 0
            ax.set_title(str(int(learned.votes[k].argmax())) if voted else "-", fontsize=7, pad=1)
    figure.suptitle(f"weights of {NEURONS} neurons after learning, with the digit that each votes for most")
    written = [save(figure, folder / "fields.png")]

    figure = new_figure(11, 4)
    left, right = figure.subplots(1, 2)
    plots.weight_history(learned.recording, ax=left)
    left.set_title("weights in the first pass")
    plots.weight_change(learned.before, learned.after, ax=right)
    written.append(save(figure, folder / "learning.png"))

    read = predicted >= 0
    title = f"{int(read.sum())} held-out digits, learned without labels"
    written.append(draw_confusion(labels[read], predicted[read], title, folder / "learning-confusion.png"))
    return written
