"""The constant of a product: a mantissa of 4 bits times a power of two."""

from __future__ import annotations

from itertools import product

from lava_api.magma.core.learning.constants import W_S_MANT

MANTISSAS = range(-(1 << (W_S_MANT - 1)), 1 << (W_S_MANT - 1))
"""-8..7."""
EXPONENTS = range(-7, 9)
"""-7..8."""
EXPONENT_OFFSET = 7
"""Exponents are stored with this added."""


def normalized(mantissa: int, exponent: int) -> tuple[int, int]:
    """Move factors of two from a mantissa that is too large into the exponent.

    Examples
    --------
    >>> normalized(-40, 0)
    (-5, 3)
    """
    while abs(mantissa) > max(MANTISSAS) and mantissa % 2 == 0 and exponent < max(EXPONENTS):
        mantissa, exponent = mantissa // 2, exponent + 1
    return mantissa, exponent


def fits(mantissa: int, exponent: int) -> bool:
    """Return whether a constant can be stored."""
    return mantissa in MANTISSAS and exponent in EXPONENTS


def nearest(mantissa: int, exponent: int) -> tuple[int, int]:
    """Return the storable constant that is nearest in value; only 0 becomes 0. Of equally near ones the smaller wins.

    Examples
    --------
    >>> nearest(11, 0), nearest(4, -8)
    ((5, 1), (1, -6))
    """
    farthest = _value(max(MANTISSAS) + 2, max(EXPONENTS))  # beyond it, differences would be lost in rounding
    value = max(-farthest, min(_value(mantissa, exponent), farthest))

    def rank(pair: tuple[int, int]) -> tuple[bool, float, float, int, int]:
        stored = _value(*pair)
        return bool(stored) != bool(value), abs(stored - value), abs(stored), abs(pair[1]), -pair[0]

    return min(product(MANTISSAS, EXPONENTS), key=rank)


def _value(mantissa: int, exponent: int) -> float:
    """Return a constant as a float; far beyond what can be stored it need not be exact."""
    limit = 1 << 40
    return max(-limit, min(mantissa, limit)) * 2.0 ** max(-100, min(exponent, 100))


def written(mantissa: int, exponent: int) -> str:
    """Return a constant as a rule writes it."""
    text = str(mantissa) if exponent == 0 else f"{mantissa}*2^{exponent}"
    return f"({text})" if mantissa < 0 else text


def describe(mantissa: int, exponent: int) -> tuple[str, str]:
    """Return what is wrong with a constant that does not fit, and what to do."""
    close = nearest(mantissa, exponent)
    value, given = _value(*close), _value(mantissa, exponent)
    problem = f"the constants of this product make {mantissa}*2^{exponent} = {given:g}, which cannot be stored"
    size = "the same value" if value == given else f"{value:g}"
    return problem, (
        f"Allowed are mantissas {min(MANTISSAS)}..{max(MANTISSAS)} times 2^{min(EXPONENTS)}..2^{max(EXPONENTS)};"
        f" the nearest is {written(*close)} ({size})"
    )
