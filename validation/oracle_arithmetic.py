"""Integer rules of the oracle, in plain Python: nothing of them is shared with the kernels.

Sources: ``loihi1-arithmetic`` section 1 (chip) and ``lava-arithmetic`` section 1 (Lava 0.10).
"""

from __future__ import annotations

DECAY_BITS = 12
DECAY_ONE = 1 << DECAY_BITS
Q_BITS = 21  # bits of the synaptic input q, without its sign
U_BITS = 23  # bits of u and of u + bias, without their sign
V_LIMIT = (1 << 23) - 1
VTH_EXP = 6
LAVA_LIMIT = 1 << 23
LAVA_ACTIVATION_SHIFT = 6


def truncating_shift(x: int, bits: int) -> int:
    """Shift right, rounding toward zero.

    Examples
    --------
    >>> truncating_shift(7, 1), truncating_shift(-7, 1)
    (3, -3)
    """
    return x >> bits if x >= 0 else -(-x >> bits)


def decay(x: int, d: int) -> int:
    """Let `x` lose the fraction d/4096, the rest truncated toward zero: ``sgn(x) * ((|x|*(4096-d)) >> 12)``.

    Parameters
    ----------
    x : int
        State.
    d : int
        Effective decay, 0 (keeps all) .. 4096 (loses all).

    Examples
    --------
    >>> decay(1000, 1), decay(-1000, 1), decay(1000, 0), decay(1000, 4096)
    (999, -999, 1000, 0)
    """
    return truncating_shift(x * (DECAY_ONE - d), DECAY_BITS)


def wrap(x: int, bits: int) -> int:
    """Wrap `x` to `bits` bits and a sign, two's complement: the range is [-2^bits, 2^bits - 1].

    Examples
    --------
    >>> wrap(2**23, 23), wrap(-2**23, 23), wrap(-2**23 - 1, 23)
    (-8388608, -8388608, 8388607)
    """
    return ((x + (1 << bits)) & ((1 << (bits + 1)) - 1)) - (1 << bits)


def clip(x: int, low: int, high: int) -> int:
    """Clip `x` to low..high.

    Examples
    --------
    >>> clip(-5, 0, 3), clip(2, 0, 3), clip(5, 0, 3)
    (0, 2, 3)
    """
    return max(low, min(high, x))
