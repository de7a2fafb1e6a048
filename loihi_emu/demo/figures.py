"""What the demos print and draw alike."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from loihi_emu.demo.digits import CLASSES
from loihi_emu.files.writing import write_figure

TITLE = "Handwritten digits (UCI Optical Recognition of Handwritten Digits, 8x8 pixels)"


def print_report(lines: Iterable[tuple[str, str]], width: int = 28) -> None:
    """Names and values, below each other."""
    for name, value in lines:
        print(f"  {name:{width}s} {value}")


def new_figure(width: float, height: float) -> Any:
    """A figure that belongs to no window."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), layout="constrained")


def save(figure: Any, path: Path) -> Path:
    """Write a figure; the folder is made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    return write_figure(figure, path, dpi=130)


def draw_confusion(labels: NDArray[Any], predicted: NDArray[Any], title: str, path: Path) -> Path:
    """Write how often each digit was read as which."""
    from loihi_emu import plots

    matrix = np.zeros((CLASSES, CLASSES), np.int64)
    np.add.at(matrix, (labels, predicted), 1)
    figure = new_figure(6, 5.5)
    plots.confusion(matrix, ax=figure.add_subplot()).set_title(title)
    return save(figure, path)
