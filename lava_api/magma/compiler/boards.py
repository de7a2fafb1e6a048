"""Boards that a hardware configuration or the environment names."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from typing import Any

from loihi_emu.chips.boards import BOARDS, Board, board, squashed
from loihi_emu.chips.chip import Chip
from loihi_emu.errors import invalid

VARIABLES = ("BOARD", "PARTITION")
"""Environment variables that name a board, the first that does counts."""
OFF = "NOSLURM"
"""Environment variable that says that the others do not count."""
NODES = {"pohoiki": "Pohoiki Springs"}
"""Names of Lava's classes of machines that are no board's name."""


def boards_named(boards: Any, chip: Chip, where: str) -> tuple[Board, ...] | None:
    """Return the boards that a user names.

    Parameters
    ----------
    boards : str, Board, class of lava.magma.core.resources, a list of them, or None
        Spaces, ``_``, ``-`` and case of names do not matter: ``"Kapoho Bay"``, ``"kapoho_bay"``, ``KapohoBay``.
    chip : Chip
        Kind of chip that they must carry.
    where : str
        What names them, for errors.

    Raises
    ------
    UnknownNameError, ValidationError
        For a name that no board has; for boards with other chips, and for what names nothing.
    """
    if boards is None:
        return None
    found = tuple(_board(one, where) for one in (boards if isinstance(boards, list | tuple) else [boards]))
    if not found:
        raise invalid(where, "boards", repr(boards), "one board or more, or None for as many chips as needed")
    for one in found:
        if one.chip.name != chip.name:
            others = ", ".join(b.name for b in BOARDS if b.chip.name == chip.name)
            given = f"{one.name}, which carries {one.chip.name}"
            raise invalid(where, "boards", given, f"boards of {chip.name}: {others}")
    return found


def _board(given: Any, where: str) -> Board:
    if isinstance(given, Board):
        return given
    name = getattr(given, "__name__", given)
    if not isinstance(name, str):
        raise invalid(where, "boards", repr(given), 'a board\'s name such as "Nahuku", or a list of them')
    name = NODES.get(squashed(name), name)
    return board(name)


def boards_in_environment(chip: Chip) -> tuple[Board, ...] | None:
    """Return the board that ``BOARD`` or ``PARTITION`` names, as they are set on a cluster; None if they name none.

    A value counts if it begins with a board's name; a number right behind it is that of chips (``nahuku08``), where the
    board is built with so many. Names of machines, and boards with another kind of chip, are passed over. Nothing
    counts where ``NOSLURM`` is set.
    """
    if OFF in os.environ:
        return None
    for variable in VARIABLES:
        value = squashed(os.environ.get(variable, ""))
        for one in BOARDS:
            if one.chip.name != chip.name or not value.startswith(squashed(one.name)):
                continue
            number = re.match(r"\d+", value[len(squashed(one.name)) :])
            if number and one.fewest <= int(number[0]) <= one.most:
                one = replace(one, most=int(number[0]))
            return (one,)
    return None
