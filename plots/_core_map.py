"""Chips from above: how much each core takes of a resource, how much it spikes, sends or receives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from loihi_emu.errors import invalid, unknown
from loihi_emu.keywords import known_keywords
from loihi_emu.numeric import flag
from loihi_emu.plots._chips import ROOM, Grid, floor_of, grid_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from loihi_emu.mapping import Placement

CMAP = "viridis"
SENT = {
    "spikes": "spikes per step",
    "sent": "messages sent per step",
    "received": "messages received per step",
}
LINES_FROM = 7.0
"""Points: in cells of this size or more, tiles have lines between them."""
LEFT_OF_BAR, BELOW_NOTE = 0.8, 0.9
"""About what the colour bar and the note leave of the axes."""
SMALLEST_TEXT = 5.0
"""Points; numbers of chips that would be smaller are left out."""
THOUSANDS = 10_000
"""Colour bars that reach so far have commas in their numbers."""


@known_keywords
def core_map(
    placement: Placement,
    what: str = "compartments",
    rates: Any = None,
    *,
    cmap: Any = CMAP,
    colorbar: bool = True,
    ax: Axes | None = None,
) -> Axes:
    """Plot the cores of each chip as a heat map.

    Cores are drawn by tiles as in :func:`loihi_emu.mapping.tiles` (Loihi 1: 8 x 4 tiles of 4 cores), row by row where
    a chip's tiles are unknown; chips lie side by side. Cores without neurons are grey. Budgets are coloured from 0 to
    the limit of a core.

    Parameters
    ----------
    placement : Placement
    what : str
        A budget: "compartments", "synaptic_bits", "axons_in", "axons_out", ...; or "spikes", "sent" or "received".
    rates : Recording, dict or None
        For the latter three: spikes per step, measured or by name. Default: the rates that the network was placed
        with; without those every neuron spikes in every step, except for "spikes", which needs rates.
    cmap : str or matplotlib.colors.Colormap
    colorbar : bool
    ax : matplotlib.axes.Axes, optional
        Where to draw. A new pyplot figure is made if not given.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    UnknownNameError
        Nothing that cores have.
    ValidationError
        "spikes" without rates, rates for a budget, or something that is no placement.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> from loihi_emu import Network, plots
    >>> net = Network()
    >>> cells = net.population("cells", 3000, vth=100)
    >>> ax = plots.core_map(net.place(), ax=Figure().subplots())
    >>> ax.get_title(loc="right")
    '3 of 128 cores on 1 chip'
    """
    check_placement(placement)
    colorbar = flag("", "colorbar", colorbar)
    values, limit, label = _values(placement, what, rates)

    from loihi_emu.plots import _figure

    ax = _figure.get_axes(ax)
    pixels = _figure.pixels(ax)
    wide, high = (LEFT_OF_BAR if colorbar else 1.0) * pixels[0], BELOW_NOTE * pixels[1]
    layout = placement.layout
    cores = max(placement.chip.cores, int(layout.core.max(initial=0)) + 1)
    floor = floor_of(placement.chip, cores)
    grid = grid_of(floor, layout.chips, wide / high, ROOM)
    points = _figure.points_high(ax) / pixels[1]
    size = points * min(wide / grid.width, high / grid.height)  # of a cell
    letter = min(_figure.tick_points(ax), 0.7 * ROOM * size)
    numbers = layout.chips > 1 and letter >= SMALLEST_TEXT
    if not numbers:
        grid = grid_of(floor, layout.chips, wide / high, 0)
    used = np.flatnonzero(placement.budgets["compartments"])
    _draw(ax, grid, grid.filled(layout.chip[used], layout.core[used], values[used]), cmap, limit, label, colorbar)
    if floor.tile and size >= LINES_FROM:
        _tile_lines(ax, grid, floor.tile)
    if numbers:
        for chip, (x, y) in enumerate(zip(grid.left, grid.top, strict=True)):
            ax.text(x - 0.5, y - 0.9, f"chip {chip}", fontsize=letter, va="bottom", ha="left")
    ax.set_xlim(-1, grid.width)
    ax.set_ylim(grid.height, -1)
    ax.set_axis_off()
    chips = f"{layout.chips} chip{'s' if layout.chips > 1 else ''}"
    what = "" if colorbar else f"{label}: "
    _figure.note(ax, f"{what}{len(used):,} of {cores * layout.chips:,} cores on {chips}")
    return ax


def check_placement(placement: Any) -> None:
    """Raise if this is no placement."""
    from loihi_emu.mapping import Placement

    if not isinstance(placement, Placement):
        raise invalid("", "placement", type(placement).__name__, "what network.place() returns")


def _values(placement: Placement, what: str, rates: Any) -> tuple[NDArray[Any], float | None, str]:
    """A value for each core, the value at the upper end of the colours if it is fixed, and what it is."""
    if what in placement.budgets:
        if rates is not None:
            raise invalid("", "rates", "rates for a budget", f"None, or what= one of {', '.join(SENT)}")
        resource = placement.problem.limits[what]
        if resource.limit is None:
            return placement.budgets[what], None, f"{resource.text} (limit unknown)"
        doubt = "?" if resource.weak else ""
        return placement.budgets[what], float(resource.limit), f"{resource.text} (a core has {resource.limit:,}{doubt})"
    if what not in SENT:
        raise unknown("map of cores", what, [*placement.budgets, *SENT])
    assumed = rates is None and not placement.has_rates
    if what == "spikes":
        if assumed:
            raise invalid("", "rates", "nothing", "a Recording, or a dict of spikes per step by name")
        return placement.spikes(rates), None, SENT[what]
    label = SENT[what] + (" if every neuron spikes" if assumed else "")
    return getattr(placement.traffic(rates), what), None, label


def _draw(
    ax: Axes, grid: Grid, cells: NDArray[Any], cmap: Any, limit: float | None, label: str, colorbar: bool
) -> None:
    from loihi_emu.plots import _figure

    chips, cores = np.divmod(np.arange(len(grid.left) * len(grid.floor.x)), len(grid.floor.x))
    empty = grid.filled(chips, cores, np.zeros(len(chips)))
    background = np.zeros((*empty.shape, 4))
    background[~np.isnan(empty)] = _figure.faint()
    background[..., 3] *= 0.25
    ax.imshow(background, origin="upper", interpolation="nearest")
    top = limit or float(np.nanmax(cells, initial=0)) or 1.0
    image = ax.imshow(
        np.ma.masked_invalid(cells),
        cmap=cmap,
        vmin=0,
        vmax=top,
        origin="upper",
        interpolation="nearest",
        aspect="equal",
    )
    if colorbar:
        bar = _figure.color_bar(ax, image, _figure.wrapped(ax, label))
        if top >= THOUSANDS:
            bar.set_major_formatter("{x:,.0f}")


def _tile_lines(ax: Axes, grid: Grid, tile: int) -> None:
    """Thin lines of the axes' colour between tiles."""
    color = ax.get_facecolor()
    for x, y in zip(grid.left, grid.top, strict=True):
        xs = x + np.arange(tile, grid.floor.width, tile) - 0.5
        ys = y + np.arange(tile, grid.floor.height, tile) - 0.5
        ax.vlines(xs, y - 0.5, y + grid.floor.height - 0.5, colors=[color], linewidth=1)
        ax.hlines(ys, x - 0.5, x + grid.floor.width - 0.5, colors=[color], linewidth=1)
