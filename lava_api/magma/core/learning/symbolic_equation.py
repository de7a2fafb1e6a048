"""SymbolicEquation: a learning rule from its text, and the symbols that it is written with."""

from __future__ import annotations

from typing import Any

from lava_api.magma.core.learning.rule_reader import LavaRuleReader
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
from loihi_emu.learning.grammar import parse

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
"""In this order symbols are looked for: signs before numbers, which therefore have none."""


class SymbolicEquation:
    """A learning rule, read.

    Parameters
    ----------
    target : str
        What the rule changes: ``dw``, ``dd`` or ``dt``.
    str_learning_rule : str
        The right-hand side; white space has no meaning.

    Raises
    ------
    ValidationError
        Where the text cannot be read, with the character.

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
