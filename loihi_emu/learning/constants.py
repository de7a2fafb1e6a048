"""Constants of a rule as the chip holds them: a mantissa of 4 bits with sign times a power of 2."""

from __future__ import annotations

from fractions import Fraction

from loihi_emu.errors import ValidationError, invalid
from loihi_emu.learning.grammar import RuleProduct, place

MANTISSA = (-8, 7)
EXPONENT = (-7, 8)
CONSTANT = (-128, 127)
"""Constants added to a variable inside a factor: 8 bits with sign."""


def held() -> list[Fraction]:
    """All values that mantissa and exponent can hold, in order."""
    return sorted(
        {m * Fraction(2) ** e for m in range(MANTISSA[0], MANTISSA[1] + 1) for e in range(EXPONENT[0], EXPONENT[1] + 1)}
    )


def split(value: Fraction) -> tuple[int, int] | None:
    """Mantissa and exponent of a value; None when no pair gives it.

    Examples
    --------
    >>> split(Fraction(1, 4)), split(Fraction(20)), split(Fraction(9))
    ((1, -2), (5, 2), None)
    """
    if value == 0:
        return 0, EXPONENT[0]
    mantissa, exponent = value, 0
    while mantissa.denominator > 1 and exponent > EXPONENT[0]:
        mantissa, exponent = mantissa * 2, exponent - 1
    if mantissa.denominator > 1:
        return None
    whole = int(mantissa)
    while (whole % 2 == 0 and exponent < 0) or (whole % 2 == 0 and not MANTISSA[0] <= whole <= MANTISSA[1]):
        whole, exponent = whole // 2, exponent + 1
    return (whole, exponent) if MANTISSA[0] <= whole <= MANTISSA[1] and exponent <= EXPONENT[1] else None


def as_written(product: RuleProduct) -> tuple[int, int] | None:
    """Mantissa and exponent of a product's constants as Lava holds them; None where they do not fit.

    They are not reduced (4*2^-2 stays): integer models shift before and after they multiply, so that 1*2^0 would give
    another number. Only a mantissa that is too large gives factors of two to the exponent, and one that is not whole
    takes some.

    Examples
    --------
    >>> from loihi_emu.learning.grammar import parse
    >>> [as_written(parse("dw", text)[0]) for text in ("4*2^-2*x0", "40*x0", "0.25*x0", "9*x0", "0.3*x0")]
    [(4, -2), (5, 3), (1, -2), None, None]
    """
    if product.scale.denominator & (product.scale.denominator - 1):
        return None  # no whole number times a power of 2
    mantissa, exponent = product.scale / Fraction(2) ** product.exponent, product.exponent
    while mantissa.denominator > 1:
        mantissa, exponent = mantissa * 2, exponent - 1
    whole = int(mantissa)
    while abs(whole) > MANTISSA[1] and whole % 2 == 0 and exponent < EXPONENT[1]:
        whole, exponent = whole // 2, exponent + 1
    fits = MANTISSA[0] <= whole <= MANTISSA[1] and EXPONENT[0] <= exponent <= EXPONENT[1]
    return (whole, exponent) if fits else None


def checked(product: RuleProduct, target: str, text: str) -> tuple[int, int]:
    """Mantissa and exponent of a product's constants.

    Raises
    ------
    ValidationError
        When no pair holds the value: says which values near it can be held. Also for a constant inside a factor beyond
        8 bits.
    """
    where = place(target, text, product.start)
    for factor in product.factors:
        if not CONSTANT[0] <= factor.constant <= CONSTANT[1]:
            raise invalid(where, f"constant beside {factor.variable}", factor.constant, f"{CONSTANT[0]}..{CONSTANT[1]}")
    found = split(product.scale)
    if found is None:
        raise unheld(product, where)
    return found


def unheld(product: RuleProduct, where: str) -> ValidationError:
    """Build the error for a product whose constants, as they are written, cannot be held."""
    allowed = "m * 2^e with m in -8..7 and e in -7..8"
    same = split(product.scale)
    if same is not None:
        return invalid(where, "constant", _shown(product.scale), allowed, advice=f"Write it as {same[0]}*2^{same[1]}.")
    values = held()
    below = [v for v in values if v < product.scale][-1:]
    above = [v for v in values if v > product.scale][:1]
    near = " and ".join(_shown(v) for v in [*below, *above])
    return invalid(where, "constant", _shown(product.scale), allowed, advice=f"Near it are {near}.")


def _shown(value: Fraction) -> str:
    return str(value.numerator) if value.denominator == 1 else f"{float(value):.10g}"
