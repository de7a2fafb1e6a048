"""Calls of leaves: one each, in the order of a step, and those that several threads share out."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from loihi_emu.models.memory import Description

Call = tuple[str, Description]
"""A leaf, ``"module:leaf"`` within loihi_emu.models.lava or with the whole name of the module, and its description."""
Calls = Iterable[Call]


class PartCall(Call):
    """A call on some of a process's elements: calls of several parts, one after the other, may run at the same time."""

    part: int  # its number

    def __new__(cls, call: Call, part: int) -> PartCall:
        """Make it of a call and the number of the part."""
        made = super().__new__(cls, call)
        made.part = part
        return made


def cut(n: int, parts: int, grain: int) -> list[slice]:
    """Cut so many elements into parts of about the same size, at multiples of a number; none of them is empty."""
    edges = sorted({min(-(-n * k // (parts * grain)) * grain, n) for k in range(parts + 1)})
    return [slice(low, high) for low, high in pairwise(edges)]
