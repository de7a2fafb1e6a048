"""The matplotlib side that all plots share: axes, panels below one another, ticks, notes.

This module imports matplotlib; plots import it when they are called.
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from typing import Any, Literal

import matplotlib
from matplotlib.axes import Axes
from matplotlib.font_manager import FontProperties
from matplotlib.gridspec import GridSpecFromSubplotSpec, SubplotSpec
from matplotlib.ticker import MaxNLocator

from loihi_emu.errors import invalid

PlottedAxes = Axes  # what an argument may be
TIME_LABEL = "time (steps)"
FREE_GAP = 0.04  # between two panels of axes that lie outside a grid, as a fraction of the figure
NICE_STEPS = [1, 2, 5, 10]


class Stack(GridSpecFromSubplotSpec):
    """Panels one below the other in the place of one subplot, which can be divided again for one more."""

    def __init__(self, outer: SubplotSpec, ratios: Sequence[float]) -> None:
        super().__init__(len(ratios), 1, subplot_spec=outer, height_ratios=list(ratios), hspace=0.08)
        self.outer = outer
        self.ratios = list(ratios)


def get_axes(ax: Axes | None) -> Axes:
    """`ax` itself, or the axes of a new pyplot figure."""
    if ax is None:
        import matplotlib.pyplot as plt

        return plt.subplots(layout="constrained")[1]
    if not isinstance(ax, Axes):
        raise invalid("", "ax", f"{type(ax).__name__}", "one matplotlib Axes, or None for a new figure")
    return ax


def panel_below(ax: Axes, ratio: float) -> Axes:
    """Take room from `ax`, and from panels added to it before, for one more panel at the bottom that shares its time.

    Tick labels and the label of the time axis stay at the lowest panel only.

    Parameters
    ----------
    ax
        Axes of any figure or subfigure, in a grid or free.
    ratio
        Height of the new panel relative to the one of the first.
    """
    figure: Any = ax.figure
    new: Axes
    current = figure.gca()
    place = ax.get_subplotspec()
    if place is None:
        panels = [ax]
        left, bottom, width, height = ax.get_position(original=True).bounds
        lower = (height - FREE_GAP) * ratio / (1 + ratio)
        ax.set_position((left, bottom + lower + FREE_GAP, width, height - lower - FREE_GAP))
        new = figure.add_axes((left, bottom, width, lower), sharex=ax)
    else:
        grid = place.get_gridspec()
        panels = [ax]
        outer, ratios = place, [1.0]
        if isinstance(grid, Stack):
            members = [(other, other.get_subplotspec()) for other in figure.axes]
            stacked = [(spec.rowspan.start, other) for other, spec in members if spec and spec.get_gridspec() is grid]
            panels = [other for _, other in sorted(stacked, key=lambda pair: pair[0])]
            outer, ratios = grid.outer, grid.ratios
        stack = Stack(outer, [*ratios, ratio])
        for row, panel in enumerate(panels):
            panel.set_subplotspec(stack[row])
        new = figure.add_subplot(stack[len(panels)], sharex=ax)
    figure.sca(current)
    if not shows_time(panels[-1]):
        new.tick_params(labelbottom=False)
    for panel in panels:
        panel.tick_params(labelbottom=False)
        panel.set_xlabel("")
    return new


def shows_time(ax: Axes) -> bool:
    """Whether the axes have tick labels below; those above others that share the axis have none."""
    return bool(ax.xaxis.get_major_ticks(1)[0].label1.get_visible())


def time_axis(ax: Axes, start: int, stop: int) -> None:
    """Show the steps start..stop-1, each a unit wide, with whole numbers at the ticks."""
    ax.set_xlim(start - 0.5, stop - 0.5)
    integer_ticks(ax.xaxis)
    if shows_time(ax):
        ax.set_xlabel(TIME_LABEL)


def integer_ticks(axis: Any, most: int | Literal["auto"] = "auto") -> None:
    """Put the major ticks at whole numbers."""
    axis.set_major_locator(MaxNLocator(nbins=most, integer=True, steps=NICE_STEPS, min_n_ticks=1))


def note(ax: Axes, text: str) -> None:
    """Say `text` in small type above the upper right corner, where it covers no data."""
    ax.set_title(text, loc="right", fontsize="x-small", color=faint())


def color_bar(ax: Axes, image: Any, label: str) -> Any:
    """Draw the colour bar of an image and return its long axis.

    Where a layout engine makes room for it, it is as high as the axes drawn; else it takes room from `ax`.
    """
    figure: Any = ax.figure
    if figure.get_layout_engine() is None:
        return figure.colorbar(image, ax=ax, label=label).ax.yaxis
    return figure.colorbar(image, cax=ax.inset_axes((1.03, 0, 0.04, 1)), label=label).ax.yaxis


def wrapped(ax: Axes, text: str) -> str:
    """Text with line breaks between words so that it is not longer than the axes are high."""
    letters = int(points_high(ax) / (0.6 * tick_points(ax)))
    return textwrap.fill(text, max(letters, 12), break_long_words=False)


def shown_steps(ax: Axes) -> tuple[int, int] | None:
    """Window ``[start, stop)`` of whole steps that the axes show, or None if nothing was drawn there."""
    if not ax.has_data():
        return None
    left, right = sorted(ax.get_xlim())
    return math.ceil(left), max(math.floor(right), math.ceil(left)) + 1


def faint() -> Any:
    """The text colour, half way to transparent: for notes and guide lines."""
    return matplotlib.colors.to_rgba(matplotlib.rcParams["text.color"], 0.6)


def cycle_colors(count: int) -> list[Any]:
    """`count` colours of the property cycle in rcParams, from its start."""
    colors = matplotlib.rcParams["axes.prop_cycle"].by_key().get("color", [matplotlib.rcParams["lines.color"]])
    return [colors[i % len(colors)] for i in range(count)]


def pixels(ax: Axes) -> tuple[int, int]:
    """Width and height of the axes in pixels, at least 1, at the finer of the figure's and the saved resolution."""
    dpi = _dpi(ax)
    saved = matplotlib.rcParams["savefig.dpi"]
    scale = max(1.0, saved / dpi) if isinstance(saved, (int, float)) else 1.0
    box = ax.get_window_extent()
    return max(1, round(box.width * scale)), max(1, round(box.height * scale))


def points_high(ax: Axes) -> float:
    """Height of the axes in points (1/72 inch)."""
    dpi = _dpi(ax)
    return float(ax.get_window_extent().height * 72 / dpi)


def tick_points(ax: Axes) -> float:
    """Type size of the vertical axis's tick labels in points."""
    size = ax.yaxis.get_tick_params().get("labelsize", matplotlib.rcParams["ytick.labelsize"])
    return float(FontProperties(size=size).get_size_in_points())


def _dpi(ax: Axes) -> float:
    figure: Any = ax.figure
    return float(figure.dpi)
