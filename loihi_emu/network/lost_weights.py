"""What weights lose on the chip: low bits, what an exponent shifts out, what saturates; told where users look.

A weight acts as the mantissa ``w'`` for which ``w' * 2^(6 + weight_exp)`` is what a spike adds to u.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from loihi_emu.errors import LoihiInputWarning
from loihi_emu.network.elements import Connection
from loihi_emu.rules import RuleSet, WeightRule
from loihi_emu.rules.weights import dropped_bits
from loihi_emu.user_warnings import warn


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
    weights = rules.weights
    if weights.as_given(c) or not c.values.size or not (_off_grid(c, weights.grid(c)) or weights.beyond(c)):
        return None
    acts, given = weights.acting(c), c.values.astype(np.int64)
    lost = acts != given
    count = int(np.count_nonzero(lost))
    if not count:
        return None
    zeroed = int(np.count_nonzero(lost & (acts == 0)))
    return Loss(count, given.size, zeroed, int(np.abs(acts - given).max()))


def tell_loss(c: Connection, rules: RuleSet, before: Loss | None = None) -> None:
    """Warn of what the weights lose, unless it is what they lost before they were set."""
    found = loss(c, rules)
    if found is not None and found != before:
        text = f'connection "{c.name}": {found}. {_reason(c, rules.weights)}'
        warn(f'{text} Emulator.get(..., "weights") says what acts; quantize() loses nothing.', LoihiInputWarning)


def _off_grid(c: Connection, grid: int) -> bool:
    return bool(grid and np.any(c.values & ((1 << grid) - 1)))


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
