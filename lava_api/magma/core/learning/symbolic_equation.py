"""SymbolicEquation: a learning rule from its text, and the symbols that Lava shows of it.

Each symbol knows how to find itself at the beginning of a text. Rules are read without them (``rule_reader.py``).
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from typing import Any, ClassVar, TypeVar

from lava_api.magma.core.learning import string_symbols as names
from lava_api.magma.core.learning.rule_reader import LavaRuleReader
from loihi_emu.errors import ValidationError
from loihi_emu.learning.grammar import parse

BRACKETS = re.compile(r"[()]")
Found = TypeVar("Found", bound="Symbol")


class Symbol(ABC):
    """A piece of a rule, with its text; PATTERN is the regular expression of such a text."""

    PATTERN: ClassVar[str] = ""

    def __init__(self, expr: str | None = "") -> None:
        self.expr = expr or ""

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
        """Return `symbol` with the text that matches `reg_expr` at the beginning, and the rest; or None and `expr`."""
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
    """Symbols in order, as `list`."""

    def __init__(self) -> None:
        super().__init__("")
        self.list: list[Symbol] = []

    def append(self, symbol: Symbol) -> None:
        """Add a symbol, and its text to that of the list."""
        self.list.append(symbol)
        self.expr += symbol.expr

    def __str__(self) -> str:
        return f"[{', '.join(map(str, self.list))}]"


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
    """A factor with brackets, with the text between them and its symbols, once found."""

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
        """Take the text up to the bracket that closes the first one; return the rest."""
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
    """A number n*2^e, 2^e or n, as long as it goes: ``mantissa * base^exponent``, where the base of n is 1."""

    PATTERN = r"[+-]?\d+\*2\^[+-]?\d+|[+-]?2\^[+-]?\d+|[+-]?\d+"

    @property
    def mantissa(self) -> int:
        """The n; of 2^e its sign."""
        front = self.expr.partition("2^")[0].rstrip("*")
        return int(front if front[-1:].isdigit() else f"{front}1")

    @property
    def base(self) -> int:
        """2, or 1 of a plain number."""
        return 2 if "^" in self.expr else 1

    @property
    def exponent(self) -> int:
        """The e, 0 of a plain number."""
        return int(self.expr.partition("^")[2] or 0)

    @property
    def literal_type(self) -> int:
        """How it is written: 0 for n*2^e, 1 for 2^e, 2 for n."""
        return 2 if "^" not in self.expr else int("*" not in self.expr)

    @property
    def val(self) -> int:
        """The whole part of the number."""
        return int(self.mantissa * self.base**self.exponent)


SYMBOL_CLASSES: list[Any] = [
    Addition, Subtraction, Multiplication, X0, Y0, Uk, Variable, BracketExpression, SgnExpression, Literal,
]  # fmt: skip
"""In this order symbols are looked for: signs before numbers, which therefore have none."""


class SymbolicEquation:
    """A learning rule, read: the right-hand side of ``dw``, ``dd`` or ``dt``, in which white space has no meaning.

    A ValidationError where the text cannot be read, with the character.

    Examples
    --------
    >>> print(SymbolicEquation("dw", "x0 * 2^-1 * y1").symbol_list)
    [X0(x0), Multiplication(*), Literal(2^-1), Multiplication(*), Variable(y1)]
    """

    def __init__(self, target: str, str_learning_rule: str) -> None:
        self.target = target
        self.text = str_learning_rule
        self.products = parse(target, str_learning_rule, LavaRuleReader)

    @property
    def symbol_list(self) -> SymbolList:
        """The symbols of the rule."""
        return _symbols("".join(self.text.split()))


def _symbols(text: str) -> SymbolList:
    """Return the symbols of a text without white space that is a rule, or between brackets in one."""
    found = SymbolList()
    while text:
        symbol, text = next(pair for pair in (kind.find(text) for kind in SYMBOL_CLASSES) if pair[0] is not None)
        if isinstance(symbol, Expression):
            symbol.symbol_list = _symbols(symbol.sub_expr or "")
        found.append(symbol)
    return found
