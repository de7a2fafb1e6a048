"""The symbols of a learning rule's text; each knows how to find itself at the beginning of a text."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from typing import Any

from lava_api.magma.core.learning import string_symbols as names
from loihi_emu.errors import ValidationError

BRACKETS = re.compile(r"[()]")
LITERALS = (r"[+-]?\d+\*2\^[+-]?\d+", r"[+-]?2\^[+-]?\d+", r"[+-]?\d+")
"""n*2^e, 2^e and n: the types 0, 1 and 2 of a literal."""


class Symbol(ABC):
    """A piece of a rule.

    Parameters
    ----------
    expr : str
        Its text.

    Attributes
    ----------
    position : int or None
        Where the text begins in the rule as it was given; None for symbols that were made by hand.
    """

    def __init__(self, expr: str | None = "") -> None:
        self.expr = expr or ""
        self.position: int | None = None

    @abstractmethod
    def __str__(self) -> str: ...

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

    @staticmethod
    def find(expr: str) -> tuple[Addition | None, str]:
        """Find ``+`` at the beginning; return it and the rest, or None and the whole."""
        return Symbol.find_expr(expr, r"\+", Addition())


class Subtraction(Operator):
    """``-``."""

    @staticmethod
    def find(expr: str) -> tuple[Subtraction | None, str]:
        """Find ``-`` at the beginning; return it and the rest, or None and the whole."""
        return Symbol.find_expr(expr, r"-", Subtraction())


class Multiplication(Operator):
    """``*``."""

    @staticmethod
    def find(expr: str) -> tuple[Multiplication | None, str]:
        """Find ``*`` at the beginning; return it and the rest, or None and the whole."""
        return Symbol.find_expr(expr, r"\*", Multiplication())


class FactorSym(_Plain):
    """A factor of a product."""


class Dependency(FactorSym):
    """What gates a product."""


class X0(Dependency):
    """``x0``: the source spiked in this epoch."""

    @staticmethod
    def find(expr: str) -> tuple[X0 | None, str]:
        """Find ``x0`` at the beginning; return it and the rest, or None and the whole."""
        return Symbol.find_expr(expr, names.X0, X0())


class Y0(Dependency):
    """``y0``: the target spiked in this epoch."""

    @staticmethod
    def find(expr: str) -> tuple[Y0 | None, str]:
        """Find ``y0`` at the beginning; return it and the rest, or None and the whole."""
        return Symbol.find_expr(expr, names.Y0, Y0())


class Uk(Dependency):
    """``uk``: every 2^k-th epoch, k one digit."""

    def __init__(self) -> None:
        super().__init__()
        self.decimate_exponent: int | None = None

    @staticmethod
    def find(expr: str) -> tuple[Uk | None, str]:
        """Find ``u`` with a digit at the beginning; return it and the rest, or None and the whole."""
        symbol, rest = Symbol.find_expr(expr, r"u\d", Uk())
        if symbol is not None:
            symbol.decimate_exponent = int(symbol.expr[1:])
        return symbol, rest


class Variable(FactorSym):
    """A trace or a synaptic variable."""

    @staticmethod
    def find(expr: str) -> tuple[Variable | None, str]:
        """Find a variable's name at the beginning; return it and the rest, or None and the whole."""
        return Symbol.find_expr(expr, r"x[12]|y[123]|[wdt]", Variable())


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

    @staticmethod
    def find(expr: str) -> tuple[BracketExpression | None, str]:
        """Find ``(...)`` at the beginning; return it and the rest, or None and the whole."""
        symbol = BracketExpression()
        return (symbol, symbol.find_sub_expr(expr)) if expr.startswith(symbol.OPENING) else (None, expr)


class SgnExpression(Expression):
    """``sgn(...)``: the sign of a synaptic variable plus or minus a constant."""

    OPENING = "sgn("

    @staticmethod
    def find(expr: str) -> tuple[SgnExpression | None, str]:
        """Find ``sgn(...)`` at the beginning; return it and the rest, or None and the whole."""
        symbol = SgnExpression()
        return (symbol, symbol.find_sub_expr(expr)) if expr.startswith(symbol.OPENING) else (None, expr)


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

    @staticmethod
    def find(expr: str) -> tuple[Literal | None, str]:
        """Find a number at the beginning; return it and the rest, or None and the whole."""
        for kind, pattern in enumerate(LITERALS):
            symbol, rest = Symbol.find_expr(expr, pattern, Literal())
            if symbol is not None:
                symbol.literal_type = kind
                symbol.to_int()
                return symbol, rest
        return None, expr
