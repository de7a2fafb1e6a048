"""From weight mantissas to effective weights: bits, sign modes, truncation, exponents. Each rule stands here once.

An effective weight W is what a spike adds to the target's accumulator, in units of 64. Always within 16 bits signed.

Of the rules "chip" brian2-loihi alone has these, whose authors claim a match with Loihi 1: odd mixed weights lose
their low bit toward 0 (Lava: -3 becomes -4; nengo-loihi has -7..7 and no such weights), exponent -8, 7 bits, and
saturation at +-(2^21 - 64).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from loihi_emu.errors import unknown
from loihi_emu.numeric import integer, ranged

SIGN_MODES = ("mixed", "excitatory", "inhibitory")
MANTISSA_BITS = 8
EFFECTIVE_MAX = (1 << 15) - 1
"""Largest magnitude of W: a weight saturates at 2^21 - 64 = 64 * 32767 (brian2-loihi alone)."""

RANGES = {
    "chip": {"mixed": (-256, 254), "excitatory": (0, 255), "inhibitory": (-255, 0)},
    "nengo_loihi": {"mixed": (-256, 254), "excitatory": (0, 255), "inhibitory": (-255, 0)},
    "brian2_loihi": {"mixed": (-256, 254), "excitatory": (0, 255), "inhibitory": (-256, 0)},
}
"""Allowed mantissas. Mixed signs need one of the 8 bits, so that the lowest step is 2."""

LAVA_RANGES = {"mixed": (-256, 255), "excitatory": (0, 255), "inhibitory": (-255, 0)}
"""Lava clips to these (``weightutils.clip_weights``); what was clipped is counted."""

ADVICE_LARGE = "loihi_emu.quantize() turns larger or fractional weights into 8-bit mantissas and an exponent."
ADVICE_SIGNS = 'The sign mode is "{}"; connect(..., sign_mode="mixed") allows both signs.'

Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Effective:
    """Effective weights and what happened on the way.

    Attributes
    ----------
    values : int64 or float64 array
        W, of the shape of the mantissas. Under Lava's rules the exponent is not in them if it is applied to the sum.
    truncated, clipped : int
        How many mantissas lost low bits, and how many were cut to their range.
    """

    values: NDArray[Any]
    truncated: int
    clipped: int


def sign_mode_of(values: NDArray[Any], sign_mode: str, where: str) -> str:
    """Resolve "auto": excitatory when no weight is negative, inhibitory when none is positive, else mixed."""
    if sign_mode != "auto":
        if sign_mode not in SIGN_MODES:
            raise unknown("sign mode", sign_mode, ("auto", *SIGN_MODES), where=where)
        return sign_mode
    low, high = (values.min(), values.max()) if values.size else (0, 0)
    if low >= 0:
        return "excitatory"
    return "inhibitory" if high <= 0 else "mixed"


def check_mantissas(values: Integers, rules: str, sign_mode: str, where: str) -> None:
    """Raise when mantissas do not fit 8 bits of their sign mode (Lava's rules clip instead; see :func:`effective`)."""
    if rules not in RANGES:
        return
    low, high = RANGES[rules][sign_mode]
    fits_mixed = bool(np.all((values >= RANGES[rules]["mixed"][0]) & (values <= RANGES[rules]["mixed"][1])))
    advice = ADVICE_SIGNS.format(sign_mode) if fits_mixed else ADVICE_LARGE
    ranged(where, f"weights ({sign_mode})", values, low, high, advice)


def effective(values: Integers, rules: str, sign_mode: str, weight_bits: int, weight_exp: int) -> Effective:
    """Effective weights of mantissas.

    chip: with s = 8 - bits (+ 1 if mixed), ``W = floor(trunc(w / 2^s) * 2^s * 2^exp)``, truncated toward zero, then
    saturated to +-32767 (brian2-loihi's table of 147 456 combinations; the floor for negative exponents per weight is
    also what nengo-loihi reports of the chip). Of the two readings of odd negative mixed weights (-3 becomes -2 in
    brian2-loihi and -4 in Lava) the one with a claim of silicon is taken.
    lava: clipped to the range, then the low s bits dropped, rounding down (inhibitory: on the magnitude).
    """
    if rules == "float":
        return Effective(values, 0, 0)
    step = MANTISSA_BITS - weight_bits + (sign_mode == "mixed")
    if rules == "lava":
        low, high = LAVA_RANGES[sign_mode]
        kept = np.clip(values, low, high)
        q = -((-kept >> step) << step) if sign_mode == "inhibitory" else (kept >> step) << step
        return Effective(q, int(np.count_nonzero(q != kept)), int(np.count_nonzero(kept != values)))
    q = np.sign(values) * ((np.abs(values) >> step) << step)
    scaled = q << weight_exp if weight_exp >= 0 else q >> -weight_exp
    w = np.clip(scaled, -EFFECTIVE_MAX, EFFECTIVE_MAX)
    return Effective(w, int(np.count_nonzero(q != values)), int(np.count_nonzero(w != scaled)))


def check_precision(weight_bits: object, weight_exp: object, where: str) -> tuple[int, int]:
    """Check the number of weight bits (1..8) and the exponent (-8..7)."""
    advice = "Scale the weights and thresholds instead (loihi_emu.quantize)."
    bits = integer(where, "weight_bits", weight_bits, 1, MANTISSA_BITS)
    return bits, integer(where, "weight_exp", weight_exp, -8, 7, advice)
