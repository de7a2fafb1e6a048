"""Lava's dialect of the grammar of learning rules.

What differs from ``loihi_emu.learning.grammar``: factors may stand side by side without a ``*``, and a name may touch
the next (``x0y1``); numbers are n, 2^e and n*2^e, a sign stands before a product or alone with its number in brackets;
a bracket holds a variable, a number, or one of each; the constant beside a variable may be a fraction; one k of u_k in
a rule.
"""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction
from typing import ClassVar

from lava_api.magma.core.learning import string_symbols as names
from loihi_emu.learning.elsewhere import MARKS
from loihi_emu.learning.grammar import EPOCHS, LONGEST, RuleFactor, RuleProduct, RuleReader, Term, Token

BRACKET = "a variable, a number, or one of each with + or - between them, such as (-2), (w + 3)"
LARGEST_EXPONENT = 99


class LavaRuleReader(RuleReader):
    """Reads a rule as Lava does."""

    TOKEN = re.compile(
        r"\s*(?:(?P<number>(?:\d+\s*\*\s*)?2\s*\^\s*[+-]?\s*\d+|\d+)"
        r"|(?P<name>x\s*[0-2]|y\s*[0-3]|u\s*\d(?!\d)|[wdt]|sgn|[A-Za-z_]\w*)|(?P<mark>[-+*^()]))"
    )
    SIGNS = ("sgn",)
    MOST_FACTORS = LONGEST
    HINTS: ClassVar[dict[str, str]] = {**MARKS, ".": "Numbers are whole; write 0.5 as 2^-1."}

    def sign(self) -> int:
        """The sign of what follows; a second one is none."""
        sign = -1 if self.peek() == "-" else 1
        self.next += self.peek() in ("+", "-")
        return sign

    def another(self) -> bool:
        """As in Networks, or side by side; two numbers would be one in Lava, which takes white space out."""
        if self.take("*"):
            return True
        if self.next == len(self.tokens) or (self.tokens[self.next].kind == "mark" and self.peek() != "("):
            return False
        if self.tokens[self.next - 1].kind == self.tokens[self.next].kind == "number":
            self.fail("an operator between two numbers", "Put a * there, or close the white space up.")
        return True

    def factor(self) -> list[Term]:
        """A factor without a sign: Lava reads ``x0*-2`` as two products."""
        if self.peek() in ("+", "-"):
            self.fail("a factor", "Put a factor with a sign in brackets: (-2).")
        return self.unsigned()

    def number(self, token: Token) -> Term:
        """n, 2^e or n*2^e, which is one token."""
        front, power, exponent = token.text.partition("2^")
        if not power:
            return Term(Fraction(token.text), (), token.at, token.at + len(token.text))
        if abs(int(exponent)) > LARGEST_EXPONENT:
            self.refuse(f"2^{exponent}", "exponents of at most two digits", token.at)
        scale = Fraction(front.rstrip("*") or 1) * Fraction(2) ** int(exponent)
        return Term(scale, (), token.at, token.at + len(token.text), exponent=int(exponent))

    def inside(self, at: int) -> list[Term]:
        """One or two summands of a bracket."""
        terms: list[Term] = []
        while not terms or self.peek() in ("+", "-"):
            sign = self.sign()
            token = self.tokens[self.next] if self.next < len(self.tokens) else None
            if token is None or token.kind == "mark" or token.text == "sgn":
                self.fail(BRACKET)
            self.next += 1
            term = self.number(token) if token.kind == "number" else self.symbol(token)[0]
            terms.append(replace(term, scale=sign * term.scale))
        if self.peek() not in (")", ""):
            self.fail(BRACKET)
        variables = [term.factors[0].variable for term in terms if term.factors]
        pair = (len(terms), len(variables)) == (2, 1) and variables[0] not in EPOCHS
        if len(terms) > 1 and not pair:
            self.refuse(self.text[at : self.at() + 1], BRACKET, at)
        return terms

    def bracket(self, inside: list[Term], at: int, sign: bool) -> list[Term]:
        """A variable with its constant as one factor; what stands alone is itself."""
        if len(inside) == 1 and not sign:
            return inside
        variables = [term for term in inside if term.factors]
        name = variables[0].factors[0].variable if variables else "a number"
        if sign and name not in names.SYNAPTIC_VARIABLES:
            self.refuse(f"sgn of {name}", "sgn of w, d or t, with or without a constant: sgn(w), sgn(t - 5)", at)
        direction = variables[0].scale
        if sign and direction < 0:
            self.refuse(f"sgn of -{name}", f"-sgn({name} ...)", at)
        constant = direction * sum((term.scale for term in inside if not term.factors), Fraction(0))
        number = int(constant) if constant.denominator == 1 else float(constant)
        return [Term(direction, (RuleFactor(name, number, sign),), at, self.tokens[self.next - 1].at + 1)]

    def gated(self, term: Term) -> RuleProduct:
        """The first dependency gates a product; x0 and y0 behind it are factors, u_k has to be the first."""
        product = super().gated(term)
        epochs = {factor.variable for factor in product.factors} & set(EPOCHS)
        if epochs - {product.gate}:
            given = f"{product.gate} and {min(epochs - {product.gate})} in one product"
            self.refuse(given, "one k of u_k, written before x0 and y0", product.start)
        return replace(product, factors=tuple(f for f in product.factors if f.variable not in EPOCHS))
