"""From a rule's products to the table that the kernel interprets."""

from __future__ import annotations

from math import prod

import numpy as np
from numpy.typing import NDArray

from loihi_emu.errors import invalid
from loihi_emu.learning import constants
from loihi_emu.learning.grammar import EPOCHS, Factor, Product, place
from loihi_emu.learning.rule import LearningRule
from loihi_emu.models import learning_layout as to

VARIABLE = {
    "x0": to.X0, "x1": to.X1, "x2": to.X2, "y0": to.Y0, "y1": to.Y1, "y2": to.Y2, "y3": to.Y3,
    "w": to.W, "d": to.D, "t": to.T,
}  # fmt: skip
SIZE = {"x0": 1, "y0": 1, "x1": 128, "x2": 128, "y1": 128, "y2": 128, "y3": 128, "w": 256, "d": 63, "t": 256}
"""Largest magnitudes."""
TARGETS = ("dw", "dd", "dt")
NARROW, WIDEST = 1 << 30, 1 << 62


def table_of(rule: LearningRule) -> NDArray[np.int64]:
    """One row of words for each product.

    Raises
    ------
    ValidationError
        A constant that mantissa and exponent cannot hold; a product with too many factors or too wide.
    """
    rows = [
        row_of(product, number, target, getattr(rule, target))
        for number, target in enumerate(TARGETS)
        for product in rule.products.get(target, ())
    ]
    return np.array(rows, np.int64).reshape(len(rows), to.PRODUCT_WORDS)


def row_of(product: Product, number: int, target: str, text: str) -> NDArray[np.int64]:
    """The words of one product."""
    where = place(target, text, product.start)
    mantissa, exponent = constants.checked(product, target, text)
    epochs = [p for p in [product.gate, *(f.variable for f in product.factors)] if p in EPOCHS]
    factors = [f for f in product.factors if f.variable not in EPOCHS]
    if len(factors) > to.FACTOR_LIMIT:
        raise invalid(where, "factors", f"{len(factors)} in one product", f"at most {to.FACTOR_LIMIT}")
    words = np.zeros(to.PRODUCT_WORDS, np.int64)
    words[to.Q_TARGET] = number
    words[to.Q_GATE] = {"x0": to.GATE_X, "y0": to.GATE_Y}.get(product.gate, to.GATE_U)
    words[to.Q_EPOCHS] = sum(1 << int(name[1:]) for name in set(epochs))
    words[to.Q_SHIFT], words[to.Q_MANTISSA] = exponent + to.FRACTION, mantissa
    sides = [
        max(1, abs(mantissa)) * prod(_size(f) for f in factors if VARIABLE[f.variable] <= to.X2),
        prod(_size(f) for f in factors if to.X2 < VARIABLE[f.variable] <= to.Y3),
        prod(_size(f) for f in factors if VARIABLE[f.variable] > to.Y3),
    ]
    total = prod(sides) << (exponent + to.FRACTION)
    if max(sides) >= NARROW or total >= WIDEST:
        raise invalid(
            where, "product", f"up to {total}", "factors of one side below 2^30, all together below 2^62",
            "Use fewer factors.",
        )  # fmt: skip
    words[to.Q_SYNAPTIC] = any(VARIABLE[f.variable] > to.Y3 for f in factors)
    words[to.Q_WIDE] = words[to.Q_SYNAPTIC] or total >= NARROW
    words[to.Q_COUNT] = len(factors)
    weights = [f for f in factors if VARIABLE[f.variable] > to.Y3]
    if target == "dw" and total < NARROW:
        if not weights:
            words[to.Q_FUSED] = to.BY_POST
        elif (
            len(weights) == 1
            and not any(to.X2 < VARIABLE[f.variable] <= to.Y3 for f in factors)
            and (weights[0].variable == "w" and not weights[0].sign)
        ):
            words[to.Q_FUSED], words[to.Q_CONSTANT] = to.BY_WEIGHT, weights[0].constant
    for k, factor in enumerate(factors):
        at = to.Q_FIRST + 3 * k
        words[at : at + 3] = VARIABLE[factor.variable], factor.constant, factor.sign
    return words


def _size(factor: Factor) -> int:
    return 1 if factor.sign else SIZE[factor.variable] + abs(factor.constant)
