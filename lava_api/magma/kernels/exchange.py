"""Rows that a kernel exchanges with the program around."""

from __future__ import annotations

from typing import Any

from loihi_emu.models.lava import exchange as at
from loihi_emu.models.memory import Array, Description, aligned

LARGEST = 1 << 20
"""Rows together have so many bytes at most, unless one alone has more."""


class StepRows:
    """Room for what several steps take or leave, one row a step: its number modulo their count.

    A row is a copy of the message; more than `most` of them are of no use.
    """

    def __init__(self, message: Array, most: int) -> None:
        self.message = message.reshape(-1)
        self.count: int = max(1, min(most, LARGEST // max(1, message.nbytes)))
        self.array = aligned(self.count * message.size, message.dtype).reshape(self.count, -1)

    def __getitem__(self, step: int) -> Any:
        """Return the row of a step."""
        return self.array[step % self.count]

    def call(self, leaf: str) -> tuple[str, Description]:
        """Return the call of ``"take"``, from the row to the message, or ``"keep"``, the other way."""
        d = Description(at.EXCHANGE)
        d.message, d.rows, d.size, d.count = self.message, self.array, self.message.nbytes, self.count
        return f"exchange:{leaf}", d
