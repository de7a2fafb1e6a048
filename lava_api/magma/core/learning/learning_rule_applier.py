"""Learning rules at work: from traces and synaptic variables to the change of one variable."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, NamedTuple

import numpy as np

from lava_api.magma.core.learning import string_symbols as names
from lava_api.magma.core.learning.constants import FACTOR_TO_WIDTH_DICT, W_ACCUMULATOR_U, W_S_MANT
from lava_api.magma.core.learning.product_series import EXPONENT_OFFSET, Factor, Product, ProductSeries
from loihi_emu.models.memory import Array

ACCUMULATOR_MIN = -(1 << W_ACCUMULATOR_U) - 1
ACCUMULATOR_MAX = (1 << W_ACCUMULATOR_U) - 1
"""Limits of each product and of the sum, -32769 and 32767; the lower one is Lava's, one below that of 16 bits."""


class ResolvedFactor(NamedTuple):
    """A factor, resolved."""

    name: str  # argument that holds the variable: "x1_y0", "weights", "x0"; empty for a constant alone
    const: int | float  # is added
    is_sign: bool  # whether the sign is taken
    low: int  # limits of the factor in integers
    high: int


class ResolvedProduct(NamedTuple):
    """A product, resolved."""

    dependency: str  # "x0", "y0" or "u"
    mantissa: int
    exponent: int  # left shift of integer rules, 7 more than it is worth
    shift: int  # right shift that brings the product of integer factors back to 15 bits
    factors: tuple[ResolvedFactor, ...]


def resolve(product: Product) -> ResolvedProduct:
    """Resolve a product.

    Examples
    --------
    >>> product = Product("dw", "y0", 3, 5, [Factor("x1"), Factor("w", 2)])
    >>> resolve(product).shift, [factor.name for factor in resolve(product).factors]
    (5, ['x1_y0', 'weights'])
    """
    width = W_S_MANT + sum(FACTOR_TO_WIDTH_DICT[factor.state_var] for factor in product.factors)
    factors = tuple(_resolved(factor, product.dependency) for factor in product.factors)
    shift = max(0, width - W_ACCUMULATOR_U)
    return ResolvedProduct(product.dependency, product.s_mantissa, product.s_exp, shift, factors)


def _resolved(factor: Factor, dependency: str) -> ResolvedFactor:
    variable = factor.state_var
    if variable in names.TRACES:
        name = f"{variable}_{dependency}"
    elif variable in names.SYNAPTIC_VARIABLES:
        name = names.SYNAPTIC_VARIABLE_VAR_MAPPING[variable]
    else:
        name = "" if variable == names.C else variable
    limit = 1 << FACTOR_TO_WIDTH_DICT[variable]
    return ResolvedFactor(name, factor.const if factor.has_const() else 0, factor.is_sgn, -limit, limit - 1)


def _limited(value: Array) -> Array:
    return np.clip(value, ACCUMULATOR_MIN, ACCUMULATOR_MAX)


class AbstractLearningRuleApplier(ABC):
    """Applies a learning rule."""

    def __init__(self, product_series: ProductSeries) -> None:
        self._product_series = product_series
        self.products = tuple(resolve(product) for product in product_series.products)

    @property
    def evaluated_traces(self) -> set[str]:
        """Names of the traces at dependencies that the rule reads, such as ``"x1_y0"``."""
        return {factor.name for product in self.products for factor in product.factors if "_" in factor.name} - {
            *names.SYNAPTIC_VARIABLE_VAR_MAPPING.values()
        }

    @abstractmethod
    def apply(self, init_accumulator: Array, **applier_args: Any) -> Array:
        """Return the variable after the change; integer rules take and return it shifted to the accumulator's width.

        Arguments are ``x0``, ``y0``, ``u``, ``weights``, ``tag_1``, ``tag_2`` and traces at dependencies (``x1_y0``),
        as far as the rule reads them, in shapes that broadcast to that of the variable. Others are ignored.
        """


class LearningRuleApplierFloat(AbstractLearningRuleApplier):
    """A learning rule in float64."""

    def apply(self, init_accumulator: Array, **applier_args: Any) -> Array:
        """Return ``variable + sum of products``, products multiplied from left to right."""
        total: Any = None
        for product in self.products:
            value = product.mantissa * 2.0 ** (product.exponent - EXPONENT_OFFSET) * applier_args[product.dependency]
            for factor in product.factors:
                value = value * self._value(factor, applier_args)
            total = value if total is None else total + value
        changed: Array = init_accumulator + total
        return changed

    @staticmethod
    def _value(factor: ResolvedFactor, args: dict[str, Any]) -> Any:
        value = args[factor.name] + factor.const if factor.name else factor.const
        return np.sign(value) if factor.is_sign else value


class LearningRuleApplierBitApprox(AbstractLearningRuleApplier):
    """A learning rule in integers.

    Factors are limited to their width, products wrap at 32 bits, are shifted back to 15 bits, multiplied with the power
    of two of their constant and limited to 15 bits, as is the sum after each.
    """

    def apply(self, init_accumulator: Array, **applier_args: Any) -> Array:
        """Return the shifted variable after the change; `shape` in the arguments is not needed, but its size."""
        result = init_accumulator
        shape = np.shape(init_accumulator)
        for product in self.products:
            value = np.zeros(shape, np.int32) + np.asarray(applier_args[product.dependency]).astype(np.int32)
            for factor in product.factors:
                value *= self._value(factor, applier_args)
            value *= np.int32(product.mantissa)
            value >>= product.shift
            value <<= product.exponent
            result = _limited(result + _limited(value))
        return result

    @staticmethod
    def _value(factor: ResolvedFactor, args: dict[str, Any]) -> Any:
        value = args[factor.name] + factor.const if factor.name else factor.const
        if factor.is_sign:
            value = np.sign(value)
        return np.clip(value, factor.low, factor.high).astype(np.int32)
