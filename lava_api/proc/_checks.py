"""Checks of arguments that several processes of the library share."""

from __future__ import annotations

from typing import Any

import numpy as np

from loihi_emu.numeric import integer, ranged

LONGEST = 2**31 - 1
"""Most steps of a buffer or an interval."""


def as_integers(name: str, value: Any) -> str:
    """Return how to write an argument whose numbers are no integers by their type; empty where they are none at all."""
    array = np.asarray(value)
    if array.dtype.kind != "f" or not np.isfinite(array).all() or (array != np.trunc(array)).any():
        return ""
    return f"{name}={int(array)}" if array.ndim == 0 else f"{name}=np.asarray({name}).astype(int)"


def checked_length(process: object, name: str, steps: Any) -> int:
    """Return a number of steps that something holds, or raise if it is not a whole number from 1."""
    return integer(type(process).__name__, name, steps, 1, LONGEST)


def checked_interval(process: object, name: str, steps: Any) -> Any:
    """Return steps from one event to the next as they are given, or raise if they are below 1."""
    ranged(type(process).__name__, name, steps, 1, LONGEST)
    return steps
