"""Small functions of learning: rounding by chance, masks, numbers as rules write them."""

from __future__ import annotations

from typing import Any

import numpy as np

from loihi_emu.models.memory import Array
from loihi_emu.numeric import finite


def stochastic_round(values: Array, random_numbers: Any, probabilities: Any) -> Array:
    """Add 1 to whole numbers where a random number is below a probability, both on one scale.

    Examples
    --------
    >>> stochastic_round(np.array([2, 2]), 0.5, np.array([0.4, 0.6])).tolist()
    [2, 3]
    """
    rounded: Array = (values + np.less(random_numbers, probabilities)).astype(np.int64)
    return rounded


def apply_mask(item: Any, nb_bits: int) -> Any:
    """Keep the lowest bits.

    Examples
    --------
    >>> apply_mask(0b1101, 3)
    5
    """
    return item & ((1 << nb_bits) - 1)


def float_to_literal(learning_parameter: float) -> str:
    """Write a number as a constant of a learning rule: its whole part, or 1, times a power of two.

    The rest is rounded to a power of two, so most numbers change: 0.3 becomes 2^-2 and 2.5 becomes 2.

    Examples
    --------
    >>> float_to_literal(-0.5), float_to_literal(3), float_to_literal(0)
    ('(-1) * 2 ^ -1', '(3)', '0')
    """
    value = float(finite("float_to_literal()", "learning_parameter", learning_parameter))
    if value == 0:
        return "0"
    sign = -1 if value < 0 else 1
    whole = max(int(abs(value)), 1)
    rest = abs(value) / whole
    if rest == 1:
        return f"({sign * whole})"
    return f"({sign * whole}) * 2 ^ {int(np.round(np.log2(rest)))}"
