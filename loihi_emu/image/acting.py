"""Effective weights of a connection; of many synapses as a table of mantissas, so that none is held twice."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from loihi_emu.models.memory import Array
from loihi_emu.network.elements import Connection
from loihi_emu.network.synapse_order import held_of
from loihi_emu.rules import WeightRule

FEW = 1 << 12
"""Of so many synapses each weight is computed."""
LARGEST_TABLE = 1 << 12
_BLOCK = 1 << 20


@dataclass(frozen=True)
class Acting:
    """Effective weights, and what happened on the way.

    Attributes
    ----------
    values : array
        Effective weights of the shape of ``Connection.values``; mantissas where there is a table.
    truncated, clipped : int
        How many mantissas lost low bits, or were cut to their range.
    table : (int, int16 array) or None
        The least mantissa, and the effective weights of it and those above.
    """

    values: Array
    truncated: int = 0
    clipped: int = 0
    table: tuple[int, NDArray[np.int16]] | None = None


def acting(c: Connection, rule: WeightRule) -> Acting:
    """The effective weights of a connection; without values where the rows of an image hold them."""
    held = held_of(c)
    if held is not None:
        found: Acting = held.acting
        return found
    if c.drawn:
        return _of_recipe(c, rule)
    if c.kind == "conv" or rule.floats or c.synapses <= FEW:
        made = rule.stored(c)
        return Acting(made.values, made.truncated, made.clipped)
    if rule.as_given(c):
        return Acting(c.values)
    low, high = int(c.values.min()), int(c.values.max())
    if high - low >= LARGEST_TABLE:
        made = rule.stored(c)
        return Acting(made.values, made.truncated, made.clipped)
    mantissas = np.arange(low, high + 1)
    made = rule.stored(replace(c, values=mantissas))
    truncated = clipped = 0
    if made.truncated or made.clipped:
        counts = _counts(c.values, low, mantissas.size)
        for k in np.flatnonzero(counts):
            one = rule.stored(replace(c, values=mantissas[k : k + 1]))
            truncated, clipped = truncated + one.truncated * int(counts[k]), clipped + one.clipped * int(counts[k])
    return Acting(c.values, truncated, clipped, (low, made.values.astype(np.int16)))


def _of_recipe(c: Connection, rule: WeightRule) -> Acting:
    """A table of all weights that a recipe draws; they are drawn to be counted where some do not act as given."""
    one = c.outcomes()
    made, low = rule.stored(one), c.recipe.weights.low
    truncated = clipped = 0
    if made.truncated or made.clipped:
        counts = c.recipe.weight_counts()
        for k in np.flatnonzero(counts):
            each = rule.stored(replace(one, values=one.values[k : k + 1]))
            truncated, clipped = truncated + each.truncated * int(counts[k]), clipped + each.clipped * int(counts[k])
    return Acting(one.values, truncated, clipped, (low, made.values.astype(np.int16)))


def _counts(values: Array, low: int, size: int) -> NDArray[np.int64]:
    """How often there is each mantissa."""
    counts, flat = np.zeros(size, np.int64), values.ravel(order="K")
    for begin in range(0, flat.size, _BLOCK):
        part = np.subtract(flat[begin : begin + _BLOCK], low, dtype=np.intp)
        counts += np.bincount(part, minlength=size)
    return counts
