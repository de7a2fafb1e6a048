"""A product of a learning rule and its factors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lava_api.magma.core.learning import string_symbols as names
from loihi_emu.errors import invalid, unknown

EXPONENT_OFFSET = 7
"""Exponents are stored with this added."""


@dataclass(frozen=True, eq=False)
class Factor:
    """``variable + const``, or the sign of it.

    Parameters
    ----------
    state_var : str
        Trace, dependency or synaptic variable; ``"C"`` stands for a constant alone.
    const : number, optional
        Is added.
    is_sgn : bool
        Take the sign; only of w, d and t.

    Raises
    ------
    ValidationError
        For an unknown name, or the sign of anything else.
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

    Raises
    ------
    ValidationError
        For an unknown name, or k without u or u without k.
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
