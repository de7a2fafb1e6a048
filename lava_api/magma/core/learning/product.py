"""A product of a learning rule and its factors."""

from __future__ import annotations

from typing import Any

from lava_api.magma.core.learning import string_symbols as names
from lava_api.magma.core.learning.scaling import EXPONENT_OFFSET
from loihi_emu.errors import UnknownNameError, invalid, unknown


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

    def __init__(self, state_var: str, const: Any = None, is_sgn: bool = False) -> None:
        if state_var not in names.FACTOR_STATE_VARS:
            raise _unknown("factor", state_var, names.FACTOR_STATE_VARS)
        if is_sgn and state_var not in names.SYNAPTIC_VARIABLES:
            raise invalid("sgn(...)", "", f"the variable {state_var}", "one of w, d and t")
        self._state_var = state_var
        self._const = const
        self._is_sgn = is_sgn

    @property
    def state_var(self) -> str:
        """The variable."""
        return self._state_var

    @property
    def const(self) -> Any:
        """The constant that is added, or None."""
        return self._const

    @property
    def is_sgn(self) -> bool:
        """Whether the sign is taken."""
        return self._is_sgn

    @property
    def factor_type(self) -> str:
        """The form of the factor: ``x1+C``, ``w+2C``, ``sgn(d+C)``, ``C``."""
        if self._state_var == names.C:
            return names.C
        form = f"{self._state_var}+{'2C' if self._state_var in (names.W, names.T) else 'C'}"
        return f"sgn({form})" if self._is_sgn else form

    def has_const(self) -> bool:
        """Return whether a constant is added."""
        return self._const is not None

    def __str__(self) -> str:
        return f"({self.factor_type}, C = {self._const})"


class Product:
    """``mantissa * 2^(exponent - 7) * dependency * factors``.

    Parameters
    ----------
    target : str
        ``dw``, ``dd`` or ``dt``.
    dependency : str
        ``x0``, ``y0`` or ``u``.
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

    def __init__(
        self,
        target: str,
        dependency: str,
        s_mantissa: int,
        s_exp: int,
        factors: list[Factor],
        decimate_exponent: int | None = None,
    ) -> None:
        if target not in names.LEARNING_RULE_TARGETS:
            raise _unknown("target of a learning rule", target, names.LEARNING_RULE_TARGETS)
        if dependency not in names.DEPENDENCIES:
            raise _unknown("dependency", dependency, names.DEPENDENCIES)
        if (decimate_exponent is not None) != (dependency == names.U):
            allowed = "a number" if dependency == names.U else "None"
            raise invalid(f"product with the dependency {dependency}", "decimate_exponent", decimate_exponent, allowed)
        self._target = target
        self._dependency = dependency
        self._s_mantissa = s_mantissa
        self._s_exp = s_exp
        self._factors = factors
        self._decimate_exponent = decimate_exponent

    @property
    def target(self) -> str:
        """What the product changes."""
        return self._target

    @property
    def dependency(self) -> str:
        """What gates it."""
        return self._dependency

    @property
    def decimate_exponent(self) -> int | None:
        """The k of ``uk``, None for other dependencies."""
        return self._decimate_exponent

    @property
    def s_mantissa(self) -> int:
        """Mantissa of the constant."""
        return self._s_mantissa

    @property
    def s_exp(self) -> int:
        """Exponent of the constant, plus 7."""
        return self._s_exp

    @property
    def factors(self) -> list[Factor]:
        """The factors."""
        return self._factors

    def __str__(self) -> str:
        gate = self._dependency if self._decimate_exponent is None else f"u{self._decimate_exponent}"
        factors = " ".join(map(str, self._factors))
        return f"{self._target}: {self._s_mantissa}*2^{self._s_exp - EXPONENT_OFFSET} {gate} {factors}".rstrip()


def _unknown(what: str, name: object, known: set[str]) -> UnknownNameError:
    """Build the error for an unknown name."""
    return unknown(what, name, sorted(known))
