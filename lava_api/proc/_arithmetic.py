"""Integer rules that several fixed-point models share; shapes broadcast, bit widths are those of Lava 0.10."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from loihi_emu.widths import DECAY_BITS, STATE_BITS, STATE_MAX

Array: TypeAlias = NDArray[Any]


def shift_to_zero(x: Array, bits: Any) -> Array:
    """Divide integers by 2^bits, rounding towards zero (a plain ``>>`` rounds down)."""
    shifted: Array = np.sign(x) * np.right_shift(np.abs(x), bits)
    return shifted


def decay(state: Array, remaining: Any, bits: Any = DECAY_BITS) -> Array:
    """``state * remaining / 2^bits`` in 64 bits, rounded towards zero."""
    return shift_to_zero(np.int64(state) * remaining, bits)


def wrap_once(x: Array) -> Array:
    """Bring a sum back by one turn of 2^24 into (-2^23, 2^23]; the upper end stays as it is."""
    half = 1 << STATE_BITS
    return np.where(x > half, x - 2 * half, np.where(x <= -half, x + 2 * half, x))


def saturate(x: Array) -> Array:
    """Clip to +-(2^23 - 1)."""
    return np.clip(x, -STATE_MAX, STATE_MAX)


def shift_signed(x: Array, exponent: Array) -> Array:
    """``x * 2^exponent`` by shifts: left for a positive exponent, rounding down to the right for a negative one."""
    return np.right_shift(np.left_shift(x, np.maximum(exponent, 0)), np.maximum(-exponent, 0))


def scaled_bias(mantissa: Array, exponent: Array) -> Array:
    """Bias current, ``mantissa * 2^exponent`` in 32 bits."""
    left, right = np.maximum(exponent, 0), np.maximum(-exponent, 0)
    bias: Array = np.right_shift(np.left_shift(mantissa.astype(np.int32), left), right)
    return bias
