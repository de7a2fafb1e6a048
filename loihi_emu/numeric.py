"""Checks of numbers that a user gave: real, finite, whole, within a range; each raises with place, value and range."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from loihi_emu.errors import LONG_REPR, invalid, shown_of
from loihi_emu.memory.room import room_for
from loihi_emu.units import unit_of

LARGE_COPY = 1 << 26
"""Before so many values are copied, the memory that is free is looked at."""

COPY_BYTES = 11
"""Bytes that checking and copying a value to 64 bits takes."""

COMPARED_BYTES = 3
"""Bytes that comparing a value with a range takes."""

LARGE_BITS = 1 << 10
"""Whole numbers of more bits are not written out."""

FLOAT_BITS = 1023
"""Whole numbers of more bits are beyond all floats."""

MAX_STEPS = 1 << 62
"""Steps of a run, and the latest of all, at most: two of them add up to 64 bits."""

OPEN_END = 1 << 40
"""An upper limit from here on is left out when a value is below the lower one."""


def numbers(where: str, name: str, values: object, advice: str = "") -> NDArray[Any]:
    """Return `values` as an array of numbers; raise if they are not real numbers or are ragged.

    Parameters
    ----------
    where, name : str
        Place and parameter for the message.
    values : array_like
        Scalar or array of any shape; bool counts as 0 and 1.
    advice : str
        What to do about values that carry a unit, optional.

    Returns
    -------
    ndarray
        An integer or float array (object dtype for Python ints beyond 64 bits).

    Raises
    ------
    ValidationError
        For strings, complex numbers, None, ragged lists, masked values.

    Examples
    --------
    >>> numbers("", "dv", [1, 2]).tolist()
    [1, 2]
    """
    unit = unit_of(values)
    if unit is not None:
        told = advice if "no units" in advice else f"There are no units here. {advice}".strip()
        raise invalid(where, name, f"a quantity in {unit}", "plain numbers", advice=told)
    try:
        array = np.asarray(values)
    except (TypeError, ValueError):
        given = "lists of different lengths" if isinstance(values, (list, tuple)) else f"a {type(values).__name__}"
        raise invalid(where, name, given, "a number or a regular array") from None
    if isinstance(values, np.ma.MaskedArray) and np.any(values.mask):
        hidden = f"an array with {np.count_nonzero(values.mask)} masked values"
        raise invalid(where, name, hidden, "an array without a mask", advice="array.filled(0) gives one.")
    if array.dtype.kind == "b":
        if array.size >= LARGE_COPY:
            _room_for_copy(where, name, array)
        return array.astype(np.int64)
    if array.dtype == np.float16:  # limits beyond its own range would be infinite
        return array.astype(np.float32)
    if array.dtype.kind in "iuf":
        return array
    if array.dtype.kind == "O":
        if all(isinstance(x, int) for x in array.flat):
            return array
        if all(isinstance(x, (int, float, np.integer, np.floating)) for x in array.flat):  # columns of data frames
            return np.array(array.tolist())
    given = repr(values) if array.size <= 1 else f"an array of dtype {array.dtype}"
    if "\n" in given or len(given) > LONG_REPR:
        given = f"a {type(values).__name__}"
    raise invalid(where, name, given, "a number or an array of real numbers", advice=no_number(values))


def no_number(value: object, meaning: str = "") -> str:
    """What to do about a value that is no number; `meaning` says what the number stands for.

    Examples
    --------
    >>> no_number("10"), no_number("10*mV"), no_number(None)
    ('Write it without quotes: 10.', 'There are no units here.', 'It is missing.')
    """
    if value is None:
        return " ".join(["It is missing.", *([meaning] if meaning else [])])
    if not isinstance(value, str) or not any(letter.isdigit() for letter in value):
        return meaning
    try:
        float(value)
    except ValueError:
        return " ".join(["There are no units here.", *([meaning] if meaning else [])])
    return f"Write it without quotes: {value.strip()}."


def finite(where: str, name: str, values: object, advice: str = "", units: str = "") -> NDArray[Any]:
    """Return `values` as an array; raise if one is NaN or infinite.

    Parameters and errors are those of :func:`numbers`; `advice` is about such values, `units` about those with a unit.

    Examples
    --------
    >>> finite("", "weights", [0.5, 1.0]).tolist()
    [0.5, 1.0]
    """
    array = numbers(where, name, values, units)
    if array.size >= LARGE_COPY:
        _room_for_copy(where, name, array)
    if array.dtype.kind == "f":
        _raise_at(where, name, array, ~np.isfinite(array), "finite numbers", advice)
    elif array.dtype.kind == "O":
        beyond = np.array([x.bit_length() > FLOAT_BITS for x in array.flat], bool).reshape(array.shape)
        _raise_at(where, name, array, beyond, "numbers that a float can hold", advice)
    return array


def whole(where: str, name: str, values: object, advice: str = "") -> NDArray[np.int64]:
    """Return `values` as int64; raise if one is not a whole number or is beyond 64 bits.

    Whole floats (``2.0``) are accepted; nothing is ever rounded here.

    Parameters and errors are those of :func:`numbers`; `advice` is about fractions and units.

    Examples
    --------
    >>> whole("", "dv", [1.0, 2.0]).tolist()
    [1, 2]
    """
    array = finite(where, name, values, units=advice)
    limits = np.iinfo(np.int64)
    if array.dtype.kind == "f":
        _raise_at(where, name, array, array != np.floor(array), "whole numbers", advice or "Round them first.")
        # 2^63 is the first float beyond int64; as floats, the limits themselves would round up to it.
        beyond = (array < -(2.0**63)) | (array >= 2.0**63)
    else:
        beyond = (array < limits.min) | (array > limits.max)
    _raise_at(where, name, array, np.asarray(beyond, dtype=bool), "64-bit integers", advice)
    return array.astype(np.int64)


def ranged(where: str, name: str, values: object, lo: float, hi: float, advice: str = "") -> NDArray[Any]:
    """Return `values` as an array; raise if one lies outside ``lo..hi``, both ends allowed.

    Parameters
    ----------
    where, name : str
        Place and parameter for the message.
    values : array_like
        Scalar or array of any shape. NaN is outside every range.
    lo, hi : int or float
        The allowed range.
    advice : str
        What to do, optional.

    Returns
    -------
    ndarray
        The values, in their own dtype.

    Raises
    ------
    ValidationError
        Names the first offending value, its index, and how many there are.

    Examples
    --------
    >>> ranged('population "hidden"', "dv", [0, 4096], 0, 4096).tolist()
    [0, 4096]
    >>> ranged('population "hidden"', "dv", [0, 5000], 0, 4096)
    Traceback (most recent call last):
        ...
    loihi_emu.errors.ValidationError: population "hidden", dv: got 5000 at index 1, allowed is 0..4096.
    """
    array = numbers(where, name, values, advice)
    if array.size >= LARGE_COPY:
        _room_for_copy(where, name, array, COMPARED_BYTES)
    # Written as "not inside" so that NaN, for which every comparison is false, is caught.
    outside = ~np.asarray((array >= lo) & (array <= hi), dtype=bool)
    allowed = f"{lo} or more" if hi >= OPEN_END and not np.any(array > hi) else f"{lo}..{hi}"
    _raise_at(where, name, array, outside, allowed, advice)
    return array


def integer(where: str, name: str, value: object, lo: int, hi: int, advice: str = "") -> int:
    """Return one whole number within ``lo..hi`` as an int; raise for anything else, arrays included.

    Parameters and errors are those of :func:`ranged`.

    Examples
    --------
    >>> integer("run", "steps", 10.0, 0, 100)
    10
    """
    if type(value) is not int:
        array = whole(where, name, value, advice)
        if array.ndim:
            raise invalid(where, name, f"an array of shape {array.shape}", "one whole number", advice=advice)
        value = int(array)
    if not lo <= value <= hi:
        ranged(where, name, value, lo, hi, advice)
    return value


def flag(where: str, name: str, value: object, allowed: str = "True or False") -> bool:
    """Return True or False, also of NumPy, or for the numbers 1 and 0; raise for anything else: "no" is not True.

    Examples
    --------
    >>> flag("run", "progress", np.True_), flag("run", "progress", 0)
    (True, False)
    """
    if isinstance(value, (bool, np.bool_)) or (isinstance(value, (int, np.integer)) and value in (0, 1)):
        return bool(value)
    raise invalid(where, name, shown_of(value), allowed)


def _room_for_copy(where: str, name: str, array: NDArray[Any], each: int = COPY_BYTES) -> None:
    """Raise if an array, which may be a view of a single value, does not fit into memory with so many bytes a value."""
    shape = " x ".join(f"{n:,}" for n in array.shape)
    what = "as 64-bit numbers" if each >= COPY_BYTES else "to be compared"
    room_for(", ".join(part for part in (where, name) if part), {f"{shape} values {what}": each * array.size})


def _raise_at(where: str, name: str, array: NDArray[Any], bad: NDArray[np.bool_], allowed: str, advice: str) -> None:
    """Raise for the first True of `bad`, if any."""
    count = int(np.count_nonzero(bad))
    if count == 0:
        return
    if array.ndim == 0:
        given = _number(array[()])
    else:
        index = tuple(int(i) for i in np.argwhere(bad)[0])
        given = f"{_number(array[index])} at index {index[0] if len(index) == 1 else index}"
        if count > 1:
            given += f" (and {count - 1} more of {array.size})"
    raise invalid(where, name, given, allowed, advice=advice)


def _number(value: Any) -> str:
    """A number as text; Python writes whole numbers of thousands of digits only when told to."""
    large = isinstance(value, int) and value.bit_length() > LARGE_BITS
    return f"a whole number of {value.bit_length()} bits" if large else str(value)


def scalar(values: Any) -> Any:
    """One number where all are the same."""
    array = np.asarray(values)
    return array.reshape(-1)[0] if array.size and (array == array.reshape(-1)[0]).all() else array


def sine_and_cosine(angle: Any) -> tuple[Any, Any]:
    """Both by the C library: NumPy 1.24's own differ in the last bit, which decides where a coefficient is cut."""
    each = [float(x) if math.isfinite(x) else math.nan for x in np.ravel(angle).tolist()]
    shape = np.shape(angle)
    sine, cosine = (np.reshape([function(x) for x in each], shape)[()] for function in (math.sin, math.cos))
    return sine, cosine
