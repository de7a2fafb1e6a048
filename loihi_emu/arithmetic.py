"""The integer rules, each written once, as small functions that kernels inline.

Every function takes and returns 32-bit (or, where named so, 64-bit) integers; plain NumPy integers when kernels run
uncompiled. Evidence grades: [chip] an emulator whose tests were run against silicon agrees (nengo-loihi 1.1.0,
``test_uv_overflow``; brian2-loihi 0.5.2, Michaelis et al. 2022); [code] taken from what such a tool does; [lava]
Lava 0.10's process models, which are an interface reference and not a measurement of silicon.
"""

from __future__ import annotations

import numpy as np

from loihi_emu.jit import kernel, shift_left, shift_right
from loihi_emu.widths import DECAY_BITS, DECAY_UNITY, STATE_BITS

DECAY_MASK = DECAY_UNITY - 1
LAVA_WRAP = 1 << STATE_BITS
"""Lava wraps u once when it leaves (-2^23, 2^23] [lava]."""

i16 = np.int16
i32 = np.int32
i64 = np.int64


@kernel
def decay(x: i32, keep: i16) -> i32:
    """Decay ``x`` towards zero: ``sgn(x) * ((|x| * keep) >> 12)`` with ``keep = 4096 - d`` [chip].

    ``|x|`` below 2^27, ``keep`` in 0..4096. The product needs more than 32 bits; it is taken in two parts, x = whole *
    4096 + fraction with 0 <= fraction < 4096, so that the loop around it runs 32 bits wide. whole * keep is exact;
    of fraction * keep / 4096 the floor is taken for x >= 0 and the ceiling for x < 0, which is toward zero in both.
    The casts to 16 bits change nothing in that range and let the compiler use 16-bit multiplications.
    """
    factor = i32(keep)
    whole = i32(i16(i32(x >> DECAY_BITS)))
    fraction = i32(x & DECAY_MASK)
    round_up = i32(i32(x >> 31) & DECAY_MASK)
    return i32(i32(whole * factor) + i32(i32(i32(fraction * factor) + round_up) >> DECAY_BITS))


@kernel
def decay_wide(x: i64, keep: i64) -> i64:
    """The same rule as :func:`decay` while ``|x * keep|`` is below 2^63; ``keep`` may have either sign."""
    product = i64(x * keep)
    return i64(i64(product + i64(i64(product >> 63) & DECAY_MASK)) >> DECAY_BITS)


@kernel
def wrap(x: i32, bits: i32) -> i32:
    """Keep the low ``bits`` bits and the sign bit above them (two's complement) [chip]."""
    spare = i32(31 - bits)
    return i32(i32(x << spare) >> spare)


WEIGHTS = (16, 10)
CURRENTS = (0, 0)


@kernel
def synaptic_current(arrived: i32, left: i32, right: i32) -> i32:
    """What arrives, as a current: shifted left, then right.

    By ``WEIGHTS`` of a sum of weights, which is ``wrap(arrived << 6, 21)`` [chip]; by ``CURRENTS`` it stays as it is.
    """
    return shift_right(shift_left(arrived, left), right)


@kernel
def clip(x: i32, low: i32, high: i32) -> i32:
    """``x`` limited to ``low..high`` [code].

    v is clipped to vmin..vmax, never wrapped: nengo-loihi's emulator alone (its issue 130: to be tested on a chip).
    """
    return i32(max(min(x, high), low))


@kernel
def wrap_lava(x: i32) -> i32:
    """One wrap by 2^24 where ``x`` leaves (-2^23, 2^23]: +2^23 stays, -2^23 becomes +2^23 [lava]."""
    over = i32(1) if x > LAVA_WRAP else i32(0)
    under = i32(1) if x <= -LAVA_WRAP else i32(0)
    return i32(x + i32(i32(under - over) * i32(2 * LAVA_WRAP)))


@kernel
def wrap24(x: i64) -> i64:
    """Wrap a sum to signed 24 bits, -2^23..2^23-1 [lava] (convolutions)."""
    return i64(((x + LAVA_WRAP) & (2 * LAVA_WRAP - 1)) - LAVA_WRAP)


@kernel
def shift(x: i64, exponent: i64) -> i64:
    """``x << exponent``, or the floor of ``x / 2**-exponent`` when the exponent is negative [lava]."""
    return i64(x << exponent) if exponent >= 0 else i64(x >> -exponent)


@kernel
def noise_value(uniform: i32, offset: i32, exponent: i32) -> i32:
    """``(uniform + 64 * offset) * 2**(exponent - 7)`` truncated toward zero [code] (nengo-loihi).

    ``uniform`` lies in -127..127. One public report (Fugu) gives 128 as the upper end on the chip: unresolved.
    """
    x = i32(uniform + i32(64 * offset))
    if exponent >= 7:
        return shift_left(x, i32(i32(exponent - 7) & 31))
    right = i32(i32(7 - exponent) & 31)
    return shift_right(i32(x + i32(i32(x >> 31) & i32(i32(1 << right) - 1))), right)
