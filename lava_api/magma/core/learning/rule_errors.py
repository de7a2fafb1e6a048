"""Errors about the text of a learning rule: they show the rule and point at the place."""

from __future__ import annotations

from loihi_emu.errors import ValidationError, brief

SHOWN = 60
"""Characters of a long rule that an error shows before and behind the place."""

ALLOWED = (
    "A rule is a sum of products; factors are x0, y0, u0..u9 (one of them gates the product), x1, x2, y1, y2, y3, w, d,"
    " t, (variable + constant), sgn(w + constant) and numbers n, 2^e, n*2^e"
)
"""What a rule may consist of."""


class RuleText:
    """A rule as it was given, for errors.

    Parameters
    ----------
    target : str
        ``dw``, ``dd`` or ``dt``.
    text : str
        Its right-hand side.
    """

    def __init__(self, target: str, text: str) -> None:
        self.target = target
        self.text = text

    def error(self, position: int | None, problem: str, advice: str = ALLOWED) -> ValidationError:
        """Build the error.

        Parameters
        ----------
        position : int, optional
            Where in the text, from 0.
        problem : str
            What is wrong there.
        advice : str
            What is allowed, or what to do.
        """
        where = f"learning rule {self.target}"
        if position is None:
            return ValidationError(f'{where} = "{brief(self.text)}": {problem}. {advice}.', where=where)
        first, end = max(0, position - SHOWN), position + SHOWN
        before, behind = brief(self.text[first:position]), brief(self.text[position:end])
        line = f'  {self.target} = "{"..." if first else ""}{before}'
        pointed = f'{line}{behind}{"..." if end < len(self.text) else ""}"\n{" " * len(line)}^'
        return ValidationError(f"{where}, character {position + 1}: {problem}\n{pointed}\n{advice}.", where=where)
