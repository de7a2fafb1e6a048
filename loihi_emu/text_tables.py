"""Rows of texts as the lines of a table, and numbers with what they count."""

from __future__ import annotations

from collections.abc import Sequence


def aligned(rows: Sequence[Sequence[str]], sides: str = "") -> list[str]:
    """Lines with columns as wide as their longest cell.

    Parameters
    ----------
    rows : sequence of sequences of str
        Of the same length each; the first may be the heads.
    sides : str
        A letter for each column, l or r: where its cells stand. Default: all to the left.

    Examples
    --------
    >>> aligned([("core", "synapses"), ("12", "8")], "lr")
    ['core  synapses', '12           8']
    """
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    pads = [str.rjust if side == "r" else str.ljust for side in sides or "l" * len(widths)]
    return ["  ".join(pad(c, n) for pad, c, n in zip(pads, row, widths, strict=True)).rstrip() for row in rows]


def counted(number: int, what: str, form: str = "") -> str:
    """A number, in some form, and what is counted: in the plural where needed.

    Examples
    --------
    >>> counted(1, "core"), counted(2000, "core", ",")
    ('1 core', '2,000 cores')
    """
    return f"{number:{form}} {what}{'' if number == 1 else 's'}"
