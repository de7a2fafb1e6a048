"""Confusion matrices: how often each true class was answered with each class."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from loihi_emu.errors import invalid
from loihi_emu.keywords import known_keywords
from loihi_emu.numeric import whole

if TYPE_CHECKING:
    from matplotlib.axes import Axes

CMAP = "Blues"
DARK = 0.55  # share of a row from which on white text reads better than black
SMALLEST_TEXT = 4.5  # points; counts that would be smaller are left out and a colour bar is drawn


@known_keywords
def confusion(
    matrix: ArrayLike,
    labels: Sequence[object] | None = None,
    *,
    ax: Axes | None = None,
) -> Axes:
    """Plot a confusion matrix: rows are true classes, columns are answers, each cell has its count.

    The colour of a cell is its share of its row, so that classes of different size compare. The corner states the
    accuracy, the trace over the sum. Where there are too many classes for counts to be legible a colour bar
    stands in for them.

    Parameters
    ----------
    matrix : array_like of int, shape (classes, classes)
        Counts, 0 or greater; entry (i, j) is how often class i was answered with j.
    labels : sequence, optional
        A name for each class; 0, 1, ... if not given.
    ax : matplotlib.axes.Axes, optional
        Where to draw. A new pyplot figure is made if not given.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ValidationError
        If the matrix is not square, holds anything but counts, or there are not as many labels as classes.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> from loihi_emu import plots
    >>> ax = plots.confusion([[9, 1], [2, 8]], ["cat", "dog"], ax=Figure().subplots())
    >>> ax.get_title(loc="right")
    '85.0 % of 20 right'
    """
    counts = whole("", "matrix", matrix)
    if counts.ndim != 2 or counts.shape[0] != counts.shape[1] or counts.size == 0:
        raise invalid("", "matrix", f"an array of shape {counts.shape}", "a square matrix of counts")
    if counts.min() < 0:
        raise invalid("", "matrix", int(counts.min()), "counts of 0 or greater", advice="Give counts, not differences.")
    classes = counts.shape[0]
    names = [str(i) for i in range(classes)] if labels is None else [str(label) for label in labels]
    if len(names) != classes:
        raise invalid("", "labels", f"{len(names)} labels", f"one for each of the {classes} classes")

    from loihi_emu.plots import _figure

    ax = _figure.get_axes(ax)
    in_row = counts.sum(axis=1, keepdims=True)
    share = np.divide(counts, in_row, out=np.zeros(counts.shape), where=in_row > 0)
    image = ax.imshow(share, cmap=CMAP, vmin=0, vmax=1, origin="upper", interpolation="nearest", aspect="equal")
    ax.set_xlabel("answered class")
    ax.set_ylabel("true class")
    _name_classes(ax, names)
    font = _text_points(ax, counts)
    if font >= SMALLEST_TEXT:
        for (i, j), count in np.ndenumerate(counts):
            color = "white" if share[i, j] > DARK else "black"
            alpha = 1.0 if count else 0.3
            ax.text(j, i, str(count), ha="center", va="center", color=color, alpha=alpha, fontsize=font)
    else:
        image.set_clim(0, float(share.max()) or 1.0)
        _figure.color_bar(ax, image, "share of the true class")
    total = int(counts.sum())
    _figure.note(ax, f"{100 * np.trace(counts) / total:.1f} % of {total:,} right" if total else "no answers")
    return ax


def _name_classes(ax: Axes, names: list[str]) -> None:
    """A tick for each class, or for every k-th if there are too many for their letters."""
    from loihi_emu.plots import _figure

    letter = _figure.tick_points(ax)
    longest = max(len(name) for name in names)
    slanted = longest > 3
    room = letter * max(1.2, 0.0 if slanted else 0.7 * longest + 0.5)
    every = max(1, int(np.ceil(room * len(names) / _figure.points_high(ax))))
    shown = range(0, len(names), every)
    marks: dict[str, Any] = {"rotation": 45, "ha": "right", "rotation_mode": "anchor"} if slanted else {}
    ax.set_yticks(shown, [names[i] for i in shown])
    ax.set_xticks(shown, [names[i] for i in shown], **marks)
    ax.tick_params(length=0)


def _text_points(ax: Axes, counts: np.ndarray[Any, Any]) -> float:
    """Font size at which the longest count fits its cell, at most that of tick labels."""
    from loihi_emu.plots import _figure

    cell = _figure.points_high(ax) / counts.shape[0]
    digits = len(str(counts.max()))
    usual = _figure.tick_points(ax)
    return float(min(usual, 0.6 * cell, 0.8 * cell / (0.62 * digits)))
