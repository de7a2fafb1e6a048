"""Facts with their evidence: the form in which chips and boards are described.

A number about the hardware is worth as much as its source. Every quantity of a chip therefore carries a grade:

- ``paper``: a primary paper of the makers or of a group that measured;
- ``code``: the code of a tool that drove the real chip, or is its published interface;
- ``press``: press, encyclopaedia or vendor text;
- ``derived``: worked out here from others;
- ``unknown``: no source; the value is None and the reason stands where the source would.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from loihi_emu.keywords import known_keywords_of

Grade = Literal["paper", "code", "press", "derived", "unknown", "changed"]
Value = int | float | str | None

STRONG: tuple[Grade, ...] = ("paper", "code")
"""Grades that can be relied on where no doubt is noted."""


@known_keywords_of
@dataclass(frozen=True, kw_only=True)
class Fact:
    """One quantity with its evidence.

    Parameters
    ----------
    value : int, float, str or None
        The quantity; None where it is unknown.
    grade : str
        ``paper``, ``code``, ``press``, ``derived``, ``unknown``; ``changed`` where a user replaced the value.
    source : str
        Where it is from; for unknown quantities, why nothing is given.
    doubt : str
        What speaks against it; empty if nothing does.
    name, what, unit : str
        Attribute name, meaning and unit.

    Examples
    --------
    >>> fact = press(6, "Intel press coverage")
    >>> fact.weak
    True
    """

    value: Value
    grade: Grade
    source: str
    doubt: str = ""
    name: str = ""
    what: str = ""
    unit: str = ""

    @property
    def weak(self) -> bool:
        """Whether the evidence is weaker than paper or code, or something speaks against it."""
        return self.grade not in STRONG or bool(self.doubt)

    def __str__(self) -> str:
        return f"{self.name}: {self.shown} [{self.grade}] {self.source}{' BUT ' + self.doubt if self.doubt else ''}"

    @property
    def shown(self) -> str:
        """The value with its unit, or ``unknown``."""
        return "unknown" if self.value is None else f"{self.value} {self.unit}".rstrip()

    def named(self, name: str, what: str, unit: str) -> Fact:
        """Return the same fact under a name, with its meaning and unit."""
        return replace(self, name=name, what=what, unit=unit)


def paper(value: Value, source: str, doubt: str = "") -> Fact:
    """Build a fact from a primary paper."""
    return Fact(value=value, grade="paper", source=source, doubt=doubt)


def code(value: Value, source: str, doubt: str = "") -> Fact:
    """Build a fact from the code of a tool that drove the chip."""
    return Fact(value=value, grade="code", source=source, doubt=doubt)


def press(value: Value, source: str, doubt: str = "") -> Fact:
    """Build a fact from press, encyclopaedia or vendor text."""
    return Fact(value=value, grade="press", source=source, doubt=doubt)


def derived(value: Value, source: str, doubt: str = "") -> Fact:
    """Build a fact that was worked out from others."""
    return Fact(value=value, grade="derived", source=source, doubt=doubt)


def unknown(reason: str) -> Fact:
    """Build the statement that something is not known, and why."""
    return Fact(value=None, grade="unknown", source=reason)


def table(title: str, facts: tuple[Fact, ...]) -> str:
    """Return facts as a plain text table, weak ones marked with ``?``.

    Examples
    --------
    >>> print(table("Chip", (paper(128, "Davies 2018 p.86").named("cores", "", ""),)))
    Chip
      cores  128  paper  Davies 2018 p.86
    """
    names = max((len(f.name) for f in facts), default=0)
    values = max((len(f.shown) for f in facts), default=0)
    grades = max((len(f.grade) + f.weak for f in facts), default=0)
    lines = [title]
    for f in facts:
        doubt = f"; but {f.doubt}" if f.doubt else ""
        grade = f.grade + ("?" if f.weak else "")
        lines.append(f"  {f.name:<{names}}  {f.shown:>{values}}  {grade:<{grades}}  {f.source}{doubt}")
    return "\n".join(lines)
