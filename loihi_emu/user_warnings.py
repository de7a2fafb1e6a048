"""Warnings that point at the line of the user's program, however deep in this project they arise."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from loihi_emu.errors import LoihiInputWarning

PACKAGES = ("loihi_emu", "lava_api")
_HEARD: ContextVar[bool] = ContextVar("heard", default=False)


@contextmanager
def heard() -> Iterator[None]:
    """No warnings in what runs inside: the user was told before, or what is odd is on purpose."""
    token = _HEARD.set(True)
    try:
        yield
    finally:
        _HEARD.reset(token)


def warn(text: str, category: type[Warning] = LoihiInputWarning) -> None:
    """Warn as if the first line outside this project on the way here had done so.

    Parameters
    ----------
    text : str
        Where, what was given, what becomes of it, what to do.
    category : type of Warning
        ``LoihiInputWarning``, unless something else is odd than what was given.
    """
    if _HEARD.get():
        return
    depth, frame = 1, sys._getframe()
    while frame.f_back is not None and frame.f_globals.get("__name__", "").partition(".")[0] in PACKAGES:
        depth, frame = depth + 1, frame.f_back
    warnings.warn(text, category, stacklevel=depth)
