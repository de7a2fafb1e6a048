"""Which chip and which core of it each core of an assignment is, and how many chips there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from loihi_emu.chips.boards import Board, board
from loihi_emu.chips.chip import Chip
from loihi_emu.errors import invalid, shown_of
from loihi_emu.keywords import known_keywords, known_keywords_of
from loihi_emu.mapping.arrays import Index
from loihi_emu.read_only import read_only

MESH_HEIGHT = 4
"""Rows of tiles on a chip: 32 tiles are 8 columns of 4. The grid is SANA-FE's choice; no paper gives it."""


@known_keywords_of
@read_only()
@dataclass(frozen=True, eq=False)
class Layout:
    """Places of cores.

    Attributes
    ----------
    chip, core : int32 arrays
        Chip of each core of the assignment, and its number on that chip.
    """

    chip: Index
    core: Index

    @property
    def chips(self) -> int:
        """Number of chips up to the last one used."""
        return int(self.chip.max(initial=-1)) + 1

    def place(self, core: int) -> str:
        """Chip and number there of a core of the assignment, in words."""
        return f"chip {self.chip[core]}, core {self.core[core]}"


def in_order(count: int, chip: Chip) -> Layout:
    """Cores 0, 1, 2, ... on chip 0 until it is full, then on chip 1, ..."""
    cores = np.arange(count, dtype=np.int32)
    return Layout(cores // chip.usable_cores, cores % chip.usable_cores)


def by_chip(chip: Index) -> Layout:
    """Cores on these chips, those of a chip in order."""
    order, first = np.argsort(chip, kind="stable"), np.cumsum(np.bincount(chip)) - np.bincount(chip)
    core = np.empty(len(chip), np.int32)
    core[order] = np.arange(len(chip)) - first[chip[order]]
    return Layout(chip, core)


@known_keywords
def tiles(core: Index, chip: Chip) -> tuple[Index, Index] | None:
    """Column and row of the tile of each core; None where a chip's tiles are unknown.

    Examples
    --------
    >>> from loihi_emu import LOIHI1
    >>> x, y = tiles(np.array([0, 3, 4, 127]), LOIHI1)
    >>> x.tolist(), y.tolist()
    ([0, 0, 0, 7], [0, 0, 1, 3])
    """
    if chip.tiles is None or chip.cores_per_tile is None:
        return None
    tile = core // chip.cores_per_tile
    return tile // MESH_HEIGHT, tile % MESH_HEIGHT


def boards_of(boards: Any) -> tuple[Board, ...] | None:
    """Boards from a name, a Board, or several of them; None for as many chips as needed.

    Raises
    ------
    ValidationError
        Something else; boards of different chips.
    UnknownNameError
        A name that no board has.
    """
    if boards is None:
        return None
    given = [boards] if isinstance(boards, (str, Board)) else boards
    if not isinstance(given, Sequence) or not given or not all(isinstance(b, (str, Board)) for b in given):
        allowed = 'a board\'s name such as "Nahuku", a Board, or a list of them'
        raise invalid("place", "boards", shown_of(boards), allowed)
    all_boards = tuple(board(b) if isinstance(b, str) else b for b in given)
    kinds = {b.chip.name for b in all_boards}
    if len(kinds) > 1:
        raise invalid("place", "boards", f"boards of {' and '.join(sorted(kinds))}", "boards of one kind of chip")
    return all_boards
