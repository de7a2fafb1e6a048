"""What weights lose on the chip: low bits, what an exponent shifts out, what saturates; told where users look.

A weight acts as the mantissa ``w'`` for which ``w' * 2^(6 + weight_exp)`` is what a spike adds to u.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from loihi_emu.network.elements import Connection
from loihi_emu.network.synapse_order import held_of
from loihi_emu.rules import RuleSet, WeightRule
from loihi_emu.rules.weights import dropped_bits
from loihi_emu.user_warnings import warn

PIECE = 1 << 20
"""Weights that are counted at a time."""


@dataclass(frozen=True)
class Loss:
    """How many of a connection's weights do not act as they were given.

    Attributes
    ----------
    count, total : int
        Weights that act otherwise, and all.
    zeroed : int
        Of the former, those that act as 0.
    most : int
        Largest difference, in mantissas.
    """

    count: int
    total: int
    zeroed: int
    most: int

    def __str__(self) -> str:
        zeroed = f", {self.zeroed} act as 0" if self.zeroed else ""
        return f"{self.count} of {self.total} weights lose up to {self.most}{zeroed}"


def loss(c: Connection, rules: RuleSet) -> Loss | None:
    """What the weights lose; None if they act as given, which is found out without computing all."""
    held = held_of(c)
    if held is not None:
        found: Loss | None = held.lost
        return found
    weights, drawn_from = rules.weights, c
    if c.drawn:
        c = c.outcomes()
    if weights.as_given(c) or not c.values.size or not (_off_grid(c, weights.grid(c)) or weights.beyond(c)):
        return None
    if drawn_from.drawn:
        given, times = c.values, drawn_from.recipe.weight_counts()
    else:
        given, times = _counted(c.values)
    acts = weights.acting(replace(c, values=given))
    lost = (acts != given) & (times > 0)
    count = int(times[lost].sum())
    if not count:
        return None
    return Loss(count, int(times.sum()), int(times[lost & (acts == 0)].sum()), int(np.abs(acts - given)[lost].max()))


def _counted(values: NDArray[Any]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The whole numbers from the least to the largest, and how often each is among the values."""
    low, high = int(values.min()), int(values.max())
    if high - low >= 1 << 16:
        found, times = np.unique(values, return_counts=True)
        return found.astype(np.int64), times
    flat, counts = values.reshape(-1), np.zeros(high - low + 1, np.int64)
    for first in range(0, flat.size, PIECE):
        counts += np.bincount(flat[first : first + PIECE].astype(np.int64) - low, minlength=counts.size)
    return np.arange(low, high + 1), counts


def tell_loss(c: Connection, rules: RuleSet, before: Loss | None = None) -> None:
    """Warn of what the weights lose, unless it is what they lost before they were set."""
    found = loss(c, rules)
    if found is not None and found != before:
        text = f'connection "{c.name}": {found}. {_reason(c.outcomes() if c.drawn else c, rules.weights)}'
        warn(f'{text} Emulator.get(..., "weights") says what acts; quantize() loses nothing.')


def _off_grid(c: Connection, grid: int) -> bool:
    values = c.values.astype(np.int16) if grid and c.values.itemsize == 1 else c.values
    return bool(grid and np.any(values & ((1 << grid) - 1)))


def _reason(c: Connection, weights: WeightRule) -> str:
    beyond = weights.beyond(c)
    if beyond:
        return beyond
    grid, dropped = weights.grid(c), dropped_bits(c.sign_mode, c.weight_bits)
    if grid > dropped:
        return f"With weight_exp={c.weight_exp} only multiples of {1 << grid} act: scale weights and thresholds up."
    signs = " of mixed signs" if c.sign_mode == "mixed" else ""
    text = f"Weights{signs} with weight_bits={c.weight_bits} are multiples of {1 << grid}"
    if signs and (c.values.min() >= 0 or c.values.max() <= 0):
        return f'{text}: sign_mode="{"excitatory" if c.values.min() >= 0 else "inhibitory"}" keeps a bit more.'
    return f"{text}: scale weights and thresholds up{', or connect each sign apart' if signs else ''}."
