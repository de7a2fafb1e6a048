"""Numbers of a .net file: whole ones, though most are stored as floats; pairs; shapes."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from loihi_emu import numeric
from loihi_emu.errors import invalid
from loihi_emu.exchange.notes import Notes

Ints = NDArray[np.int64]
LARGEST = 1 << 24
"""No weight, bias or parameter of the chip has more bits."""
MOST_NEURONS = 1 << 28
LONGEST = 1 << 15
"""Of a kernel's stride, padding and dilation, as of the convolutions of a network."""


def whole(place: str, name: str, values: Any, notes: Notes, largest: int = LARGEST) -> Ints:
    """Values as integers, cut as lava-dl's reader cuts them; what that loses is noted."""
    array = np.asarray(numeric.finite(place, name, values), np.float64)
    if array.size and np.abs(array).max() > largest:
        given = f"{array.flat[int(np.abs(array).argmax())]:g}"
        raise invalid(place, name, given, f"at most {largest} in magnitude", advice="Loihi's integers have fewer bits.")
    cut = np.trunc(array)
    lost = np.abs(array - cut)
    if lost.any():
        count = int(np.count_nonzero(lost))
        notes.inexact.append(
            f"{place}, {name}: {count} of {array.size} values are no integers and are cut, by up to {lost.max():.3g}."
        )
    return cut.astype(np.int64)


def one(place: str, name: str, value: Any, low: int, high: int, notes: Notes) -> int:
    """A single integer within a range."""
    array = whole(place, name, value, notes)
    if array.size != 1:
        raise invalid(place, name, f"shape {array.shape}", "one number")
    numeric.ranged(place, name, array, low, high)
    return int(array.reshape(-1)[0])


def pair(place: str, name: str, value: Any, low: int, notes: Notes) -> tuple[int, int]:
    """One integer for rows and columns, or one for each."""
    array = whole(place, name, value, notes)
    if array.size not in (1, 2) or array.ndim > 1:
        raise invalid(place, name, f"shape {array.shape}", "one number, or two: rows and columns")
    numeric.ranged(place, name, array, low, LONGEST)
    rows, columns = np.broadcast_to(array.reshape(-1), (2,))
    return int(rows), int(columns)


def shape_of(place: str, value: Any, notes: Notes) -> tuple[int, ...]:
    """A shape: (channels, rows, columns), (rows, columns) or (neurons,)."""
    array = whole(place, "shape", value, notes, MOST_NEURONS)
    if array.ndim > 1 or not 1 <= array.size <= 3:
        raise invalid(place, "shape", f"shape {array.shape}", "one to three numbers: channels, rows, columns")
    shape = tuple(int(k) for k in array.reshape(-1))
    if min(shape) < 1 or _product(shape) > MOST_NEURONS:
        raise invalid(place, "shape", str(shape), f"numbers above 0, at most {MOST_NEURONS} neurons")
    return shape


def _product(shape: tuple[int, ...]) -> int:
    total = 1
    for k in shape:
        total *= k
    return total
