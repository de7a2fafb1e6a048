"""Accuracy over bits of weight: of all layers together, and of each alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from loihi_emu.errors import invalid
from loihi_emu.keywords import known_keywords

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@known_keywords
def precision(found: Any, *, ax: Axes | None = None) -> Axes:
    """Plot what ``search_precision`` found: accuracy over the bits of a weight.

    The thick line has these bits in all layers, a thin one in one layer alone; a ring marks the bits that were chosen
    for it. The dotted line is the accuracy in floats, the dashed one what was to be kept.

    Parameters
    ----------
    found : Precision
    ax : matplotlib.axes.Axes, optional
        Where to draw. A new pyplot figure is made if not given.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ValidationError
        If it is something else.
    """
    if not all(hasattr(found, name) for name in ("uniform", "layers", "bits", "target", "float_accuracy")):
        allowed = "what search_precision returns"
        raise invalid("precision", "found", f"a {type(found).__name__}", allowed)

    from loihi_emu.plots import _figure

    ax = _figure.get_axes(ax)
    colors = _figure.cycle_colors(len(found.layers) + 1)
    ax.axhline(100 * found.float_accuracy, color=_figure.faint(), linestyle=":", label="floats")
    ax.axhline(100 * found.target, color=_figure.faint(), linestyle="--", label="to keep")
    for (name, curve), color in zip(found.layers.items(), colors[1:], strict=True):
        ax.plot(list(curve), [100 * a for a in curve.values()], ".-", color=color, linewidth=1, label=name)
        chosen = found.bits[name]
        ax.plot([chosen], [100 * curve[chosen]], "o", color=color, markersize=9, markerfacecolor="none")
    ax.plot(
        list(found.uniform), [100 * a for a in found.uniform.values()], "o-", color=colors[0], linewidth=2,
        label="all layers",
    )  # fmt: skip
    _figure.integer_ticks(ax.xaxis)
    ax.set_xlabel("bits of a weight")
    ax.set_ylabel("accuracy (%)")
    ax.legend(fontsize="small")
    return ax
