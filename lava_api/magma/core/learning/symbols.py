"""The symbols of a learning rule's text; each knows how to find itself at the beginning of a text."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from typing import Any, ClassVar, TypeVar

from lava_api.magma.core.learning import string_symbols as names
from loihi_emu.errors import ValidationError

BRACKETS = re.compile(r"[()]")
LITERALS = (r"[+-]?\d+\*2\^[+-]?\d+", r"[+-]?2\^[+-]?\d+", r"[+-]?\d+")
"""n*2^e, 2^e and n: the types 0, 1 and 2 of a literal."""

Found = TypeVar("Found", bound="Symbol")


class Symbol(ABC):
    """A piece of a rule.

    Parameters
    ----------
    expr : str
        Its text.

    Attributes
    ----------
    PATTERN : str
        Regular expression of its text.
    position : int or None
        Where the text begins in the rule as it was given; None for symbols that were made by hand.
    """

    PATTERN: ClassVar[str] = ""

    def __init__(self, expr: str | None = "") -> None:
        self.expr = expr or ""
        self.position: int | None = None

    @abstractmethod
    def __str__(self) -> str: ...

    @classmethod
    def find(cls: type[Found], expr: str) -> tuple[Found | None, str]:
        """Find the symbol at the beginning of a text without spaces; return it and the rest, or None and the whole."""
        symbol: Found | None
        symbol, rest = Symbol.find_expr(expr, cls.PATTERN, cls())
        return symbol, rest

    @staticmethod
    def find_expr(expr: str, reg_expr: str, symbol: Any) -> tuple[Any, str]:
        """Return `symbol` with the text that matches at the beginning, and the rest; or None and the whole.

        Parameters
        ----------
        expr : str
            Text, without spaces.
        reg_expr : str
            Regular expression.
        symbol : Symbol
            Receives the text.
        """
        match = re.match(reg_expr, expr)
        if match is None:
            return None, expr
        symbol.expr = match.group()
        return symbol, expr[match.end() :]


class _Plain(Symbol):
    """A symbol shown by its kind and text."""

    def __str__(self) -> str:
        return f"{type(self).__name__}({self.expr})"


class SymbolList(Symbol):
    """Symbols in order."""

    def __init__(self) -> None:
        super().__init__("")
        self._list: list[Symbol] = []

    @property
    def list(self) -> list[Symbol]:
        """The symbols."""
        return self._list

    def append(self, symbol: Symbol) -> None:
        """Add a symbol, and its text to that of the list."""
        self._list.append(symbol)
        self.expr += symbol.expr

    def __str__(self) -> str:
        return f"[{', '.join(map(str, self._list))}]"


class Operator(_Plain):
    """An operator between or before other symbols."""


class Addition(Operator):
    """``+``."""

    PATTERN = r"\+"


class Subtraction(Operator):
    """``-``."""

    PATTERN = "-"


class Multiplication(Operator):
    """``*``."""

    PATTERN = r"\*"


class FactorSym(_Plain):
    """A factor of a product."""


class Dependency(FactorSym):
    """What gates a product."""


class X0(Dependency):
    """``x0``: the source spiked in this epoch."""

    PATTERN = names.X0


class Y0(Dependency):
    """``y0``: the target spiked in this epoch."""

    PATTERN = names.Y0


class Uk(Dependency):
    """``uk``: every 2^k-th epoch, k one digit."""

    PATTERN = r"u\d"

    @property
    def decimate_exponent(self) -> int | None:
        """The k."""
        return int(self.expr[1:]) if self.expr else None


class Variable(FactorSym):
    """A trace or a synaptic variable."""

    PATTERN = r"x[12]|y[123]|[wdt]"


class Expression(FactorSym):
    """A factor with brackets.

    Attributes
    ----------
    sub_expr : str or None
        Text between the brackets.
    symbol_list : SymbolList or None
        Its symbols.
    """

    OPENING = "("

    def __init__(self) -> None:
        super().__init__()
        self.sub_expr: str | None = None
        self.symbol_list: SymbolList | None = None

    @classmethod
    def find(cls: type[Found], expr: str) -> tuple[Found | None, str]:
        """Find the brackets with all between; a ValidationError where they are not closed."""
        symbol: Any = cls()
        return (symbol, symbol.find_sub_expr(expr)) if expr.startswith(symbol.OPENING) else (None, expr)

    def find_sub_expr(self, expr: str) -> str:
        """Take the text up to the bracket that closes the first one; return the rest.

        Raises
        ------
        ValidationError
            When no bracket closes it.
        """
        depth = 0
        for bracket in BRACKETS.finditer(expr):
            depth += 1 if bracket.group() == "(" else -1
            if depth == 0:
                self.expr = expr[: bracket.end()]
                self.sub_expr = expr[len(self.OPENING) : bracket.start()]
                return expr[bracket.end() :]
        raise ValidationError(f"learning rule: the bracket in {expr!r} is not closed. Close it with ')'.")

    def __str__(self) -> str:
        return f"{type(self).__name__}({self.symbol_list})"


class BracketExpression(Expression):
    """``(...)``: a variable plus or minus a constant, or a signed factor."""


class SgnExpression(Expression):
    """``sgn(...)``: the sign of a synaptic variable plus or minus a constant."""

    OPENING = "sgn("


class Literal(_Plain):
    """A number: ``mantissa * base^exponent``.

    Attributes
    ----------
    mantissa, base, exponent : int
        Its parts; the base is 1 in plain numbers.
    literal_type : int or None
        How it was written: 0 for n*2^e, 1 for 2^e, 2 for n.
    """

    def __init__(self) -> None:
        super().__init__()
        self.mantissa = 0
        self.base = 1
        self.exponent = 0
        self.literal_type: int | None = None

    def to_int(self) -> None:
        """Set the parts from the text."""
        if self.literal_type == 2:
            self.mantissa, self.base, self.exponent = int(self.expr), 1, 0
            return
        front, exponent = self.expr.split("^")
        sign = -1 if front.startswith("-") else 1
        self.mantissa = sign if self.literal_type == 1 else int(front[: -len("*2")])
        self.base, self.exponent = 2, int(exponent)

    @property
    def value(self) -> int | float:
        """The number, a float where the exponent is negative."""
        return self.mantissa * self.base**self.exponent  # type: ignore[no-any-return]

    @property
    def val(self) -> int:
        """The whole part of the number."""
        return int(self.value)

    @classmethod
    def find(cls: type[Found], expr: str) -> tuple[Found | None, str]:
        """Find a number, in the longest of its forms that is there."""
        for kind, pattern in enumerate(LITERALS):
            symbol, rest = Symbol.find_expr(expr, pattern, cls())
            if symbol is not None:
                symbol.literal_type = kind
                symbol.to_int()
                return symbol, rest
        return None, expr
