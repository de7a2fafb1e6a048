"""SymbolicEquation: the symbols of a learning rule, from its text."""

from __future__ import annotations

import re
from typing import Any

from lava_api.magma.core.learning.rule_errors import ALLOWED, RuleText
from lava_api.magma.core.learning.symbols import (
    X0,
    Y0,
    Addition,
    BracketExpression,
    Dependency,
    Expression,
    FactorSym,
    Literal,
    Multiplication,
    Operator,
    SgnExpression,
    Subtraction,
    Symbol,
    SymbolList,
    Uk,
    Variable,
)
from loihi_emu.errors import ValidationError, invalid

__all__ = [
    "SYMBOL_CLASSES",
    "X0",
    "Y0",
    "Addition",
    "BracketExpression",
    "Dependency",
    "Expression",
    "FactorSym",
    "Literal",
    "Multiplication",
    "Operator",
    "SgnExpression",
    "Subtraction",
    "Symbol",
    "SymbolList",
    "SymbolicEquation",
    "Uk",
    "Variable",
]

SYMBOL_CLASSES: list[Any] = [
    Addition, Subtraction, Multiplication, X0, Y0, Uk, Variable, BracketExpression, SgnExpression, Literal,
]  # fmt: skip
"""In this order symbols are looked for."""

HINTS = {
    "/": "Write a division as a product with a power of two, such as 2^-1",
    "^": "Only 2 may be raised to a power: 2^3, 5*2^-2",
    ".": "Numbers are whole; write 0.5 as 2^-1",
    "[": "Use round brackets",
}
"""Advice for characters that are often tried."""


LONGEST = 10_000
"""Characters of a rule, at most."""
DEEPEST = 20
"""Brackets within each other, at most."""
LONG_NUMBER = re.compile(r"\d{31}|\^[+-]?\d{7}")
"""Numbers and exponents of more digits than any rule needs."""


class SymbolicEquation:
    """A learning rule as a list of symbols.

    Parameters
    ----------
    target : str
        What the rule changes: ``dw``, ``dd`` or ``dt``.
    str_learning_rule : str
        The right-hand side; white space has no meaning.

    Raises
    ------
    ValidationError
        Where the text cannot be read; the message points at the character.

    Examples
    --------
    >>> print(SymbolicEquation("dw", "x0 * 2^-1 * y1").symbol_list)
    [X0(x0), Multiplication(*), Literal(2^-1), Multiplication(*), Variable(y1)]
    """

    def __init__(self, target: str, str_learning_rule: str) -> None:
        if not isinstance(str_learning_rule, str):
            raise invalid(f"learning rule {target}", "", str_learning_rule, "a string such as 'x0 * 2^-1 * y1'")
        if len(str_learning_rule) > LONGEST:
            raise invalid(f"learning rule {target}", "", f"{len(str_learning_rule)} characters", f"at most {LONGEST}")
        self._target = target
        self.source = RuleText(target, str_learning_rule)
        places = [place for place, character in enumerate(str_learning_rule) if not character.isspace()]
        if not places:
            raise self.source.error(None, "the rule is empty", f"{ALLOWED}. For no rule pass None")
        long = LONG_NUMBER.search(str_learning_rule)
        if long is not None:
            raise self.source.error(long.start(), "this number is too long", "Allowed are 30 digits, 6 in an exponent")
        split = re.search(r"(?<![a-z])\d\s+\d", str_learning_rule)  # "x0 2" is a product
        if split is not None:
            raise self.source.error(split.start(), "white space between two numbers", "Put a '*' there, or close it up")
        self._symbol_list = self._parse("".join(str_learning_rule[place] for place in places), places)

    @property
    def target(self) -> str:
        """What the rule changes."""
        return self._target

    @property
    def symbol_list(self) -> SymbolList:
        """The symbols of the rule."""
        return self._symbol_list

    def _parse(self, text: str, places: list[int], depth: int = 0) -> SymbolList:
        """Return the symbols of a text; `places` tells where its characters stand in the rule."""
        if depth > DEEPEST:
            raise self.source.error(places[0], f"more than {DEEPEST} brackets within each other", "Use fewer")
        symbols = SymbolList()
        rest = text
        while rest:
            place = places[len(text) - len(rest)]
            symbol, after = self._next(rest, place)
            symbol.position = place
            self._check_order(symbols.list, symbol)
            end = len(text) - len(after)
            touches = end < len(places) and places[end] == places[end - 1] + 1
            if isinstance(symbol, Uk) and touches and after[:1].isdigit():
                raise self.source.error(place, "k of uk has one digit", "Allowed are u0..u9, for every 2^k-th epoch")
            if isinstance(symbol, Expression):
                begin = len(text) - len(rest) + len(symbol.OPENING)
                inner = symbol.sub_expr or ""
                if not inner:
                    raise self.source.error(place, "there is nothing between the brackets")
                symbol.symbol_list = self._parse(inner, places[begin : begin + len(inner)], depth + 1)
            symbols.append(symbol)
            rest = after
        if isinstance(symbols.list[-1], Operator):
            last = symbols.list[-1]
            raise self.source.error(last.position, f"nothing follows the '{last.expr}'")
        return symbols

    def _next(self, text: str, place: int) -> tuple[Any, str]:
        """Return the symbol at the beginning of a text, and the rest."""
        for kind in SYMBOL_CLASSES:
            try:
                symbol, rest = kind.find(text)
            except ValidationError:
                raise self.source.error(place, "this bracket is not closed", "Close it with ')'") from None
            if symbol is not None:
                break
        else:
            if text[0] == ")":
                raise self.source.error(place, "this bracket was not opened", "Remove it, or open it with '('")
            advice = HINTS.get(text[0])
            raise self.source.error(place, f"cannot read {text[0]!r}", f"{advice}. {ALLOWED}" if advice else ALLOWED)
        return symbol, rest

    def _check_order(self, before: list[Symbol], symbol: Symbol) -> None:
        """Refuse operators that follow one another, which mean nothing or something else than they seem to."""
        if not isinstance(symbol, Operator):
            return
        last = before[-1] if before else None
        if isinstance(symbol, Multiplication) and isinstance(last, Multiplication):
            raise self.source.error(symbol.position, "there are no powers", HINTS["^"])
        if isinstance(symbol, Multiplication) and (last is None or isinstance(last, Operator)):
            raise self.source.error(symbol.position, "a factor is missing before the '*'")
        if isinstance(last, Operator):
            advice = "Put a factor with a sign in brackets: (-2)"
            raise self.source.error(symbol.position, f"'{symbol.expr}' follows '{last.expr}'", advice)
