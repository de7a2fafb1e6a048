"""From a rule's products to the tables of Lava's learning, in integers or in float64."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from loihi_emu.errors import invalid
from loihi_emu.learning.constants import as_written, unheld
from loihi_emu.learning.grammar import EPOCHS, RuleFactor, RuleProduct, place
from loihi_emu.learning.rule import FRACTION_BITS, LearningRule
from loihi_emu.models.lava import learning_layout as to
from loihi_emu.models.memory import Array, Description, Table

TARGETS = {"dw": 0, "dt": 2}
"""Numbers of the synaptic variables; 1 would be d, Lava's second tag, which delays nothing."""
GATES = {"x0": to.BY_X0, "y0": to.BY_Y0}
VARIABLES = {
    "x0": to.V_X0, "y0": to.V_Y0, "x1": to.V_X1, "x2": to.V_X2, "y1": to.V_Y1, "y2": to.V_Y2, "y3": to.V_Y3,
    "w": to.V_WEIGHT, "t": to.V_TAG_1,
}  # fmt: skip
BITS = {"x0": 1, "y0": 1, "x1": 7, "x2": 7, "y1": 7, "y2": 7, "y3": 7, "w": 9, "t": 9}
"""Bits of factors without sign, and of the accumulator; a product of more is shifted right [lava]."""
MANTISSA_BITS, ACCUMULATOR_BITS = 4, 15
MOST_SHIFTED = 31
"""Bits by which 32-bit products can be shifted."""
EXPONENT_OFFSET = 7
LARGEST = 1 << 40
"""Magnitude of a constant beside a variable."""


class Tables(NamedTuple):
    """What kernels are told of a rule.

    Attributes
    ----------
    products, terms : Table
        Of ``PRODUCT`` and ``TERM``.
    scales, consts : array of float64
        Constants of products and of factors, for float64.
    changed : int
        Bits: which of w, d and t it changes.
    decimate : int
        The k of uk, -1 without.
    """

    products: Table
    terms: Table
    scales: Array
    consts: Array
    changed: int
    decimate: int


def tables_of(rule: LearningRule, *, floats: bool) -> Tables:
    """The tables of a rule.

    Raises
    ------
    ValidationError
        What Lava's rules do not have: d, several k of uk, uk behind x0 or y0; in integers also sgn of traces, constants
        of more than 4 bits, and products of more than 46.
    """
    given = [(target, one) for target in ("dw", "dd", "dt") for one in rule.products.get(target, ())]
    for target, one in given:
        _check_variables(rule, target, one)
    factors = [[f for f in one.factors if f.variable not in EPOCHS] for _, one in given]
    products, terms = Table(to.PRODUCT, len(given)), Table(to.TERM, sum(map(len, factors)))
    scales, consts = np.zeros(len(given)), np.zeros(len(terms))
    first = 0
    for k, (target, one) in enumerate(given):
        where = place(target, getattr(rule, target), one.start)
        d = products[k]
        d.target, d.dependency = TARGETS[target], GATES.get(one.gate, to.BY_U)
        d.first_term, d.term_count = first, len(factors[k])
        scales[k] = float(one.scale)
        if not floats:
            held = as_written(one)
            if held is None:
                raise unheld(one, where)
            d.mantissa, d.exponent, d.shift = held[0], held[1] + EXPONENT_OFFSET, _shift(factors[k], where)
        for term, factor in zip(list(terms)[first:], factors[k], strict=False):
            _describe(term, factor, where, floats)
        consts[first : first + len(factors[k])] = [float(f.constant) for f in factors[k]]
        first += len(factors[k])
    changed = sum(1 << TARGETS[target] for target in rule.products)
    return Tables(products, terms, scales, consts, changed, _decimate(rule))


def decay_factors(taus: ArrayLike) -> Array:
    """By what traces are multiplied in a step: ``exp(-1 / tau)``; 0 for tau = 0."""
    steps = np.asarray(taus)
    used = steps != 0
    factors = np.zeros(steps.shape)
    factors[used] = np.exp(-1 / steps[used])
    return factors


def split_impulses(impulses: Array) -> tuple[Array, Array]:
    """The whole parts of impulses, and what is behind the point in units of 2^-8."""
    whole = np.floor(impulses)
    fraction = np.round((impulses - whole) * (1 << FRACTION_BITS))
    return whole.astype(np.int64), fraction.astype(np.int64)


def _check_variables(rule: LearningRule, target: str, one: RuleProduct) -> None:
    where = place(target, getattr(rule, target), one.start)
    if target == "dd" or any(f.variable == "d" for f in one.factors):
        advice = (
            'In Lava 0.10 d is a second tag that delays nothing (lava_api has it). Under rules "chip" delays learn.'
        )
        raise invalid(where, "", "d, the delay", "rules of w and t", advice=advice)
    counted = [f.variable for f in one.factors if f.variable in EPOCHS]
    if counted and one.gate not in EPOCHS:
        raise invalid(where, "", f"{counted[0]} behind {one.gate}", f"{counted[0]} first, {one.gate} as a factor")


def _decimate(rule: LearningRule) -> int:
    """The k of uk."""
    found: dict[str, str] = {}
    for target, products in rule.products.items():
        for one in products:
            for name in (one.gate, *(f.variable for f in one.factors)):
                if name in EPOCHS:
                    found.setdefault(name, place(target, getattr(rule, target), one.start))
    if len(found) > 1:
        raise invalid(list(found.values())[1], "", " and ".join(found), "one k of uk in all of dw and dt")
    return int(next(iter(found))[1:]) if found else -1


def _shift(factors: list[RuleFactor], where: str) -> int:
    """What a product is shifted right by."""
    bits = MANTISSA_BITS + sum(BITS[f.variable] for f in factors)
    if bits > ACCUMULATOR_BITS + MOST_SHIFTED:
        most = ACCUMULATOR_BITS + MOST_SHIFTED
        raise invalid(where, "product", f"{bits} bits", f"{most} (4 of its constant, 7 a trace, 9 for w and t)")
    return max(0, bits - ACCUMULATOR_BITS)


def _describe(term: Description, factor: RuleFactor, where: str, floats: bool) -> None:
    name = factor.variable
    if not floats and factor.sign and name not in ("w", "t"):
        raise invalid(where, "", f"sgn of {name}", "sgn of w or t")
    if abs(factor.constant) > LARGEST:
        raise invalid(where, f"constant beside {name}", str(factor.constant), f"-{LARGEST}..{LARGEST}")
    term.variable, term.is_sign = VARIABLES[name], int(factor.sign)
    term.const, term.low, term.high = factor.constant, -(1 << BITS[name]), (1 << BITS[name]) - 1
