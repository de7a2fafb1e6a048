"""From a rule's products to the table that the kernel interprets."""

from __future__ import annotations

from math import prod

from loihi_emu.errors import invalid
from loihi_emu.learning import constants
from loihi_emu.learning.grammar import EPOCHS, RuleFactor, RuleProduct, place
from loihi_emu.learning.rule import TARGETS, LearningRule
from loihi_emu.models.memory import Description, Table
from loihi_emu.models.plasticity import learning_layout as to

VARIABLE = {
    "x0": to.X0, "x1": to.X1, "x2": to.X2, "y0": to.Y0, "y1": to.Y1, "y2": to.Y2, "y3": to.Y3,
    "w": to.W, "d": to.D, "t": to.T,
}  # fmt: skip
SIZE = {"x0": 1, "y0": 1, "x1": 128, "x2": 128, "y1": 128, "y2": 128, "y3": 128, "w": 256, "d": 63, "t": 256}
"""Largest magnitudes."""
NARROW, WIDEST = 1 << 30, 1 << 62


def table_of(rule: LearningRule) -> Table:
    """One record for each product.

    Raises
    ------
    ValidationError
        A constant that mantissa and exponent cannot hold; a product with too many factors or too wide.
    """
    products = [(number, name, one) for number, name in enumerate(TARGETS) for one in rule.products.get(name, ())]
    table = Table(to.PRODUCT, len(products))
    for d, (number, name, one) in zip(table, products, strict=True):
        describe(d, one, number, name, getattr(rule, name))
    return table


def describe(d: Description, product: RuleProduct, number: int, target: str, text: str) -> None:
    """Write the record of one product."""
    where = place(target, text, product.start)
    mantissa, exponent = constants.checked(product, target, text)
    epochs = [p for p in [product.gate, *(f.variable for f in product.factors)] if p in EPOCHS]
    factors = [f for f in product.factors if f.variable not in EPOCHS]
    if len(factors) > to.FACTOR_LIMIT:
        raise invalid(where, "factors", f"{len(factors)} in one product", f"at most {to.FACTOR_LIMIT}")
    d.target, d.gate = number, {"x0": to.GATE_X, "y0": to.GATE_Y}.get(product.gate, to.GATE_U)
    d.epochs = sum(1 << int(name[1:]) for name in set(epochs))
    d.shift, d.mantissa = exponent + to.FRACTION, mantissa
    sides = [
        max(1, abs(mantissa)) * prod(_size(f) for f in factors if VARIABLE[f.variable] <= to.X2),
        prod(_size(f) for f in factors if to.X2 < VARIABLE[f.variable] <= to.Y3),
        prod(_size(f) for f in factors if VARIABLE[f.variable] > to.Y3),
    ]
    total = prod(sides) << (exponent + to.FRACTION)
    if max(sides) >= NARROW or total >= WIDEST:
        raise invalid(
            where, "product", f"up to {total}", "factors of one side below 2^30, all together below 2^62",
            advice="Use fewer factors.",
        )  # fmt: skip
    d.synaptic = any(VARIABLE[f.variable] > to.Y3 for f in factors)
    d.wide, d.count = d.synaptic or total >= NARROW, len(factors)
    weights = [f for f in factors if VARIABLE[f.variable] > to.Y3]
    if target == "dw" and total < NARROW:
        if not weights:
            d.fused = to.BY_POST
        elif (
            len(weights) == 1
            and not any(to.X2 < VARIABLE[f.variable] <= to.Y3 for f in factors)
            and (weights[0].variable == "w" and not weights[0].sign)
        ):
            d.fused, d.constant = to.BY_WEIGHT, weights[0].constant
    for term, factor in zip(d.factors, factors, strict=False):
        term.variable, term.constant, term.sign = VARIABLE[factor.variable], factor.constant, factor.sign


def _size(factor: RuleFactor) -> int:
    return 1 if factor.sign else SIZE[factor.variable] + abs(int(factor.constant))
