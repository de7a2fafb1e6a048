"""Matrices of messages: which cores, chips or populations send how much to which."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from loihi_emu.keywords import known_keywords
from loihi_emu.numeric import flag
from loihi_emu.plots._bins import block_means, block_means_sparse
from loihi_emu.plots._core_map import check_placement

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from loihi_emu.mapping import Placement

CMAP = "viridis"
DECADES = 30.0
"""From this ratio of the largest to the smallest number of messages on, colours are logarithmic."""
MOST_LINES = 16
LINE = "0.6"
"""Up to so many chips have lines between them, of a grey that shows on every colour."""


@known_keywords
def traffic(
    placement: Placement,
    rates: Any = None,
    by: str = "core",
    *,
    cmap: Any = CMAP,
    colorbar: bool = True,
    ax: Axes | None = None,
) -> Axes:
    """Plot messages per step as a matrix: from rows to columns.

    Cores are in order of chip and of their number there, with lines between chips. Pairs without messages stay empty.
    Colours are logarithmic where messages span more than a decade. A matrix of more cores than the axes have pixels is
    cut into blocks that show their mean; the corner says so.

    Parameters
    ----------
    placement : Placement
    rates : Recording, dict or None
        Spikes per step, measured or by name. Default: the rates that the network was placed with; without those every
        neuron spikes in every step.
    by : {"core", "chip", "population"}
        What rows and columns are; for populations there are rows for inputs too.
    cmap : str or matplotlib.colors.Colormap
    colorbar : bool
    ax : matplotlib.axes.Axes, optional
        Where to draw. A new pyplot figure is made if not given.

    Returns
    -------
    matplotlib.axes.Axes

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> from loihi_emu import Network, plots
    >>> net = Network()
    >>> cells = net.population("cells", 3000, vth=100)
    >>> synapses = net.connect(cells[:10], cells[2000:2100], 50)
    >>> ax = plots.traffic(net.place(), ax=Figure().subplots())
    >>> float(ax.images[0].get_array().sum())
    10.0
    """
    check_placement(placement)
    colorbar = flag("", "colorbar", colorbar)
    matrix = placement.traffic_matrix(rates, by)

    from matplotlib.colors import LogNorm

    from loihi_emu.plots import _figure

    ax = _figure.get_axes(ax)
    wide, high = _figure.pixels(ax)
    order = np.lexsort((placement.layout.core, placement.layout.chip)) if by == "core" else None
    shown, per_line, per_column = _reduced(matrix, order, high, wide)
    filled = np.ma.masked_equal(shown, 0)
    low, top = (float(filled.min()), float(filled.max())) if filled.count() else (1.0, 1.0)
    scale: dict[str, Any] = {"vmin": 0, "vmax": top}
    if top >= DECADES * low:
        scale = {"norm": LogNorm(low, top)}
    rows, columns = matrix.shape
    extent = (-0.5, shown.shape[1] * per_column - 0.5, shown.shape[0] * per_line - 0.5, -0.5)
    image = ax.imshow(
        filled, cmap=cmap, extent=extent, origin="upper", interpolation="nearest",
        aspect="equal" if rows == columns else "auto", **scale,
    )  # fmt: skip
    ax.set_xlim(-0.5, columns - 0.5)
    ax.set_ylim(rows - 0.5, -0.5)
    ax.set_xlabel(f"to {by}")
    ax.set_ylabel(f"from {by}")
    if by == "population":
        names = [*placement.problem.inputs, *placement.problem.populations]
        _named(ax, names, names[len(placement.problem.inputs) :])
    else:
        _figure.integer_ticks(ax.xaxis)
        _figure.integer_ticks(ax.yaxis)
    lines = _chip_lines(ax, placement.layout.chip[order]) if order is not None else False
    whole = per_line == per_column == 1
    if colorbar:
        assumed = rates is None and not placement.has_rates
        label = "messages per step" + (" if every neuron spikes" if assumed else "")
        _figure.color_bar(ax, image, _figure.wrapped(ax, label if whole else f"mean {label}"))
    notes = [f"mean of each {per_line} × {per_column} block"] * (not whole) + ["lines divide chips"] * lines
    if notes or not filled.count():
        _figure.note(ax, "; ".join(notes) if filled.count() else "no messages")
    return ax


def _reduced(matrix: Any, order: NDArray[Any] | None, lines: int, columns: int) -> tuple[NDArray[Any], int, int]:
    """The matrix with its cores in order, in at most `lines` x `columns` blocks, and a block's size."""
    if hasattr(matrix, "tocoo"):
        entries = matrix.tocoo()
        place = np.arange(matrix.shape[0]) if order is None else np.argsort(order)
        rows, to = place[entries.row], place[entries.col]
        return block_means_sparse(rows, to, entries.data, matrix.shape, lines, columns)
    if order is not None:
        matrix = matrix[np.ix_(order, order)]
    return block_means(matrix, lines, columns)


def _named(ax: Axes, rows: list[str], columns: list[str]) -> None:
    """The name at each row and column, or at every k-th if there is no room for all."""
    from loihi_emu.plots import _figure

    letter = 1.2 * _figure.tick_points(ax)
    high = _figure.points_high(ax)
    wide, tall = _figure.pixels(ax)
    every = max(1, int(np.ceil(letter * len(rows) / high)))
    ax.set_yticks(range(0, len(rows), every), rows[::every])
    every = max(1, int(np.ceil(letter * len(columns) / (high * wide / tall))))
    shown = columns[::every]
    slanted = sum(len(name) + 2 for name in shown) * 0.6 * letter > high * wide / tall
    marks: dict[str, Any] = {"rotation": 45, "ha": "right", "rotation_mode": "anchor"} if slanted else {}
    ax.set_xticks(range(0, len(columns), every), shown, **marks)


def _chip_lines(ax: Axes, chip: NDArray[Any]) -> bool:
    """Lines where one chip ends and the next begins; whether there are any."""
    ends = np.flatnonzero(np.diff(chip)) + 0.5
    if not 0 < len(ends) < MOST_LINES:
        return False
    for end in ends:
        ax.axvline(end, color=LINE, linewidth=1)
        ax.axhline(end, color=LINE, linewidth=1)
    return True
