"""Weight matrices, as an image or as a histogram."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from loihi_emu.errors import invalid, unknown
from loihi_emu.keywords import known_keywords
from loihi_emu.numeric import flag
from loihi_emu.plots._matrix import Weights, read_weights

if TYPE_CHECKING:
    from matplotlib.axes import Axes

KINDS = ("image", "histogram")
CMAP = "RdBu_r"
SQUARE_WITHIN = 3.0  # matrices longer than this many times their width fill the axes instead of having square cells
HISTOGRAM_BINS = 64


@known_keywords
def weights(
    matrix: Any,
    kind: str = "image",
    *,
    limit: float | None = None,
    cmap: Any = CMAP,
    colorbar: bool = True,
    bins: int | None = None,
    label: str = "weight",
    ax: Axes | None = None,
) -> Axes:
    """Plot a weight matrix as an image, or how often each weight occurs as a histogram.

    The image's colours are centred at zero: excitatory weights red, inhibitory ones blue, none white. A matrix with
    more entries than the axes have pixels is cut into blocks that show their mean; the corner says so.

    Parameters
    ----------
    matrix
        Weights (n_post, n_pre) as an array or a scipy.sparse matrix, or a connection of a network, whose mantissas
        are shown as given. Of a convolution the kernel is shown, one output channel a row.
    kind : "image" or "histogram"
        What to draw.
    limit : float, optional
        Weight at the ends of the colour scale, greater than 0; the greatest magnitude by default.
    cmap : str or matplotlib.colors.Colormap
        Diverging colour map, for the image and for the histogram's two halves.
    colorbar : bool
        Whether to draw the image's colour bar.
    bins : int, optional
        Most bins of the histogram, 64 by default. Bins of whole numbers are whole numbers wide.
    label : str
        What the values are, with their unit: the label of the colour bar or of the histogram's axis.
    ax : matplotlib.axes.Axes, optional
        Where to draw. A new pyplot figure is made if not given.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ValidationError
        For a matrix that is empty, not of two dimensions or not finite, and for an unknown `kind`.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> from loihi_emu import plots
    >>> ax = plots.weights([[0, 64], [-128, 0]], ax=Figure().subplots())
    >>> ax.images[0].get_clim()
    (-128.0, 128.0)
    """
    if kind not in KINDS:
        raise unknown("kind of weight plot", kind, KINDS)
    if limit is not None and not limit > 0:
        raise invalid("", "limit", limit, "a number greater than 0")
    if bins is not None and bins < 1:
        raise invalid("", "bins", bins, "at least 1")
    colorbar, read = flag("", "colorbar", colorbar), read_weights(matrix)

    from loihi_emu.plots import _figure

    ax = _figure.get_axes(ax)
    if kind == "histogram":
        _histogram(ax, read, cmap, bins or HISTOGRAM_BINS, label)
    else:
        _image(ax, read, limit, cmap, colorbar, label)
    if read.name:
        ax.set_title(read.name)
    return ax


def _image(ax: Axes, read: Weights, limit: float | None, cmap: Any, colorbar: bool, label: str) -> None:
    from loihi_emu.plots import _figure

    wide, high = _figure.pixels(ax)
    shown, per_line, per_column = read.reduced(high, wide)
    greatest = float(np.abs(shown).max(initial=0)) if limit is None else float(limit)
    ratio = read.shape[0] / read.shape[1]
    image = ax.imshow(
        shown,
        cmap=cmap,
        vmin=-(greatest or 1.0),
        vmax=greatest or 1.0,
        extent=(-0.5, shown.shape[1] * per_column - 0.5, shown.shape[0] * per_line - 0.5, -0.5),
        origin="upper",
        aspect="equal" if 1 / SQUARE_WITHIN <= ratio <= SQUARE_WITHIN else "auto",
    )
    ax.set_xlim(-0.5, read.shape[1] - 0.5)
    ax.set_ylim(read.shape[0] - 0.5, -0.5)
    kernel = read.name and not read.pre
    ax.set_xlabel("kernel entry" if kernel else _neuron_label("presynaptic", read.pre))
    ax.set_ylabel("output channel" if kernel else _neuron_label("postsynaptic", read.post))
    _figure.integer_ticks(ax.xaxis)
    _figure.integer_ticks(ax.yaxis)
    whole = per_line == per_column == 1
    if colorbar:
        bar = _figure.color_bar(ax, image, label if whole else f"mean {label}")
        if whole and read.values.dtype.kind in "iu":
            _figure.integer_ticks(bar)
    if not whole:
        _figure.note(ax, f"mean of each {per_line} × {per_column} block")


def _neuron_label(side: str, name: str) -> str:
    return f"{side} neuron ({name})" if name else f"{side} neuron"


def _histogram(ax: Axes, read: Weights, cmap: Any, bins: int, label: str) -> None:
    import matplotlib

    from loihi_emu.plots import _figure

    values = read.values.ravel()
    nonzero = values[values != 0]
    edges = _edges(nonzero, bins)
    counts = np.histogram(nonzero, edges)[0]
    shades = matplotlib.colormaps.get_cmap(cmap)
    for side, shade in ((-1, 0.12), (1, 0.88)):
        half = np.where(np.sign(edges[:-1] + edges[1:]) == side, counts, 0)
        if half.any():
            ax.stairs(half, edges, fill=True, color=shades(shade))
    ax.axvline(0, color=_figure.faint(), linewidth=0.8, zorder=0)
    ax.set_xlim(edges[0], edges[-1])
    ax.set_ylim(0, 1.05 * max(int(counts.max(initial=0)), 1))
    ax.set_xlabel(label)
    ax.set_ylabel("synapses")
    _figure.integer_ticks(ax.yaxis)
    zeros = values.size - nonzero.size
    if zeros:
        _figure.note(ax, f"{zeros:,} of {values.size:,} weights are 0 and not shown")


def _edges(values: NDArray[Any], bins: int) -> NDArray[np.float64]:
    """Edges of at most `bins` bins with one of them at zero or, for whole numbers, half way between numbers.

    No bin holds weights of both signs: bins of whole numbers leave out 0, which is not among the values.
    """
    if values.size == 0:
        return np.array([-1.0, 0.0, 1.0])
    low, high = min(float(values.min()), 0.0), max(float(values.max()), 0.0)
    if values.dtype.kind in "iu":
        width = max(1.0, np.ceil((high - low) / max(bins - 2, 1)))
        below = -0.5 - width * np.arange(np.ceil(-low / width), -1, -1) if low < 0 else np.array([-0.5])
        above = 0.5 + width * np.arange(np.ceil(high / width) + 1) if high > 0 else np.array([0.5])
        return np.concatenate([below, above])
    width = (high - low) / max(bins - 1, 1)
    edges = np.asarray(width * np.arange(np.floor(low / width), np.ceil(high / width) + 1))
    edges[0], edges[-1] = min(edges[0], low), max(edges[-1], high)  # rounding may have moved them inwards
    return edges
