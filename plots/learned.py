"""What learning did: weights over time, histograms before and after, learning windows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from loihi_emu.errors import invalid
from loihi_emu.keywords import known_keywords
from loihi_emu.network.elements import Connection, name_of
from loihi_emu.numeric import finite, integer, ranged, whole
from loihi_emu.plots._source import RecordingLike

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_LINES = 20
BINS = 64
WINDOW = 30
QUARTILES = (25, 75)


@known_keywords
def weight_history(
    recording: Any,
    name: str | Connection | None = None,
    *,
    synapses: ArrayLike | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Plot weights over time: some of them as lines, the mean and the middle half of all.

    Parameters
    ----------
    recording : Recording
        Of a network with ``net.probe(connection, "weights", every=...)``.
    name : str or Connection, optional
        May be left out when there is one.
    synapses : array of int, optional
        Which synapses to draw, counted along the recorded row; 20 spread evenly by default.
    ax : matplotlib.axes.Axes, optional
        Where to draw. A new pyplot figure is made if not given.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ValidationError
        When no weights were recorded, or a synapse does not exist.
    """
    if not isinstance(recording, RecordingLike):
        given = f"a {type(recording).__name__}"
        raise invalid("weight_history", "recording", given, "a Recording", advice="Emulator.run() returns one.")
    found = [key[: -len(".weights")] for key in recording.names if key.endswith(".weights")]
    if name is None and len(found) == 1:
        name = found[0]
    if not found:
        how = 'Probe them before the run: net.probe(connection, "weights", every=100).'
        raise invalid(
            "weight_history", "", "a recording without weights", "one of a connection that learns", advice=how
        )
    name = name_of(name)
    if name is None or name not in found:
        shown = ", ".join(f'"{key}"' for key in found)
        raise invalid("weight_history", "name", "nothing" if name is None else repr(name), shown)
    times = recording.times(f"{name}.weights")
    rows = np.asarray(recording[f"{name}.weights"]).reshape(len(times), -1)
    if not rows.size:
        raise invalid("weight_history", "recording", "no rows", "a recording of at least one")
    count = rows.shape[1]
    if synapses is None:
        chosen = np.unique(np.linspace(0, count - 1, min(MOST_LINES, count)).astype(np.int64))
    else:
        chosen = np.atleast_1d(whole("weight_history", "synapses", synapses)).reshape(-1)
        ranged("weight_history", "synapses", chosen, 0, count - 1)

    from loihi_emu.plots import _figure

    ax = _figure.get_axes(ax)
    ax.plot(times, rows[:, chosen], color=_figure.faint(), linewidth=0.6)
    color = _figure.cycle_colors(1)[0]
    low, high = np.percentile(rows, QUARTILES, axis=1)
    ax.fill_between(times, low, high, color=color, alpha=0.25, linewidth=0, label="middle half")
    ax.plot(times, rows.mean(axis=1), color=color, linewidth=2, label="mean")
    _figure.time_axis(ax, int(times[0]), int(times[-1]) + 1)
    ax.set_ylabel("weight")
    ax.set_title(name)
    ax.legend(loc="best", fontsize="small")
    return ax


@known_keywords
def weight_change(
    before: ArrayLike, after: ArrayLike, *, bins: int = BINS, label: str = "weight", ax: Axes | None = None
) -> Axes:
    """Plot how often each weight occurred before and after learning.

    Parameters
    ----------
    before, after : arrays
    bins : int
        Most bins.
    label : str
        What the values are.
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    matplotlib.axes.Axes

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> from loihi_emu import plots
    >>> ax = plots.weight_change([1, 2, 2], [3, 3, 3], ax=Figure().subplots())
    >>> [text.get_text() for text in ax.get_legend().get_texts()]
    ['before', 'after']
    """
    bins = integer("weight_change", "bins", bins, 1, 1 << 16)
    both = [finite("weight_change", key, x).reshape(-1) for key, x in (("before", before), ("after", after))]
    if not all(x.size for x in both):
        raise invalid("weight_change", "", "no weights", "at least one before and one after")
    edges = _edges(np.concatenate(both), bins)

    from loihi_emu.plots import _figure

    ax = _figure.get_axes(ax)
    for values, key, color in zip(both, ("before", "after"), _figure.cycle_colors(2), strict=True):
        ax.stairs(np.histogram(values, edges)[0], edges, fill=True, alpha=0.5, color=color, label=key)
    ax.set_xlabel(label)
    ax.set_ylabel("synapses")
    ax.set_xlim(edges[0], edges[-1])
    _figure.integer_ticks(ax.yaxis)
    ax.legend(fontsize="small")
    return ax


def _edges(values: NDArray[Any], bins: int) -> NDArray[np.float64]:
    """Bins of equal width; of whole numbers, whole numbers wide."""
    low, high = float(values.min()), float(values.max())
    if values.dtype.kind in "iu":
        width = max(1.0, np.ceil((high - low + 1) / bins))
        return np.asarray(low - 0.5 + width * np.arange(np.ceil((high - low + 1) / width) + 1))
    return np.linspace(low, high if high > low else low + 1, bins + 1)


@known_keywords
def learning_window(
    rule: Any,
    distances: ArrayLike | None = None,
    *,
    weight: int = 100,
    repeats: int = 64,
    ax: Axes | None = None,
) -> Axes:
    """Plot the change of a weight over the time between two spikes, measured by running the emulator.

    Parameters
    ----------
    rule : LearningRule
    distances : array of int, optional
        Postsynaptic step minus step of arrival; -30..30 by default.
    weight, repeats : int
        As of :func:`loihi_emu.learning.learning_window`.
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    matplotlib.axes.Axes
    """
    from loihi_emu.learning import learning_window as measured
    from loihi_emu.plots import _figure

    steps = np.arange(-WINDOW, WINDOW + 1) if distances is None else np.atleast_1d(np.asarray(distances))
    changes = measured(rule, steps, weight=weight, repeats=repeats)
    ax = _figure.get_axes(ax)
    ax.axhline(0, color=_figure.faint(), linewidth=0.8)
    ax.axvline(0, color=_figure.faint(), linewidth=0.8)
    ax.plot(steps, changes, marker=".", color=_figure.cycle_colors(1)[0])
    ax.set_xlabel("postsynaptic spike after arrival of the presynaptic one (steps)")
    ax.set_ylabel(f"mean change of a weight of {weight}")
    return ax
