"""Raster plots of dense spike arrays, under Lava's name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from loihi_emu.keywords import known_keywords

if TYPE_CHECKING:
    from matplotlib.figure import FigureBase

FIGURE_SIZE = (10, 5)
"""Width and height of a new figure, inches."""


@known_keywords
def raster_plot(
    spikes: Any,
    stride: int = 6,
    fig: FigureBase | None = None,
    figsize: tuple[int, int] | None = None,
    marker: str = "o",
    markersize: float = 1.5,
    color: Any = "b",
    alpha: float = 1,
    xlabel: str = "Time Steps",
    ylabel: str = "Neurons",
) -> FigureBase:
    """Plot which neuron spiked when.

    Parameters
    ----------
    spikes : ndarray
        Zeros and ones, shape (neurons, steps).
    stride : int
        Every so many neurons one is drawn.
    fig : matplotlib figure, optional
        Where to draw; its current axes are used, or new ones made.
    figsize : (float, float), optional
        Size of a new figure in inches. Not together with `fig`.
    marker, markersize, color, alpha
        Look of a spike, as for matplotlib's ``plot``.
    xlabel, ylabel : str
        Labels of the axes.

    Returns
    -------
    matplotlib figure

    Raises
    ------
    ValueError
        For an array that is not two-dimensional or empty, other values than 0 and 1, a stride below 1 or larger than
        the number of neurons, or both of `fig` and `figsize`.
    """
    spikes = np.asarray(spikes)
    if spikes.ndim != 2 or not spikes.size:
        raise ValueError("Parameter <spikes> must have exactly two dimensions and they must be non-empty.")
    if not np.isin(spikes, (0, 1)).all():
        raise ValueError("All values in spikes must be either 0 or 1.")
    neurons, steps = spikes.shape
    if stride > neurons:
        raise ValueError("Stride must not be greater than the number of neurons.")
    if stride < 1:
        raise ValueError(f"Stride must be at least 1. Got {stride!r}.")
    if fig is not None and figsize is not None:
        raise ValueError("Must use at most one of the following: fig, figsize.")
    if fig is None:
        from matplotlib import pyplot

        fig = pyplot.figure(figsize=figsize or FIGURE_SIZE)
    axes: Any = fig.gca()
    axes.set(xlim=(-1, steps), yticks=[], xlabel=xlabel, ylabel=ylabel)
    for neuron in range(0, neurons, stride):
        times = np.flatnonzero(spikes[neuron])
        style = {"linestyle": " ", "marker": marker, "markersize": markersize, "color": color, "alpha": alpha}
        axes.plot(times, np.full(times.size, neuron), **style)
    return fig
