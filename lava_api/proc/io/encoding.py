"""Formats of sparse messages on their way to a chip: pairs of values and places, packed in 32-bit words or not."""

from __future__ import annotations

from typing import Any

import numpy as np

FULL = 0xFF
"""A place byte of this value moves on without a value: by as many times 255 as the value byte says."""


def sparse(changes: Any) -> tuple[Any, Any]:
    """Return the values that are not zero and their places; one zero at place 0 when there are none.

    Examples
    --------
    >>> values, places = sparse(np.array([0, 7, 0, -2]))
    >>> values.tolist(), places.tolist()
    ([7, -2], [1, 3])
    """
    flat = np.asarray(changes).reshape(-1)
    (places,) = np.nonzero(flat)
    if not places.size:
        return np.zeros(1, np.int64), np.zeros(1, np.int64)
    return flat[places].astype(np.int64), places


def words(numbers: Any, multiple: int) -> Any:
    """Pack the low bytes of numbers into 32-bit words, the first lowest; zeros fill up to a multiple of bytes."""
    flat = np.asarray(numbers, np.int64).reshape(-1) & 0xFF
    padded = np.zeros(-(-flat.size // multiple) * multiple, np.uint8)
    padded[: flat.size] = flat
    return padded.view("<u4").astype(np.uint32).view(np.int32)


def packed_4(changes: Any) -> tuple[Any, Any]:
    """Return all values as bytes, four in a word: the words with even numbers, and those with odd numbers.

    Examples
    --------
    >>> even, odd = packed_4(np.arange(1, 9))
    >>> [hex(int(word)) for word in (*even, *odd)]
    ['0x4030201', '0x8070605']
    """
    packed = words(changes, 8)
    return packed[0::2], packed[1::2]


def delta_sparse_8(changes: Any) -> tuple[Any, Any]:
    """Return value bytes and place bytes, four in a word each; a place counts from behind the one before.

    Where the next place is 255 or more further, place bytes of 255 come first: each moves on by 255 times its value.

    Examples
    --------
    >>> values, places = delta_sparse_8(np.array([0, 7, 0, -2]))
    >>> hex(int(values[0])), hex(int(places[0]))
    ('0xfe07', '0x101')
    """
    values, places = sparse(changes)
    if places[0] > FULL:
        values, places = np.concatenate([[0], values]), np.concatenate([[0], places])
    gaps = np.diff(places, prepend=-1) - 1
    place_bytes: list[int] = []
    value_bytes: list[int] = []
    for gap, value in zip(gaps.tolist(), values.tolist(), strict=True):
        if gap >= FULL:
            moves, rest = divmod(gap // FULL, FULL)
            value_bytes += [FULL] * moves + [rest]
            place_bytes += [FULL] * (moves + 1)
        place_bytes.append(gap % FULL)
        value_bytes.append(value)
    return words(value_bytes, 4), words(place_bytes, 4)


def unpacked(values: Any, places: Any) -> tuple[Any, Any]:
    """Return values (as bytes, 0..255) and places of :func:`delta_sparse_8`.

    Examples
    --------
    >>> values, places = unpacked(*delta_sparse_8(np.eye(1, 900, 700) * 3))
    >>> values.tolist(), places.tolist()
    ([3], [700])
    """
    found, at = [], []
    place = -1
    steps = zip(
        *(np.ascontiguousarray(part, np.int32).view(np.uint8).tolist() for part in (places, values)), strict=True
    )
    for step, value in steps:
        if step == FULL:
            place += FULL * value
            continue
        place += step + 1
        if value:
            found.append(value)
            at.append(place)
    return np.array(found, np.int64), np.array(at, np.int64)
