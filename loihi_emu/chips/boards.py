"""The boards and systems that carry Loihi chips, with their evidence."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from loihi_emu import errors
from loihi_emu.chips.chip import LOIHI1, LOIHI2, Chip
from loihi_emu.chips.facts import Fact, press
from loihi_emu.keywords import known_keywords, known_keywords_of
from loihi_emu.read_only import read_only


@known_keywords_of
@read_only()
@dataclass(frozen=True)
class Board:
    """A board or system.

    Parameters
    ----------
    name : str
        The name Intel gave it.
    chip : Chip
        The kind of chip it carries.
    fewest, most : int
        Chips on it; the two differ where it was built in several sizes, or where sources disagree.
    evidence : Fact
        The number of chips, with grade, source and doubt.

    Examples
    --------
    >>> board("Nahuku")
    <Board Nahuku: 8..32 x Loihi 1>
    """

    name: str
    chip: Chip
    fewest: int
    most: int
    evidence: Fact

    @property
    def compartments(self) -> int:
        """Compartments of the largest size of the board."""
        return self.most * self.chip.compartments

    def __repr__(self) -> str:
        chips = str(self.most) if self.fewest == self.most else f"{self.fewest}..{self.most}"
        return f"<Board {self.name}: {chips} x {self.chip.name}>"


def _board(name: str, kind: Literal[1, 2], fewest: int, evidence: Fact) -> Board:
    """Build a board whose fact gives the largest number of chips."""
    most = evidence.value
    assert isinstance(most, int)
    chip = LOIHI1 if kind == 1 else LOIHI2
    return Board(name, chip, fewest, most, evidence.named(name, "chips on the board", "chips"))


BOARDS = (
    _board("Wolf Mountain", 1, 1, press(4, "commonly said", "nengo-loihi's host-board.rst says 1")),
    _board("Kapoho Bay", 1, 1, press(2, "Rutgers news, nengo forum: 1 or 2 chips")),
    _board("Nahuku", 1, 8, press(32, "Intel photo captions; nengo-loihi's docs say 8, its tests nahuku32")),
    _board("Pohoiki Beach", 1, 64, press(64, "Intel press: 8 million neurons")),
    _board("Pohoiki Springs", 1, 768, press(768, "Intel press and Frady 2020: 24 Nahuku boards of 32")),
    _board("Oheo Gulch", 2, 1, press(1, "Intel press")),
    _board("Kapoho Point", 2, 8, press(8, "Intel press; stackable")),
    _board("Hala Point", 2, 1152, press(1152, "Intel and Sandia press: 140 544 cores, 1.15e9 neurons, 2.6 kW")),
)
"""All boards, in the order of their chips."""


def squashed(name: str) -> str:
    """Return a name without spaces, ``_``, ``-`` and case.

    Examples
    --------
    >>> squashed("Kapoho Bay") == squashed("kapoho_bay")
    True
    """
    return re.sub(r"[\s_-]", "", name).casefold()


@known_keywords
def board(name: str) -> Board:
    """Return a board by its name.

    Case, spaces, ``_`` and ``-`` do not count; an unknown name raises UnknownNameError with near names.
    """
    for found in BOARDS:
        if squashed(found.name) == squashed(str(name)):
            return found
    raise errors.unknown("board", name, [b.name for b in BOARDS])
