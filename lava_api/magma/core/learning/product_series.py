"""ProductSeries: a learning rule as a sum of products of factors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lava_api.magma.core.learning import string_symbols as names
from lava_api.magma.core.learning.symbolic_equation import SymbolicEquation
from loihi_emu.errors import invalid, unknown
from loihi_emu.learning import grammar
from loihi_emu.learning.constants import as_written, unheld

EXPONENT_OFFSET = 7
"""Exponents are stored with this added."""


@dataclass(frozen=True, eq=False)
class Factor:
    """``variable + const``, or the sign of it.

    Parameters
    ----------
    state_var : str
        Trace, dependency or synaptic variable; ``"C"`` stands for a constant alone. A ValidationError for others.
    const : number, optional
        Is added.
    is_sgn : bool
        Take the sign; a ValidationError but for w, d and t.
    """

    state_var: str
    const: Any = None
    is_sgn: bool = False

    def __post_init__(self) -> None:
        if self.state_var not in names.FACTOR_STATE_VARS:
            raise unknown("factor", self.state_var, sorted(names.FACTOR_STATE_VARS))
        if self.is_sgn and self.state_var not in names.SYNAPTIC_VARIABLES:
            raise invalid("sgn(...)", "", f"the variable {self.state_var}", "one of w, d and t")

    @property
    def factor_type(self) -> str:
        """The form of the factor: ``x1+C``, ``w+2C``, ``sgn(d+C)``, ``C``."""
        if self.state_var == names.C:
            return names.C
        form = f"{self.state_var}+{'2C' if self.state_var in (names.W, names.T) else 'C'}"
        return f"sgn({form})" if self.is_sgn else form

    def has_const(self) -> bool:
        """Return whether a constant is added."""
        return self.const is not None

    def __str__(self) -> str:
        return f"({self.factor_type}, C = {self.const})"


@dataclass(frozen=True, eq=False)
class Product:
    """``mantissa * 2^(exponent - 7) * dependency * factors``.

    Parameters
    ----------
    target : str
        ``dw``, ``dd`` or ``dt``: what it changes.
    dependency : str
        ``x0``, ``y0`` or ``u``: what gates it.
    s_mantissa, s_exp : int
        Constant; 7 is added to its exponent.
    factors : list of Factor
        May be empty.
    decimate_exponent : int, optional
        k of ``uk``; given if and only if the dependency is ``u``.
    """

    target: str
    dependency: str
    s_mantissa: int
    s_exp: int
    factors: list[Factor]
    decimate_exponent: int | None = None

    def __post_init__(self) -> None:
        if self.target not in names.LEARNING_RULE_TARGETS:
            raise unknown("target of a learning rule", self.target, sorted(names.LEARNING_RULE_TARGETS))
        if self.dependency not in names.DEPENDENCIES:
            raise unknown("dependency", self.dependency, sorted(names.DEPENDENCIES))
        k = self.decimate_exponent
        if (k is not None) != (self.dependency == names.U):
            allowed = "a number" if self.dependency == names.U else "None"
            raise invalid(f"product with the dependency {self.dependency}", "decimate_exponent", k, allowed)

    def __str__(self) -> str:
        gate = self.dependency if self.decimate_exponent is None else f"u{self.decimate_exponent}"
        factors = " ".join(map(str, self.factors))
        return f"{self.target}: {self.s_mantissa}*2^{self.s_exp - EXPONENT_OFFSET} {gate} {factors}".rstrip()


class ProductSeries:
    """A learning rule as a sum of products; `decimate_exponent` is the k of ``uk``, None if that does not occur.

    A ValidationError when a product has a constant that cannot be stored, or products have different k of uk.

    Examples
    --------
    >>> for product in ProductSeries(SymbolicEquation("dw", "3*x0*y1 - u2*(w+5)")).products:
    ...     print(product)
    dw: 3*2^0 x0 (y1+C, C = None)
    dw: -1*2^0 u2 (w+2C, C = 5)
    """

    def __init__(self, symbolic_equation: SymbolicEquation) -> None:
        self.target = symbolic_equation.target
        self.decimate_exponent: int | None = None
        self.products: list[Product] = []
        for read in symbolic_equation.products:
            where = grammar.place(self.target, symbolic_equation.text, read.start)
            product = _product(self.target, read, where)
            if product.decimate_exponent is not None:
                if self.decimate_exponent not in (None, product.decimate_exponent):
                    raise invalid(where, "", f"{read.gate} beside u{self.decimate_exponent}", "one k of uk in a rule")
                self.decimate_exponent = product.decimate_exponent
            self.products.append(product)

    @property
    def active_traces_per_dependency(self) -> dict[str, set[str]]:
        """For each dependency that occurs, the traces that occur with it."""
        active: dict[str, set[str]] = {}
        for product in self.products:
            traces = {factor.state_var for factor in product.factors} & names.TRACES
            active.setdefault(product.dependency, set()).update(traces)
        return active

    def __str__(self) -> str:
        return "\n".join([f"ProductSeries: decimate_exponent={self.decimate_exponent}", *map(str, self.products)])


def _product(target: str, read: grammar.RuleProduct, where: str) -> Product:
    """Return a product in Lava's form."""
    held = as_written(read)
    if held is None:
        raise unheld(read, where)
    mantissa, exponent = held
    factors = [Factor(f.variable, f.constant or None, f.sign) for f in read.factors]
    if read.gate in grammar.EPOCHS:
        return Product(target, names.U, mantissa, exponent + EXPONENT_OFFSET, factors, int(read.gate[1:]))
    return Product(target, read.gate, mantissa, exponent + EXPONENT_OFFSET, factors)
