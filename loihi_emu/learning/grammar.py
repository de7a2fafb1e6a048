"""The text of a learning rule, such as ``2^-2*x1*y0 - 2^-2*y1*x0``, turned into products.

::

    rule    = [-] product { (+ | -) product }
    product = factor { * factor }
    factor  = number | 2^n | symbol | sgn(sum) | (sum)

Symbols: x0, y0 (did the neuron spike in this epoch?), u0..u9 (1 in every 2^k-th epoch), the traces x1, x2, y1, y2, y3,
the weight w, the delay d and the tag t. ``(w - 5)`` is one factor, a variable plus a constant; a sum of several
variables is multiplied out. Nothing is ever evaluated as Python.

A dialect is a class derived from :class:`RuleReader`: Lava's rules are read by one (``lava_api.magma.core.learning``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import ClassVar, NoReturn

from loihi_emu.errors import brief, invalid, unknown
from loihi_emu.learning.elsewhere import MARKS, meant_by

TRACES = ("x1", "x2", "y1", "y2", "y3")
VARIABLES = ("x0", "y0", *TRACES, "w", "d", "t")
EPOCHS = tuple(f"u{k}" for k in range(10))
SYMBOLS = ("x0", "y0", *EPOCHS, *TRACES, "w", "d", "t", "sgn")
LONGEST = 10_000
"""Characters and products of a rule at most."""
DEEPEST = 50
"""Brackets within each other, at most."""
DIGITS = 30
"""Characters of a number, at most."""
LARGEST_BITS = 512
"""Bits of a constant's numerator and denominator, at most; rule sets allow fewer."""
WORK = 4 * LONGEST
"""Products made while a rule is multiplied out, at most."""
SHOWN = 40
"""Characters of a long rule that a message shows, around the place."""

TOKEN = re.compile(r"\s*(?:(?P<number>[0-9]+\.?[0-9]*|\.[0-9]+)|(?P<name>[A-Za-z_][A-Za-z0-9_]*)|(?P<mark>[-+*^()]))")


@dataclass(frozen=True)
class RuleFactor:
    """A variable plus a constant, or the sign of that; the constant is a whole number but in Lava's rules."""

    variable: str
    constant: int | float = 0
    sign: bool = False


@dataclass(frozen=True)
class RuleProduct:
    """One product of a rule.

    Attributes
    ----------
    gate : str
        The dependency: "x0", "y0" or one of u0..u9. The product acts only where it is 1.
    scale : Fraction
        All constants multiplied.
    factors : tuple of Factor
        Without the gate; further dependencies are among them.
    start, end : int
        Where it stands in the text.
    halves : bool
        Whether a negative power of 2 is written in it.
    exponent : int
        Sum of the exponents of the powers of 2 that are written in it.
    """

    gate: str
    scale: Fraction
    factors: tuple[RuleFactor, ...]
    start: int
    end: int
    halves: bool = False
    exponent: int = 0


@dataclass(frozen=True)
class Term:
    """A product that is being read."""

    scale: Fraction
    factors: tuple[RuleFactor, ...]
    start: int
    end: int
    halves: bool = False
    exponent: int = 0

    def times(self, other: Term) -> Term:
        """The product of both."""
        return Term(
            self.scale * other.scale, self.factors + other.factors, min(self.start, other.start),
            max(self.end, other.end), self.halves or other.halves, self.exponent + other.exponent,
        )  # fmt: skip


@dataclass(frozen=True)
class Token:
    """A number, a name or a mark of a rule's text."""

    kind: str
    text: str
    at: int


def place(target: str, text: str, at: int) -> str:
    """Where an error is, for its message.

    Examples
    --------
    >>> place("dw", "x1*z0", 3)
    'rule dw = "x1*z0", character 4'
    """
    if len(text) > 2 * SHOWN:
        first, end = max(0, at - SHOWN // 2), at + SHOWN // 2
        text = f"{'...' if first else ''}{text[first:end]}{'...' if end < len(text) else ''}"
    return f'rule {target} = "{text}", character {at + 1}'


def parse(target: str, text: str, reader: type[RuleReader] | None = None) -> tuple[RuleProduct, ...]:
    """Read a rule.

    Parameters
    ----------
    target : {"dw", "dd", "dt"}
        For error messages.
    text : str
    reader : type, optional
        The dialect; that of Networks by default.

    Raises
    ------
    ValidationError
        With the character where the text is wrong; also for a product without a dependency.

    Examples
    --------
    >>> for product in parse("dw", "2^-2*x1*y0 - (w - 3)*x0"):
    ...     print(product.gate, product.scale, [(f.variable, f.constant) for f in product.factors])
    y0 1/4 [('x1', 0)]
    x0 -1 [('w', -3)]
    """
    if not isinstance(text, str):
        raise invalid(f"rule {target}", "", repr(text), 'a text such as "2^-2*x1*y0 - 2^-2*y1*x0"')
    if len(text) > LONGEST:
        raise invalid(f"rule {target}", "", f"{len(text)} characters", f"at most {LONGEST}")
    return (reader or RuleReader)(target, text).rule()


class RuleReader:
    """Reads one rule; a dialect overrides what differs.

    Attributes
    ----------
    TOKEN : re.Pattern
        A token and the white space before it, with the groups ``number``, ``name`` and ``mark``.
    SIGNS : tuple of str
        Names of the function that takes the sign.
    MOST_FACTORS : int
        Factors of a product, at most; rule sets allow fewer.
    HINTS : dict
        Advice for characters that begin no token.
    """

    TOKEN = TOKEN
    SIGNS: ClassVar[tuple[str, ...]] = ("sgn", "sign")
    MOST_FACTORS = 64
    HINTS: ClassVar[dict[str, str]] = MARKS

    def __init__(self, target: str, text: str) -> None:
        self.target, self.text = target, text
        self.tokens: list[Token] = []
        self.next = self.depth = self.work = 0
        at, end = 0, len(text.rstrip())
        while at < end:
            found = self.TOKEN.match(text, at)
            if found is None:
                at += len(text[at:]) - len(text[at:].lstrip())
                allowed, hint = "symbols, numbers, + - * ^ ( )", self.HINTS.get(text[at], "")
                raise invalid(place(target, text, at), "", repr(text[at]), allowed, advice=hint)
            kind = str(found.lastgroup)
            if len(found.group(kind)) > DIGITS:
                length = len(found.group(kind))
                self.refuse(f"a {kind} of {length} characters", f"at most {DIGITS}", found.start(kind))
            self.tokens.append(Token(kind, "".join(found.group(kind).split()), found.start(kind)))
            at = found.end()

    # ------------------------------------------------------------ tokens
    def peek(self) -> str:
        """Text of the next token, empty at the end."""
        return self.tokens[self.next].text if self.next < len(self.tokens) else ""

    def at(self) -> int:
        """Where the next token stands."""
        return self.tokens[self.next].at if self.next < len(self.tokens) else len(self.text)

    def fail(self, allowed: str, advice: str = "", at: int | None = None) -> NoReturn:
        """Raise because of the next token, or another place."""
        given = repr(self.peek()) if self.peek() else "the end of the text"
        raise invalid(place(self.target, self.text, self.at() if at is None else at), "", given, allowed, advice=advice)

    def refuse(self, given: str, allowed: str, at: int) -> NoReturn:
        """Raise because of something that was read."""
        raise invalid(place(self.target, self.text, at), "", given, allowed)

    def take(self, text: str) -> bool:
        """Go past the next token if it is this one."""
        if self.peek() == text:
            self.next += 1
            return True
        return False

    # ------------------------------------------------------------ grammar
    def rule(self) -> tuple[RuleProduct, ...]:
        """Read the whole text."""
        terms = self.sum()
        if self.peek():
            self.fail("an operator + - * or the end", self.beside())
        return tuple(self.gated(term) for term in terms)

    def beside(self) -> str:
        """What to do about something that stands beside a factor without an operator."""
        before = self.tokens[self.next - 1]
        if self.peek() == ")":
            return "No bracket is open here."
        if self.peek() == "^":
            return f"Write {before.text}*{before.text}; only powers of 2 have a ^, such as 2^-3."
        if before.kind == "number" and self.peek()[0] in "eE" and self.at() == before.at + len(before.text):
            return "Write numbers as 0.25 or 2^-2."
        return "Write every multiplication with *."

    def sum(self) -> list[Term]:
        """Products up to a bracket that closes, or the end."""
        terms: list[Term] = []
        while True:
            sign = self.sign()
            terms += self.counted([replace(term, scale=sign * term.scale) for term in self.product()])
            if len(terms) > LONGEST:
                self.fail(f"a rule of at most {LONGEST} products")
            if self.peek() not in ("+", "-"):
                return terms

    def sign(self) -> int:
        """The sign of what follows: that of all + and - that stand here."""
        sign = 1
        while self.peek() in ("+", "-"):
            sign = -sign if self.peek() == "-" else sign
            self.next += 1
        return sign

    def another(self) -> bool:
        """Whether the product has another factor, which is then next."""
        return self.take("*")

    def product(self) -> list[Term]:
        """Factors, multiplied out."""
        terms = self.factor()
        while self.another():
            more = self.factor()
            if len(terms) * len(more) > LONGEST:
                self.fail(f"a rule of at most {LONGEST} products")
            terms = self.counted([a.times(b) for a in terms for b in more])
        return terms

    def counted(self, terms: list[Term]) -> list[Term]:
        """Products that were made, if rules may have such ones and so many."""
        self.work += len(terms)
        if self.work > WORK:
            self.refuse("a rule of sums within sums", f"at most {WORK} products on the way", self.at())
        for term in terms:
            if len(term.factors) > self.MOST_FACTORS:
                self.refuse(f"{len(term.factors)} factors in a product", f"at most {self.MOST_FACTORS}", term.start)
            if max(term.scale.numerator.bit_length(), term.scale.denominator.bit_length()) > LARGEST_BITS:
                self.refuse("a constant of hundreds of digits", f"at most {LARGEST_BITS} bits", term.start)
        return terms

    def inside(self, at: int) -> list[Term]:
        """The sum in a bracket that was opened."""
        self.depth += 1
        if self.depth > DEEPEST:
            self.refuse(f"{self.depth} brackets within each other", f"at most {DEEPEST}", at)
        found = self.sum()
        self.depth -= 1
        return found

    def factor(self) -> list[Term]:
        """A factor with its signs."""
        sign = 1
        while self.take("-"):
            sign = -sign
        found = self.unsigned()
        return found if sign > 0 else [replace(term, scale=-term.scale) for term in found]

    def unsigned(self) -> list[Term]:
        """A number, a symbol or a bracket."""
        at = self.at()
        if self.take("("):
            inside = self.inside(at)
            if not self.take(")"):
                self.fail('")"', f"The bracket opened at character {at + 1}.")
            return self.bracket(inside, at, sign=False)
        token = self.tokens[self.next] if self.next < len(self.tokens) else None
        if token is not None and token.kind == "number":
            self.next += 1
            return [self.number(token)]
        if token is not None and token.kind == "name":
            self.next += 1
            return self.symbol(token)
        self.fail("a number, a symbol or a bracket", "Powers are written 2^n." if self.powered() else "")

    def powered(self) -> bool:
        """Whether the last two marks are the power sign of other languages."""
        last = [token.text for token in self.tokens[max(0, self.next - 1) : self.next + 1]]
        return last == ["*", "*"] and self.tokens[self.next].at == self.tokens[self.next - 1].at + 1

    def number(self, token: Token) -> Term:
        """A number, or a power of 2."""
        value = Fraction(token.text)
        if not self.take("^"):
            return Term(value, (), token.at, token.at + len(token.text))
        if value != 2:
            raise invalid(place(self.target, self.text, token.at), "", f"{token.text}^", "powers of 2")
        negative = self.take("-")
        at, digits = self.at(), self.peek()
        if not digits.isdigit() or len(digits) > 2:
            self.fail("a whole number of at most two digits as the exponent")
        self.next += 1
        exponent = -int(digits) if negative else int(digits)
        return Term(Fraction(2) ** exponent, (), token.at, at + len(digits), exponent < 0, exponent)

    def symbol(self, token: Token) -> list[Term]:
        """A variable, or a sign with its bracket."""
        name = token.text
        if name in self.SIGNS:
            if not self.take("("):
                self.fail('"(" after sgn')
            inside = self.inside(token.at)
            if not self.take(")"):
                self.fail('")"', f"The bracket of sgn at character {token.at + 1} is open.")
            return self.bracket(inside, token.at, sign=True)
        if name not in SYMBOLS:
            near, advice = meant_by(name)
            raise unknown(
                "symbol", name, SYMBOLS, where=place(self.target, self.text, token.at), advice=advice, near=near
            )
        return [Term(Fraction(1), (RuleFactor(name),), token.at, token.at + len(name))]

    def bracket(self, inside: list[Term], at: int, sign: bool) -> list[Term]:
        """A variable plus a constant as one factor; anything else multiplied out (not inside sgn)."""
        end = self.tokens[self.next - 1].at + 1
        constants = [term for term in inside if not term.factors]
        others = [term for term in inside if term.factors]
        constant = sum((term.scale for term in constants), Fraction(0))
        halves = any(term.halves for term in inside)
        single = len(others) == 1 and len(others[0].factors) == 1 and abs(others[0].scale) == 1
        plain = (
            single
            and others[0].factors[0].variable in VARIABLES
            and others[0].factors[0] == RuleFactor(others[0].factors[0].variable)
        )
        if plain and (sign or constants) and constant.denominator == 1:
            direction = others[0].scale
            made = RuleFactor(others[0].factors[0].variable, int(direction * constant), sign)
            return [Term(direction, (made,), at, end, halves)]
        if sign:
            if not others:
                return [Term(Fraction((constant > 0) - (constant < 0)), (), at, end)]
            raise invalid(
                place(self.target, self.text, at),
                "",
                brief(repr(self.text[at:end])),
                "sgn of one variable plus a whole number",
            )
        if not others:
            return [Term(constant, (), at, end, halves, inside[0].exponent if len(inside) == 1 else 0)]
        return [replace(term, start=at, end=end) for term in inside]

    def gated(self, term: Term) -> RuleProduct:
        """Find the dependency of a product: the first of x0, y0, u_k that is written in it."""
        gates = ("x0", "y0", *EPOCHS)
        for k, factor in enumerate(term.factors):
            if factor.variable in gates and factor == RuleFactor(factor.variable):
                rest = term.factors[:k] + term.factors[k + 1 :]
                return RuleProduct(factor.variable, term.scale, rest, term.start, term.end, term.halves, term.exponent)
        written = brief(repr(self.text[term.start : term.end]))
        raise invalid(
            place(self.target, self.text, term.start), "", f"{written} without a dependency",
            "products with x0, y0 or one of u0..u9", advice="Multiply by u0 for an update in every epoch.",
        )  # fmt: skip
