"""Is there room: sizes are added up before anything large is allocated, and compared with the memory that is free."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from loihi_emu.errors import OutOfMemoryError
from loihi_emu.memory.free import Free, free_memory

LARGE = 1 << 26
"""What is smaller than this many bytes is simply allocated."""
KEPT_FREE = 1 << 26
"""Recorders stop growing so long before the end that what was recorded can still be read and saved."""
CHECKED_ROWS = 1 << 20
"""Blocks of rows no larger than this are allocated without a look at what is free."""
MOST_PARTS = 8


def size_text(count: float) -> str:
    """Bytes in a unit that fits.

    Examples
    --------
    >>> size_text(999), size_text(12_340_000_000)
    ('999 bytes', '12.3 GB')
    """
    for unit, one in (("TB", 1e12), ("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if count >= one:
            return f"{count / one:.3g} {unit}" if count < 1000 * one else f"{count / one:,.0f} {unit}"
    return f"{count:.0f} bytes"


def room_for(where: str, parts: Mapping[str, int], advice: str = "") -> None:
    """Raise if what is about to be allocated does not fit into the memory that is free.

    Parameters
    ----------
    where : str
        What needs it, such as ``population "hidden"``.
    parts : dict
        What of it takes how many bytes.
    advice : str
        What to do.

    Raises
    ------
    OutOfMemoryError
        With what takes how much, the largest first.
    """
    need = sum(parts.values())
    if need < LARGE:
        return
    free = free_memory()
    if free is not None and need > free.bytes:
        raise too_large(where, parts, free, advice)


def too_large(where: str, parts: Mapping[str, int], free: Free | None, advice: str = "") -> OutOfMemoryError:
    """The error for what does not fit."""
    need = sum(parts.values())
    order = sorted(parts, key=lambda name: -parts[name])
    shown = [f"{name} {size_text(parts[name])}" for name in order[:MOST_PARTS] if parts[name]]
    if len(order) > MOST_PARTS:
        rest = sum(parts[name] for name in order[MOST_PARTS:])
        shown.append(f"{len(order) - MOST_PARTS} more {size_text(rest)}")
    have = f"{size_text(free.bytes)} are free ({free.by})" if free is not None else "the system refused it"
    text = f"{where}: needs {size_text(need)} of memory, {have}: {', '.join(shown)}."
    return OutOfMemoryError(
        f"{text} {advice}" if advice else text, where=where, need=need, free=None if free is None else free.bytes,
        parts=dict(parts),
    )  # fmt: skip


def count_nonzero(array: NDArray[Any]) -> int:
    """How many values are not 0; a view that repeats a few values is counted by these.

    Examples
    --------
    >>> count_nonzero(np.broadcast_to(np.int8([0, 1]), (10**9, 2)))
    1000000000
    """
    once = tuple(slice(0, 1) if step == 0 else slice(None) for step in array.strides)
    kept = array[once]
    return int(np.count_nonzero(kept)) * (array.size // kept.size) if kept.size else 0


def rows_for(shape: tuple[int, ...], dtype: Any) -> NDArray[Any]:
    """A block for rows that are to be recorded, as long as some memory stays free beside it."""
    size = int(np.prod(shape, dtype=object)) * np.dtype(dtype).itemsize
    free = free_memory() if size > CHECKED_ROWS else None
    if free is None or size + KEPT_FREE <= free.bytes:
        try:
            return np.empty(shape, dtype)
        except MemoryError:
            free = free_memory()
    raise OutOfMemoryError(f"no memory for {size_text(size)}", need=size, free=None if free is None else free.bytes)
