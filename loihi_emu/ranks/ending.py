"""One object for the ranks of each communicator, and what it does when this process ends."""

from __future__ import annotations

import atexit
import sys
from types import TracebackType
from typing import Any

from loihi_emu.ranks.ranks import Ranks
from loihi_emu.ranks.world import communicator

_known: list[tuple[Any, Ranks]] = []
_problem = ""


def ranks_of(where: str, given: object) -> Ranks | None:
    """The ranks of what a user gave as ``comm``; None of None and of a communicator of one process.

    Raises
    ------
    ValidationError, MissingExtraError
    """
    if given is None:
        return None
    comm = communicator(where, given)
    if comm.size == 1:
        return None
    for one, ranks in _known:
        if one == comm:
            return ranks
    if not _known:
        _watch()
    _known.append((comm, Ranks(comm)))
    return _known[-1][1]


def _watch() -> None:
    """Look after the end of this process: other ranks must not wait for it."""
    shown = sys.excepthook

    def note(kind: type[BaseException], value: BaseException, at: TracebackType | None) -> None:
        global _problem
        text = str(value).rstrip(".")
        _problem = f"{kind.__name__}: {text}" if text else kind.__name__
        shown(kind, value, at)

    sys.excepthook = note
    atexit.register(_part)


def _part() -> None:
    sys.stdout.flush()
    sys.stderr.flush()
    for _, ranks in _known:
        ranks.part(_problem)
