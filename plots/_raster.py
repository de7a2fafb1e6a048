"""Raster plots: which neuron spiked when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from loihi_emu.errors import invalid
from loihi_emu.keywords import known_keywords
from loihi_emu.numeric import flag
from loihi_emu.plots._bins import pixel_counts, spike_rate, spread
from loihi_emu.plots._source import IntArray, Neurons, RecordingLike, Window, check_names_in
from loihi_emu.plots._spikes import Names, RasterBand, SpikeSource, gather

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MAX_DOTS = 50_000
VECTOR_DOTS = 5_000  # more dots than that go into a vector file as an image
RATE_BINS = 100  # about so many bins in a rate histogram that is left to choose its own
MOST_BINS = 1 << 20
RATE_HEIGHT = 0.3  # of the raster's
RATE_LINE = 1.0  # points
LINE_SPACING = 1.25  # of names beside bands, of their type size
BAND_ALPHA = 0.07
MARK_POINTS = (1.4, 14.0)  # least and greatest height of a spike's mark, points
STROKE_POINTS = 3.0  # marks at least so high are strokes, lower ones are dots
ROWS_TICKED = 16  # rows that are not consecutive neurons get a tick each up to this many


@known_keywords
def raster(
    source: RecordingLike | Mapping[str, SpikeSource] | SpikeSource,
    populations: Names | None = None,
    *,
    neurons: Neurons | None = None,
    window: Window | None = None,
    rate: bool | Axes = True,
    rate_bin: int | None = None,
    max_dots: int = MAX_DOTS,
    colors: Sequence[Any] | Mapping[str, Any] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Plot spikes over time, one row a neuron, with the mean rate below.

    Up to `max_dots` spikes are drawn one by one. More are counted into pixels of whole steps and whole neurons, the
    darker the more spikes; the corner says so. Several populations become coloured bands, the first at the bottom.

    Parameters
    ----------
    source
        A Recording; or spikes of one population in any form that ``Network.input`` takes, such as a tuple
        ``(times, indices)`` (here also ``(times, indices, size)``), a list with the times of each neuron, or an array
        of frames (steps, neurons); or a mapping of names to any of these.
    populations : name, population, input, or a sequence of these, optional
        Which to draw, from the bottom up. All that have spikes recorded if not given.
    neurons
        Which neurons to draw: numbers, a slice or a boolean mask, or a mapping from population names to such.
        The rows are in the order of the numbers. All if not given.
    window : (int or None, int or None), optional
        Steps ``start <= t < stop`` to draw; None for an end of the data. Cut to the recorded steps of a Recording.
    rate : bool or matplotlib.axes.Axes
        Whether to draw the rate (spikes per neuron and step) below. True takes room from the raster's axes; an Axes
        is drawn into instead.
    rate_bin : int, optional
        Steps in a bin of the rate, at least 1. By default about a hundred bins cover the window.
    max_dots : int
        Most spikes that are drawn one by one, at least 0.
    colors : sequence or mapping of names to colours, optional
        One colour a population; the property cycle of rcParams by default.
    ax : matplotlib.axes.Axes, optional
        Where to draw. A new pyplot figure is made if not given.

    Returns
    -------
    matplotlib.axes.Axes
        The raster's axes; those of the rate are the figure's next.

    Raises
    ------
    UnknownNameError
        For a population without recorded spikes; the message lists near names.
    ValidationError
        For spikes, neurons or a window that do not fit.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> from loihi_emu import plots
    >>> ax = plots.raster(([0, 3, 3], [1, 0, 2], 4), ax=Figure().subplots())
    >>> ax.get_ylabel(), [float(end) for end in ax.get_ylim()]
    ('neuron', [-0.5, 3.5])
    """
    from loihi_emu.plots import _figure

    if rate_bin is not None and rate_bin < 1:
        raise invalid("", "rate_bin", rate_bin, "at least 1 step")
    if not isinstance(rate, _figure.PlottedAxes):
        rate = flag("", "rate", rate, "True, False or one matplotlib Axes")
    groups, start, stop = gather(source, populations, neurons, window)
    paint = _paint(groups, colors, _figure.cycle_colors(len(groups)))
    ax = _figure.get_axes(ax)
    below = None
    if rate is not False:
        below = _figure.panel_below(ax, RATE_HEIGHT) if rate is True else _figure.get_axes(rate)

    offsets = np.cumsum([0] + [group.size for group in groups])
    first = _first_neuron(groups)
    _rows_axis(ax, groups, offsets, first, paint)
    total = sum(group.times.size for group in groups)
    if total == 0:
        _figure.note(ax, "no spikes")
    elif total > max_dots:
        _draw_image(ax, groups, offsets + first, paint, start, stop)
    else:
        _draw_marks(ax, groups, offsets + first, paint)
    ax.set_ylim(first - 0.5, first + int(offsets[-1]) - 0.5)
    _figure.time_axis(ax, start, stop)
    if below is not None:
        _draw_rate(below, groups, paint, start, stop, rate_bin)
    return ax


def _paint(groups: list[RasterBand], colors: Sequence[Any] | Mapping[str, Any] | None, cycle: list[Any]) -> list[Any]:
    if colors is None:
        return cycle
    if isinstance(colors, Mapping):
        check_names_in(colors, [group.name for group in groups])
        return [colors.get(group.name, color) for group, color in zip(groups, cycle, strict=True)]
    if isinstance(colors, str):
        colors = [colors]
    if len(colors) < len(groups):
        raise invalid("", "colors", f"{len(colors)} colours", f"one for each of the {len(groups)} populations")
    return list(colors)


def _first_neuron(groups: list[RasterBand]) -> int:
    """Where the rows start: at the neuron's own number if one group of consecutive neurons fills the axes."""
    alone = len(groups) == 1 and np.all(np.diff(groups[0].neurons) == 1)
    return int(groups[0].neurons[0]) if alone else 0


def _rows_axis(ax: Axes, groups: list[RasterBand], offsets: IntArray, first: int, paint: list[Any]) -> None:
    """Bands and names for several groups; neuron numbers for a single one."""
    from loihi_emu.plots import _figure

    ax.set_ylabel("neuron")
    if len(groups) > 1:
        for group, offset, color in zip(groups, offsets, paint, strict=False):
            ax.axhspan(offset - 0.5, offset + group.size - 0.5, color=color, alpha=BAND_ALPHA, linewidth=0, zorder=0)
        _name_bands(ax, groups, offsets, paint)
        return
    (group,) = groups
    if group.name:
        ax.set_ylabel(f"neuron of {group.name}")
    if first == group.neurons[0] and np.all(np.diff(group.neurons) == 1):
        _figure.integer_ticks(ax.yaxis)
    elif group.size <= ROWS_TICKED:
        ax.set_yticks(range(group.size), [str(number) for number in group.neurons])
    else:
        shown = np.linspace(0, group.size - 1, 6).round().astype(int)
        ax.set_yticks(shown, [str(number) for number in group.neurons[shown]])


def _name_bands(ax: Axes, groups: list[RasterBand], offsets: IntArray, paint: list[Any]) -> None:
    """Write each group's name and size at its band; where bands are too thin for that, the widest get theirs."""
    from loihi_emu.plots import _figure

    rows = int(offsets[-1])
    gap = LINE_SPACING * _figure.tick_points(ax) / _figure.points_high(ax) * rows
    fitting = max(1, int(rows / gap))
    widest = sorted(sorted(range(len(groups)), key=lambda i: -groups[i].size)[:fitting])
    centres = np.array([offsets[i] + groups[i].size / 2 - 0.5 for i in widest])
    places = spread(centres, gap, min(gap / 2, rows / 2) - 0.5, max(rows - gap / 2, rows / 2) - 0.5)
    ax.set_yticks(places, [f"{groups[i].name} ({groups[i].size:,})" for i in widest])
    ax.tick_params(axis="y", which="major", length=0)
    for label, i in zip(ax.yaxis.get_ticklabels(), widest, strict=True):
        label.set_color(paint[i])


def _draw_marks(ax: Axes, groups: list[RasterBand], offsets: IntArray, paint: list[Any]) -> None:
    from loihi_emu.plots import _figure

    rows = sum(group.size for group in groups)
    height = float(np.clip(0.8 * _figure.points_high(ax) / rows, *MARK_POINTS))
    stroke = height >= STROKE_POINTS
    for group, offset, color in zip(groups, offsets, paint, strict=False):
        ax.scatter(
            group.times,
            group.rows + offset,
            s=height**2,
            marker="|" if stroke else "o",
            color=[color],
            linewidths=1.0 if stroke else 0.0,
            rasterized=group.times.size > VECTOR_DOTS,
            label=group.name or None,
        )


def _draw_image(ax: Axes, groups: list[RasterBand], offsets: IntArray, paint: list[Any], start: int, stop: int) -> None:
    """One image a group, of counts; the colours of all are on one scale of spikes per neuron and step."""
    from matplotlib.colors import LinearSegmentedColormap, PowerNorm, to_rgba

    from loihi_emu.plots import _figure

    wide, high = _figure.pixels(ax)
    rows = sum(group.size for group in groups)
    images = [pixel_counts(g.times, g.rows, start, stop, g.size, wide, max(1, high * g.size // rows)) for g in groups]
    density = np.concatenate([(counts[counts > 0] / (steps * per)) for counts, steps, per in images])
    full = float(np.quantile(density, 0.99))
    for group, offset, color, (counts, steps, per) in zip(groups, offsets, paint, images, strict=False):
        red, green, blue, _ = to_rgba(color)
        shades = LinearSegmentedColormap.from_list("", [(red, green, blue, 0.0), (red, green, blue, 1.0)])
        ax.imshow(
            np.ma.masked_equal(counts, 0),
            cmap=shades,
            norm=PowerNorm(0.5, vmin=0, vmax=full * steps * per, clip=True),
            extent=(
                start - 0.5,
                start + counts.shape[1] * steps - 0.5,
                offset - 0.5,
                offset + counts.shape[0] * per - 0.5,
            ),
            origin="lower",
            aspect="auto",
            label=group.name or None,
        )
    total = sum(group.times.size for group in groups)
    steps, heights = images[0][1], {per for _, _, per in images}
    most = f"{'up to ' if len(heights) > 1 else ''}{max(heights)}"
    size = f"{steps} {'step' if steps == 1 else 'steps'} × {most} {'neuron' if max(heights) == 1 else 'neurons'}"
    _figure.note(ax, f"{total:,} spikes, counted in pixels of {size}")


def _draw_rate(
    ax: Axes, groups: list[RasterBand], paint: list[Any], start: int, stop: int, rate_bin: int | None
) -> None:
    from matplotlib.ticker import MaxNLocator

    from loihi_emu.plots import _figure

    width = rate_bin or max(1, round((stop - start) / RATE_BINS))
    if (stop - start) / width > MOST_BINS:
        least = -(-(stop - start) // MOST_BINS)
        raise invalid("", "rate_bin", width, f"at least {least} for {stop - start} steps", advice="Or give a window.")
    top = 0.0
    for group, color in zip(groups, paint, strict=False):
        edges, values = spike_rate(group.times, start, stop, group.size, width)
        top = max(top, float(values.max()))
        ax.stairs(values, edges, color=color, fill=len(groups) == 1, linewidth=RATE_LINE, label=group.name or None)
    ax.set_ylim(0, 1.08 * top if top > 0 else 1.0)
    ax.set_ylabel("rate\n(per step)", fontsize="small")
    ax.yaxis.set_major_locator(MaxNLocator(nbins=3, steps=_figure.NICE_STEPS))
    _figure.time_axis(ax, start, stop)
