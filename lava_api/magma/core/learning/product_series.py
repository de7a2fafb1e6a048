"""ProductSeries: a learning rule as a sum of products."""

from __future__ import annotations

from typing import Any

from lava_api.magma.core.learning import string_symbols as names
from lava_api.magma.core.learning.product import Factor, Product
from lava_api.magma.core.learning.rule_errors import RuleText
from lava_api.magma.core.learning.scaling import EXPONENT_OFFSET, describe, fits, normalized
from lava_api.magma.core.learning.symbolic_equation import (
    Addition,
    Dependency,
    Expression,
    Literal,
    Multiplication,
    Operator,
    SgnExpression,
    Subtraction,
    Symbol,
    SymbolicEquation,
    Uk,
    Variable,
)
from loihi_emu.errors import ValidationError

__all__ = ["Factor", "Product", "ProductSeries"]

BRACKET_FORMS = "Between brackets stands a number, a variable, or one of each with + or - between: (-2), (w + 3)"


class ProductSeries:
    """A learning rule as a sum of products.

    Parameters
    ----------
    symbolic_equation : SymbolicEquation
        The rule.

    Raises
    ------
    ValidationError
        When a product has no dependency, a constant that cannot be stored, or a bracket of another form.

    Examples
    --------
    >>> for product in ProductSeries(SymbolicEquation("dw", "3*x0*y1 - u2*(w+5)")).products:
    ...     print(product)
    dw: 3*2^0 x0 (y1+C, C = None)
    dw: -1*2^0 u2 (w+2C, C = 5)
    """

    def __init__(self, symbolic_equation: SymbolicEquation) -> None:
        self._target = symbolic_equation.target
        self._decimate_exponent: int | None = None
        self._products = []
        for symbols in _summands(symbolic_equation.symbol_list.list):
            reader = _ProductReader(symbolic_equation.source, symbols)
            product = reader.product(self._target)
            if product.decimate_exponent is not None:
                if self._decimate_exponent not in (None, product.decimate_exponent):
                    problem = f"u{product.decimate_exponent} and u{self._decimate_exponent} in one rule"
                    raise symbolic_equation.source.error(reader.position, problem, "Use one k of uk everywhere")
                self._decimate_exponent = product.decimate_exponent
            self._products.append(product)

    @property
    def target(self) -> str:
        """What the rule changes."""
        return self._target

    @property
    def decimate_exponent(self) -> int | None:
        """The k of ``uk``, None if that does not occur."""
        return self._decimate_exponent

    @property
    def products(self) -> list[Product]:
        """The products."""
        return self._products

    @property
    def active_traces_per_dependency(self) -> dict[str, set[str]]:
        """For each dependency that occurs, the traces that occur with it."""
        active: dict[str, set[str]] = {}
        for product in self._products:
            traces = {factor.state_var for factor in product.factors} & names.TRACES
            active.setdefault(product.dependency, set()).update(traces)
        return active

    def __str__(self) -> str:
        return "\n".join([f"ProductSeries: decimate_exponent={self._decimate_exponent}", *map(str, self._products)])


def _summands(symbols: list[Symbol]) -> list[list[Symbol]]:
    """Cut a rule before each ``+`` and ``-``."""
    cut: list[list[Symbol]] = [[]]
    for symbol in symbols:
        if isinstance(symbol, Addition | Subtraction) and cut[-1]:
            cut.append([])
        cut[-1].append(symbol)
    return cut


class _ProductReader:
    """Reads the symbols of one product."""

    def __init__(self, source: RuleText, symbols: list[Symbol]) -> None:
        self.source = source
        self.position = symbols[0].position
        self.mantissa, self.exponent = 1, 0
        self.dependency: str | None = None
        self.decimate_exponent: int | None = None
        self.factors: list[Factor] = []
        for symbol in symbols:
            self.read(symbol)

    def product(self, target: str) -> Product:
        """Return the product."""
        mantissa, exponent = normalized(self.mantissa, self.exponent)
        if self.dependency is None:
            advice = "Every product needs one of x0, y0 and u0..u9, which says when it takes effect"
            raise self.source.error(self.position, "this product has no dependency", advice)
        if not fits(mantissa, exponent):
            raise self.source.error(self.position, *describe(mantissa, exponent))
        return Product(
            target, self.dependency, mantissa, exponent + EXPONENT_OFFSET, self.factors, self.decimate_exponent
        )

    def read(self, symbol: Any) -> None:
        """Take a symbol in."""
        if isinstance(symbol, Subtraction):
            self.mantissa *= -1
        elif isinstance(symbol, Dependency):
            self.gate(symbol)
        elif isinstance(symbol, Literal):
            self.mantissa *= symbol.mantissa
            self.exponent += symbol.exponent
        elif isinstance(symbol, Variable):
            self.factors.append(Factor(symbol.expr))
        elif isinstance(symbol, SgnExpression):
            self.sign(symbol)
        elif isinstance(symbol, Expression):
            self.bracket(symbol)
        elif not isinstance(symbol, Addition | Multiplication):
            raise ValidationError(f"learning rule: {symbol} cannot be part of a product.")

    def gate(self, symbol: Dependency) -> None:
        """Take a dependency in: the first gates the product, others are factors."""
        if isinstance(symbol, Uk):
            if self.dependency not in (None, names.U):
                advice = f"Write {symbol.expr} first; {self.dependency} is a factor then"
                raise self.source.error(symbol.position, f"{symbol.expr} after {self.dependency}", advice)
            if self.decimate_exponent not in (None, symbol.decimate_exponent):
                problem = f"u{self.decimate_exponent} and {symbol.expr} in one product"
                raise self.source.error(symbol.position, problem, "Use one k of uk everywhere")
            self.dependency, self.decimate_exponent = names.U, symbol.decimate_exponent
        elif self.dependency is None:
            self.dependency = symbol.expr
        else:
            self.factors.append(Factor(symbol.expr))

    def bracket(self, expression: Expression) -> None:
        """Take ``(...)`` in: a signed factor, or a variable with a constant."""
        terms = self.terms(expression)
        if len(terms) == 1:
            ((sign, symbol),) = terms
            self.mantissa *= sign
            self.read(symbol)
            return
        sign, variable, const = self.with_constant(expression, terms)
        self.mantissa *= sign
        self.factors.append(Factor(variable, sign * const))

    def sign(self, expression: SgnExpression) -> None:
        """Take ``sgn(...)`` in."""
        terms = self.terms(expression)
        if len(terms) == 1:
            ((sign, symbol),) = terms
            variable, const = symbol.expr, None
        else:
            sign, variable, const = self.with_constant(expression, terms)
        if variable not in names.SYNAPTIC_VARIABLES:
            advice = "Allowed are w, d and t, with or without a constant: sgn(w), sgn(t - 5)"
            raise self.source.error(expression.position, f"sgn() of {variable}", advice)
        if sign < 0:
            raise self.source.error(expression.position, f"sgn() of -{variable}", f"Write -sgn({variable} ...)")
        self.factors.append(Factor(variable, const, is_sgn=True))

    def terms(self, expression: Expression) -> list[tuple[int, Any]]:
        """Return the symbols between brackets with their signs."""
        symbols = expression.symbol_list.list if expression.symbol_list is not None else []
        found: list[tuple[int, Any]] = []
        sign, expected = 1, True
        for symbol in symbols:
            if isinstance(symbol, Addition | Subtraction):
                sign, expected = (-1 if isinstance(symbol, Subtraction) else 1), True
            elif expected and not isinstance(symbol, Operator | Expression):
                found.append((sign, symbol))
                expected = False
            else:
                raise self.source.error(symbol.position, f"cannot read '{symbol.expr}' here", BRACKET_FORMS)
        if not 1 <= len(found) <= 2 or expected:
            raise self.source.error(expression.position, "cannot read this bracket", BRACKET_FORMS)
        return found

    def with_constant(self, expression: Expression, terms: list[tuple[int, Any]]) -> tuple[int, str, Any]:
        """Return sign and name of the variable, and the signed constant, of two terms in either order."""
        for (sign, variable), (other, number) in (terms, terms[::-1]):
            named = isinstance(variable, Variable | Dependency) and not isinstance(variable, Uk)
            if named and isinstance(number, Literal):
                return sign, variable.expr, other * number.value
        raise self.source.error(expression.position, "cannot read this bracket", BRACKET_FORMS)
