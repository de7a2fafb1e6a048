"""For how many steps all sums of float64 in a network are exact, whatever the order of their terms."""

from __future__ import annotations

from collections import defaultdict
from math import frexp, isfinite, ldexp
from typing import Any

from recipes import Recipe

from loihi_emu.validation.oracle import Oracle

PRECISION = 53
"""Bits of the significand of float64."""


class Terms(Oracle):
    """The oracle, with all that ever arrives at a neuron in a step, term by term."""

    def __init__(self, network: Any) -> None:
        super().__init__(network)
        self.terms: dict[tuple[int, str, int, str], list[float]] = defaultdict(list)

    def _accumulate(self, key: tuple[int, str, int, str], connection: Any, terms: list[Any]) -> None:
        super()._accumulate(key, connection, terms)
        self.terms[key].extend(terms)


def lowest_bit(x: float) -> int:
    """Exponent of the lowest bit of a number other than 0."""
    fraction, exponent = frexp(x)
    whole = int(abs(fraction) * (1 << PRECISION))
    return exponent - PRECISION + (whole & -whole).bit_length() - 1


def adds_exactly(terms: list[float]) -> bool:
    """Whether every partial sum, in whatever order, is a number of float64."""
    found = [float(x) for x in terms if x]
    if not found:
        return True
    if not all(isfinite(x) for x in found):
        return False
    lowest, highest = min(lowest_bit(x) for x in found), max(frexp(x)[1] for x in found)
    return highest - lowest <= PRECISION and sum(int(ldexp(abs(x), -lowest)) for x in found) < 1 << PRECISION


def exact_steps(recipe: Recipe) -> int:
    """Steps before the first in which the order of a sum may show."""
    oracle = Terms(recipe.network(probed=False))
    oracle.run(recipe.steps)
    return min([recipe.steps, *(key[0] for key, terms in oracle.terms.items() if not adds_exactly(terms))])
