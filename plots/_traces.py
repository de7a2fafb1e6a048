"""Traces: how u, v and other recorded variables run over time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from loihi_emu.errors import invalid
from loihi_emu.keywords import known_keywords
from loihi_emu.numeric import flag
from loihi_emu.plots._bins import decimate, thin
from loihi_emu.plots._signals import Signal, gather_signals
from loihi_emu.plots._source import Neurons, RecordingLike, Window
from loihi_emu.plots._spikes import Names, SpikeSource

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SPANS_PER_PIXEL = 2  # spans in which peaks are kept, so that a figure saved at twice its resolution is still exact
FAR = 3.0  # a threshold further above the data than this many times their range is off the scale
LANE = 1.25  # distance of stacked traces, of their common range
MARK_LANE = 0.05  # height of a row of spike marks, of the range of the data
MARK_POINTS = 5.0
MARK_GAP = 0.05  # between the highest of data and threshold and the lowest row of marks, of the same range
MOST_OVERLAID = 3  # more neurons than that are stacked unless told otherwise
MOST_LEGEND_ENTRIES = 12
MARGIN = 0.04  # above and below everything drawn, of the range of the data
BELOW_HEIGHT = 0.6  # of traces below other axes, of their height


@known_keywords
def traces(
    source: RecordingLike | Mapping[str, ArrayLike] | ArrayLike,
    names: Names | None = None,
    *,
    times: ArrayLike | None = None,
    neurons: Neurons | None = None,
    window: Window | None = None,
    stacked: bool | None = None,
    threshold: bool | ArrayLike = True,
    spikes: bool | SpikeSource = True,
    ax: Axes | None = None,
    sharex: Axes | None = None,
) -> Axes:
    """Plot recorded variables over time, with the threshold and the spikes at v.

    Each array gets a panel of its own, one below the other on one time axis. Where there are more samples than pixels,
    of each half pixel the first, last, least and greatest sample are drawn: no peak is lost. To look closer, give
    a `window`, since zooming in does not bring back the samples between.

    Parameters
    ----------
    source
        A Recording; or an array (steps,) or (steps, neurons); or a mapping of names to such arrays.
    names : name, population, connection, or a sequence of these, optional
        Recorded arrays to draw, such as ``"hidden.v"``, from the top down; a population's name stands for all of its
        arrays. All arrays if not given.
    times : array_like, optional
        Step of each row of plain arrays, rising; 0, 1, ... if not given.
    neurons
        Which neurons to draw: numbers, a slice or a boolean mask, or a mapping from population names to such. The
        first ten of those recorded if not given; the corner says so if there are more.
    window : (int or None, int or None), optional
        Steps ``start <= t < stop`` to draw; None for an end of the data. Cut to the recorded steps of a Recording.
    stacked : bool, optional
        True draws the neurons one above the other, with a scale bar; False over one another. By default more than
        three are stacked.
    threshold : bool, float or array_like of float
        True draws the recorded population's threshold at its v. A number, or one a neuron, in the unit of the values,
        draws that at v, or at the only panel. A threshold far above the data is said in the corner instead.
    spikes : bool or spikes
        True marks the recorded spikes above v. Spikes in a form that :func:`raster` takes mark those above v, or
        above the only panel.
    ax : matplotlib.axes.Axes, optional
        Where to draw; more panels take room from it. A new pyplot figure is made if neither `ax` nor `sharex` is given.
    sharex : matplotlib.axes.Axes, optional
        Axes to share the time axis with, such as those of a raster. Without `ax` the traces go below them; without
        `window` they show the same steps.

    Returns
    -------
    matplotlib.axes.Axes
        The top panel's axes; those of further panels are the figure's next.

    Raises
    ------
    UnknownNameError
        For an array that was not recorded; the message lists near names.
    ValidationError
        For arrays, neurons, thresholds, spikes or a window that do not fit.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> from loihi_emu import plots
    >>> ax = plots.traces([0, 40, 80, 0], threshold=100, spikes=([3], [0]), ax=Figure().subplots())
    >>> ax.get_xlabel()
    'time (steps)'
    """
    from loihi_emu.plots import _figure

    stacked = None if stacked is None else flag("", "stacked", stacked, "True, False or None")
    if sharex is not None and window is None:
        window = _figure.shown_steps(_figure.get_axes(sharex))
    signals, start, stop = gather_signals(source, names, times, neurons, window, threshold, spikes)
    if sharex is not None:
        if ax is None:
            ax = _figure.panel_below(sharex, BELOW_HEIGHT)
        elif ax is not sharex and not ax.get_shared_x_axes().joined(ax, sharex):
            if len(ax.get_shared_x_axes().get_siblings(ax)) > 1:
                raise invalid("", "ax", "axes that share their time with others", "axes that do not, or sharex=None")
            ax.sharex(sharex)
    ax = _figure.get_axes(ax)
    panels = [ax]
    for _ in signals[1:]:
        panels.append(_figure.panel_below(panels[-1], 1.0))
    before: tuple[str, list[int]] | None = None
    for panel, signal in zip(panels, signals, strict=True):
        count = signal.neurons.size
        lanes = count > 1 and (count > MOST_OVERLAID if stacked is None else stacked)
        which = (signal.unit, signal.neurons.tolist())
        _draw(panel, signal, start, stop, lanes, say_which=which != before)
        _figure.time_axis(panel, start, stop)
        before = which
    return ax


def _draw(ax: Axes, signal: Signal, start: int, stop: int, stacked: bool, say_which: bool) -> None:
    """Draw one panel; `say_which` is false where the panel above has told the neurons and their colours."""
    from loihi_emu.plots import _figure

    notes = []
    count = signal.neurons.size
    if count < signal.whole and say_which:
        notes.append(f"first {count} of {signal.whole:,} {signal.unit}s")
    low, high = _limits(signal.values)
    levels = signal.thresholds
    if levels is not None and _is_far(levels, low, high):
        same = levels.min() == levels.max()
        notes.append(f"threshold {levels[0]:,} is off the scale" if same else "thresholds are off the scale")
        levels = None
    if levels is not None:
        low, high = min(low, float(levels.min())), max(high, float(levels.max()))
    reach = high - low
    lane = LANE * reach if stacked else 0.0

    columns = SPANS_PER_PIXEL * _figure.pixels(ax)[0]
    colors = _figure.cycle_colors(count)
    top = high
    for column, (neuron, color) in enumerate(zip(signal.neurons, colors, strict=True)):
        values = signal.values[:, column]
        rows = decimate(signal.times, values, columns)
        shown = values[rows] + column * lane if stacked else values[rows]
        ax.plot(signal.times[rows], shown, color=color, label=str(neuron))
        if signal.spikes is not None:
            top = high + column * lane + reach * (MARK_GAP + MARK_LANE * (0 if stacked else column))
            _draw_spikes(ax, thin(signal.spikes[column], start, stop, columns), top, color)
    if levels is not None:
        _draw_thresholds(ax, levels, colors, lane)
    margin = MARGIN * reach
    ax.set_ylim(low - margin, max(top, high + lane * (count - 1)) + margin)
    if stacked:
        _label_lanes(ax, signal, low, high, lane)
    else:
        _label_values(ax, signal, say_which)
    if notes:
        _figure.note(ax, ", ".join(notes))


def _draw_spikes(ax: Axes, at: np.ndarray[Any, Any], height: float, color: Any) -> None:
    marks = ax.plot(at, np.full(at.size, height), linestyle="none", marker="|", markersize=MARK_POINTS, color=color)
    marks[0].set_label("_spikes")


def _is_far(levels: np.ndarray[Any, Any], low: float, high: float) -> bool:
    far = FAR * (high - low)
    return bool(levels.max() > high + far or levels.min() < low - far)


def _limits(values: np.ndarray[Any, Any]) -> tuple[float, float]:
    """Least and greatest finite value, apart at least by something to see."""
    finite = values[np.isfinite(values)] if values.dtype.kind == "f" else values
    if finite.size == 0:
        return 0.0, 1.0
    low, high = float(finite.min()), float(finite.max())
    if low == high:
        apart = 1.0 if values.dtype.kind in "iu" else abs(low) * 0.1 or 1.0
        return low - apart, high + apart
    return low, high


def _draw_thresholds(ax: Axes, levels: np.ndarray[Any, Any], colors: list[Any], lane: float) -> None:
    """One grey line if all neurons have the same threshold in one lane; else a line a neuron."""
    from loihi_emu.plots import _figure

    same = levels.min() == levels.max()
    style: dict[str, Any] = {"linestyle": "--", "linewidth": 0.8}
    if same and lane == 0:
        named = "threshold" if levels.size > 1 else "_threshold"
        ax.axhline(levels[0], color=_figure.faint(), label=named, **style)
        if levels.size == 1:
            small: dict[str, Any] = {"fontsize": "x-small", "color": _figure.faint(), "ha": "right", "va": "bottom"}
            place: dict[str, Any] = {"xycoords": ("axes fraction", "data"), "textcoords": "offset points"}
            ax.annotate("threshold", (1, levels[0]), xytext=(-3, 1), **place, **small)
        return
    for number, (level, color) in enumerate(zip(levels, colors, strict=True)):
        shade = _figure.faint() if same else color
        ax.axhline(level + number * lane, color=shade, label="_threshold", **style)


def _label_values(ax: Axes, signal: Signal, say_which: bool) -> None:
    """Label the vertical axis with the values, and say in a legend which of several lines is which neuron."""
    from loihi_emu.plots import _figure

    ax.set_ylabel(signal.label)
    if signal.values.dtype.kind in "iu":
        _figure.integer_ticks(ax.yaxis)
    if say_which and 1 < signal.neurons.size <= MOST_LEGEND_ENTRIES:
        place: dict[str, Any] = {"loc": "upper left", "bbox_to_anchor": (1.0, 1.0), "frameon": False}
        small: dict[str, Any] = {"fontsize": "x-small", "title_fontsize": "x-small", "handlelength": 1.4}
        ax.legend(title=signal.unit, labelspacing=0.25, borderaxespad=0.2, **place, **small)


def _label_lanes(ax: Axes, signal: Signal, low: float, high: float, lane: float) -> None:
    """Label each lane with its neuron, and show the common scale as a bar."""
    middles = [(low + high) / 2 + lane * k for k in range(signal.neurons.size)]
    ax.set_yticks(middles, [str(neuron) for neuron in signal.neurons])
    ax.tick_params(axis="y", length=0)
    ax.set_ylabel(f"{signal.label}, by {signal.unit}")
    _scale_bar(ax, low, high)


def _scale_bar(ax: Axes, low: float, high: float) -> None:
    """A bar of a round number of units outside the right edge, beside the lowest trace."""
    from matplotlib.transforms import blended_transform_factory

    power = 10.0 ** np.floor(np.log10(high - low))
    length = max(step * power for step in (1, 2, 5) if step * power <= high - low)
    beside = blended_transform_factory(ax.transAxes, ax.transData)
    color = ax.yaxis.label.get_color()
    ends = [low, low + length]
    bar = ax.plot([1.015, 1.015], ends, transform=beside, color=color, linewidth=1.5, clip_on=False, label="_scale")
    bar[0].set_solid_capstyle("butt")
    small: dict[str, Any] = {"fontsize": "x-small", "color": color, "rotation": 90}
    ax.text(1.025, low + length / 2, f"{length:,g}", transform=beside, ha="left", va="center", **small)
