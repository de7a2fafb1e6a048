"""nengo-loihi's rule for putting a float weight on the synapse's grid.

Only for networks that must agree with nengo-loihi number for number: it takes weights that are already scaled to
-255..255, rounds them half to even, and keeps the grid symmetric, so that mixed weights of 8 bits end at +-254.
Use :func:`loihi_emu.quantize` for everything else.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from loihi_emu import errors, numeric
from loihi_emu.chips.chip import LOIHI1

REGISTER_BITS = (0, 1, 2, 3, 4, 5, 6, 8)
"""Bits of a weight by the value of the chip's 3-bit field: there are no 7-bit weights."""

MAX_BITS = LOIHI1.weight_bits_max
WEIGHT_SHIFT = LOIHI1.weight_shift

NENGO_EXPONENTS = (-7, 7)
"""nengo-loihi allows these exponents; the field itself would also hold -8."""


def nengo_weights(
    weights: object,
    *,
    weight_bits: int = MAX_BITS,
    weight_exp: int = 0,
    sign_mode: Literal["mixed", "excitatory", "inhibitory"] = "mixed",
) -> NDArray[np.int64]:
    """Return the effective synaptic currents that nengo-loihi's emulator and chip use for float weights.

    With ``s = 8 - bits`` (one more when mixed) and ``m = 2^(8-s) - 1``, a weight becomes the level
    ``n = clip(round(w / 2^s), -m, m)`` and contributes ``n * 2^(s + exp) * 64``. Where ``s + exp`` is negative the
    chip's shift to the right would floor, so the level is first rounded to a multiple of the power of two that is
    about to be shifted out; a level that this puts beyond ``m`` is clipped to it again, and is then floored.

    Parameters
    ----------
    weights : array_like
        Float weights already scaled to mantissas, -255..255, any shape.
    weight_bits : int
        Bits of a weight: 1..6 or 8, as the field ``REGISTER_BITS`` allows.
    weight_exp : int
        Exponent, -7..7.
    sign_mode : {"mixed", "excitatory", "inhibitory"}
        Mixed weights spend a bit on the sign. The other two differ in nothing here.

    Returns
    -------
    ndarray of int64
        Currents added to ``u`` for each spike: multiples of 64, at most 255 * 128 * 64 in size.

    Raises
    ------
    ValidationError
        For weights, bits or exponents out of range and unknown sign modes.

    Notes
    -----
    Source: nengo-loihi 1.1.0, whose tests compare its emulator with the chip; golden table
    ``nengo_loihi/tables`` (all fields, exponents and weights in halves).

    Examples
    --------
    >>> nengo_weights([1.5, -3.0, 254.5], weight_bits=8).tolist()
    [128, -256, 16256]
    """
    where = "nengo_weights"
    if sign_mode not in ("mixed", "excitatory", "inhibitory"):
        raise errors.unknown("sign_mode", sign_mode, ("mixed", "excitatory", "inhibitory"))
    if weight_bits not in REGISTER_BITS[1:]:
        raise errors.invalid(
            where, "weight_bits", weight_bits, "1..6 or 8", advice="The chip's field has no 7-bit weights."
        )
    numeric.ranged(where, "weight_exp", numeric.whole(where, "weight_exp", weight_exp), *NENGO_EXPONENTS)
    advice = "Scale the weights to mantissas first, or use quantize(), which does."
    array = np.asarray(numeric.ranged(where, "weights", weights, -255, 255, advice), dtype=np.float64)

    dropped = MAX_BITS - weight_bits + (sign_mode == "mixed")
    top = 2 ** (MAX_BITS - dropped) - 1
    level = np.clip(np.rint(array / 2**dropped), -top, top)
    left = dropped + weight_exp
    if left < 0:
        unit = 2.0**-left
        level = np.floor(np.clip(np.rint(level / unit) * unit, -top, top) / unit)
        left = 0
    return np.asarray(level.astype(np.int64) << (left + WEIGHT_SHIFT))
