"""What weights lose on the chip: low bits, what an exponent shifts out, what saturates; told where users look.

A weight acts as the mantissa ``w'`` for which ``w' * 2^(6 + weight_exp)`` is what a spike adds to u.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from loihi_emu.elements import Connection
from loihi_emu.errors import LoihiInputWarning
from loihi_emu.user_warnings import warn
from loihi_emu.weights import EFFECTIVE_MAX, LAVA_RANGES, MANTISSA_BITS, RANGES, effective


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


def acting(c: Connection, rules: str) -> NDArray[Any]:
    """The weights as they act: mantissas like ``c.values`` (floats, and effective weights, are as they are)."""
    if _exact(c, rules):
        return c.values
    exponent = 0 if rules == "lava" or c.learning is not None else c.weight_exp
    w: NDArray[Any] = effective(c.values.astype(np.int64), rules, c.sign_mode, c.weight_bits, exponent).values
    # Floored, a mantissa may leave its range (-247 acts as -256); that of the range's end acts the same.
    low, high = RANGES.get(rules, RANGES["chip"])[c.sign_mode]
    acts: NDArray[Any] = w >> exponent if exponent >= 0 else np.clip(w << -exponent, low, high)
    return acts


def loss(c: Connection, rules: str) -> Loss | None:
    """What the weights lose; None if they act as given, which is found out without computing all."""
    if _exact(c, rules) or not c.values.size or not _may_lose(c, rules):
        return None
    acts, given = acting(c, rules), c.values.astype(np.int64)
    lost = acts != given
    count = int(np.count_nonzero(lost))
    if not count:
        return None
    zeroed = int(np.count_nonzero(lost & (acts == 0)))
    return Loss(count, given.size, zeroed, int(np.abs(acts - given).max()))


def tell_loss(c: Connection, rules: str, before: Loss | None = None) -> None:
    """Warn of what the weights lose, unless it is what they lost before they were set."""
    found = loss(c, rules)
    if found is not None and found != before:
        text = f'connection "{c.name}": {found}. {_reason(c, rules)}'
        warn(f'{text} Emulator.get(..., "weights") says what acts; quantize() loses nothing.', LoihiInputWarning)


def _exact(c: Connection, rules: str) -> bool:
    return rules == "float" or c.scaled or (rules == "lava" and c.kind == "conv")


def _grid(c: Connection, rules: str) -> int:
    """Weights that are multiples of 2 to this power lose nothing to bits and exponent."""
    dropped = MANTISSA_BITS - c.weight_bits + (c.sign_mode == "mixed")
    return dropped if rules == "lava" or c.learning is not None else max(dropped, -c.weight_exp)


def _beyond(c: Connection, rules: str) -> bool:
    """Whether some weight leaves the range of what can act."""
    low, high = int(c.values.min()), int(c.values.max())
    if rules == "lava":
        return low < LAVA_RANGES[c.sign_mode][0] or high > LAVA_RANGES[c.sign_mode][1]
    return max(-low, high) << max(c.weight_exp, 0) > EFFECTIVE_MAX


def _may_lose(c: Connection, rules: str) -> bool:
    grid = _grid(c, rules)
    return bool(grid and np.any(c.values & ((1 << grid) - 1))) or _beyond(c, rules)


def _reason(c: Connection, rules: str) -> str:
    if _beyond(c, rules):
        low, high = LAVA_RANGES[c.sign_mode]
        if rules == "lava":
            return f"Lava clips {c.sign_mode} weights to {low}..{high}: scale them down."
        return "A spike adds at most 2^21 - 64: lower weight_exp."
    grid, dropped = _grid(c, rules), MANTISSA_BITS - c.weight_bits + (c.sign_mode == "mixed")
    if grid > dropped:
        return f"With weight_exp={c.weight_exp} only multiples of {1 << grid} act: scale weights and thresholds up."
    signs = " of mixed signs" if c.sign_mode == "mixed" else ""
    text = f"Weights{signs} with weight_bits={c.weight_bits} are multiples of {1 << grid}"
    if signs and (c.values.min() >= 0 or c.values.max() <= 0):
        return f'{text}: sign_mode="{"excitatory" if c.values.min() >= 0 else "inhibitory"}" keeps a bit more.'
    return f"{text}: scale weights and thresholds up{', or connect each sign apart' if signs else ''}."
