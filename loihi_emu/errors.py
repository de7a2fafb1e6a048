"""Errors and warnings of loihi_emu, and the helpers that word them.

Every error is a :class:`LoihiEmuError` and also the builtin that a caller would expect, so both
``except LoihiEmuError`` and ``except ValueError`` work. A message says four things, in this order: where
(``population "hidden", vth``), what was given, what is allowed, and what to do.

The helpers come in two kinds. :func:`invalid`, :func:`unknown` and :func:`extra` build an error for the
caller to raise; :func:`numbers`, :func:`finite`, :func:`whole`, :func:`ranged` and :func:`integer` check values and
raise themselves.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from loihi_emu.units import unit_of

FEW_NAMES = 8
"""Up to this many known names are listed whole when a name is unknown."""

LARGE_COPY = 1 << 26
"""Before so many values are copied, the memory that is free is looked at."""

COPY_BYTES = 11
"""Bytes that checking and copying a value to 64 bits takes."""

COMPARED_BYTES = 3
"""Bytes that comparing a value with a range takes."""

LONG_REPR = 80
"""A longer repr of what was given is replaced by its type."""

LONGEST_PART, SHOWN_PART = 300, 60
"""A longer part of a message is cut to its first characters."""

LARGE_BITS = 1 << 10
"""Whole numbers of more bits are not written out."""

FLOAT_BITS = 1023
"""Whole numbers of more bits are beyond all floats."""

OPEN_END = 1 << 40
"""An upper limit from here on is left out when a value is below the lower one."""

NEAR_NAMES = 3
"""So many near names are listed when there are more than `FEW_NAMES`."""


class LoihiEmuError(Exception):
    """Base of all errors of this package."""


class ValidationError(LoihiEmuError, ValueError):
    """A value, a shape or a combination of options is not allowed.

    Parameters
    ----------
    message : str
        The whole text.
    where : str, optional
        The place alone (``population "hidden"``), for callers that handle errors by place.
    name : str, optional
        The parameter alone (``vth``).
    """

    def __init__(self, message: str = "", *, where: str | None = None, name: str | None = None) -> None:
        """Keep the text, and where and what it is about."""
        super().__init__(message)
        self.where = where
        self.name = name


class UnknownNameError(ValidationError, KeyError):
    """A name (population, probe variable, model, ...) does not exist; the text lists near names."""

    def __str__(self) -> str:
        # KeyError would show the repr of the message, quotes and all.
        return str(self.args[0]) if self.args else ""


class UnknownArgumentError(UnknownNameError, TypeError):
    """A function has no argument of that name; the text lists near ones, and what other tools' words are here."""


class MissingAttributeError(LoihiEmuError, AttributeError):
    """An object has no attribute of that name; the text says where the thing is, or lists near names."""


class NotAFunctionError(LoihiEmuError, TypeError):
    """A value was called like a function; the text says what to write instead."""


class MappingError(LoihiEmuError, ValueError):
    """A network does not fit on the chips it was placed on, or a placement is contradictory.

    Parameters
    ----------
    message : str
        The whole text.
    resource : str, optional
        What is too small: a key of ``Placement.budgets`` ("compartments", "synaptic_bits", "axons_in", ...), "chips",
        "synapses" (of a chip), a field ("vth", "delays"), or a setting that a core has once ("noise", "epoch").
        None where it is no single one.
    need, have : number, optional
        What is needed of it and what there is, in that resource's unit.
    """

    def __init__(
        self,
        message: str = "",
        *,
        resource: str | None = None,
        need: float | None = None,
        have: float | None = None,
    ) -> None:
        """Keep the text, and the resource with what is needed and what there is."""
        super().__init__(message)
        self.resource, self.need, self.have = resource, need, have

    def reworded(self, message: str) -> MappingError:
        """Return the same error with another text."""
        return MappingError(message, resource=self.resource, need=self.need, have=self.have)


class UnsupportedError(LoihiEmuError, NotImplementedError):
    """The combination is sound but this package, or the chosen backend, does not do it."""


class SimulationError(LoihiEmuError, RuntimeError):
    """A run could not go on, for instance because of the state it had reached."""


class OutOfMemoryError(LoihiEmuError, MemoryError):
    """What was asked for does not fit into the memory that is free; the text says what takes how much.

    Parameters
    ----------
    message : str
    where : str, optional
        The place alone (``network "large"``).
    need, free : int, optional
        Bytes.
    parts : dict, optional
        Bytes by what takes them.
    """

    def __init__(
        self, message: str = "", *, where: str | None = None, need: int = 0, free: int | None = None,
        parts: Mapping[str, int] | None = None,
    ) -> None:  # fmt: skip
        """Keep the text and the figures."""
        super().__init__(message)
        self.where, self.need, self.free, self.parts = where, need, free, dict(parts or {})


class MissingExtraError(LoihiEmuError, ImportError):
    """An optional dependency is not installed; the text names the pip command."""


class LoihiOverflowWarning(RuntimeWarning):
    """An integer left its field on the chip: it wrapped or saturated, as the silicon does."""


class LoihiInputWarning(UserWarning):
    """What was given is legal but does not act as it says.

    Events in steps that are not run, payloads that nothing reads, bits that weights lose, numbers in another unit.
    """


def invalid(where: str, name: str, given: object, allowed: str, advice: str = "") -> ValidationError:
    """Build a :class:`ValidationError` with the four parts of a good message.

    Parameters
    ----------
    where : str
        The object concerned, such as ``population "hidden"``; may be empty.
    name : str
        The parameter concerned; may be empty.
    given : object
        What was given; a string goes in as it is, anything else as its repr.
    allowed : str
        What is allowed.
    advice : str
        What to do, optional.

    Returns
    -------
    ValidationError
        For the caller to raise.

    Examples
    --------
    >>> print(invalid('population "hidden"', "vth", -3, "0..131071", "Scale the weights instead."))
    population "hidden", vth: got -3, allowed is 0..131071. Scale the weights instead.
    """
    shown = brief(given if isinstance(given, str) else shown_of(given))
    text = f"{_place(brief(where), brief(name))}got {shown}, allowed is {allowed}.{_advice(advice)}"
    return ValidationError(text, where=where or None, name=name or None)


def brief(text: str) -> str:
    """A text as part of a message: its beginning and length if it is long, without what cannot be printed.

    Examples
    --------
    >>> brief("vth"), brief("(" * 9999)[-30:]
    ('vth', '(((((((... (9,999 characters)')
    """
    kept = text if len(text) <= LONGEST_PART else text[:SHOWN_PART]
    if not kept.isprintable():
        kept = "".join(c if c.isprintable() else c.encode("unicode_escape", "surrogatepass").decode() for c in kept)
    return kept if len(text) <= LONGEST_PART else f"{kept}... ({len(text):,} characters)"


def shown_of(value: object) -> str:
    """The repr of a value; its type where it has none, as a whole number of thousands of digits."""
    try:
        return repr(value)
    except Exception:  # whatever an object of somebody else's raises
        return f"a {type(value).__name__}"


def unknown(
    what: str,
    name: object,
    known: Iterable[str],
    *,
    where: str = "",
    advice: str = "",
    near: Sequence[str] = (),
    few: int = FEW_NAMES,
    kind: type[UnknownNameError] = UnknownNameError,
) -> UnknownNameError:
    """Build the error for a name that does not exist, listing near names, or all of them when few.

    Parameters
    ----------
    what : str
        The kind of thing: ``"population"``, ``"probe variable"``.
    name : object
        What was asked for; normally a str.
    known : iterable of str
        The names that exist.
    where : str
        The object concerned, such as ``population "hidden"``; may be empty.
    advice : str
        What to do, optional.
    near : sequence of str
        The names that are meant, where that is known better than by their letters.
    few : int
        Up to so many known names are listed whole.
    kind : type
        Class of the error.

    Returns
    -------
    UnknownNameError
        For the caller to raise.

    Examples
    --------
    >>> print(unknown("model", "lfi", ["lif", "lif_reset"]))
    unknown model "lfi": did you mean "lif"? Known are "lif", "lif_reset".
    """
    names = [str(k) for k in known]
    asked = f'"{brief(name)}"' if isinstance(name, str) else brief(shown_of(name))
    where = brief(where)
    near = list(near) or near_names(name, names)
    if not names:
        text = f"{_place(where, '')}unknown {what} {asked}: none is known."
        return kind(text + _advice(advice), where=where or None, name=what)
    text = f"{_place(where, '')}unknown {what} {asked}:"
    if near:
        text += f" did you mean {_quoted(near, ' or ')}?"
    if len(names) <= few:
        text += f" Known are {_quoted(names)}." if near else f" known are {_quoted(names)}."
    elif not near:
        text += f" known are {_quoted(names[:few])} and {len(names) - few} more."
    return kind(text + _advice(advice), where=where or None, name=what)


def near_names(name: object, known: Iterable[str]) -> list[str]:
    """The known names that are spelt much like `name`, the nearest first, at most three.

    Examples
    --------
    >>> near_names("delay", ["weights", "delays"])
    ['delays']
    """
    by_folded: dict[str, str] = {}
    for k in known:
        by_folded.setdefault(k.casefold(), k)
    found = difflib.get_close_matches(str(name).casefold()[:LONG_REPR], by_folded, n=NEAR_NAMES, cutoff=0.6)
    return [by_folded[k] for k in found]


def extra(name: str, pip: str) -> MissingExtraError:
    """Build the error for an optional dependency that is not installed.

    Parameters
    ----------
    name : str
        The module that is missing, such as ``"matplotlib"``.
    pip : str
        The extra of this package that brings it, such as ``"plots"``.

    Returns
    -------
    MissingExtraError
        For the caller to raise, best ``from`` the ImportError it met.

    Examples
    --------
    >>> print(extra("matplotlib", "plots"))
    matplotlib is not installed. It comes with: pip install "loihi_emu[plots]"
    """
    return MissingExtraError(f'{name} is not installed. It comes with: pip install "loihi_emu[{pip}]"', name=name)


def numbers(where: str, name: str, values: object, advice: str = "") -> NDArray[Any]:
    """Return `values` as an array of numbers; raise if they are not real numbers or are ragged.

    Parameters
    ----------
    where, name : str
        Place and parameter for the message.
    values : array_like
        Scalar or array of any shape; bool counts as 0 and 1.
    advice : str
        What to do, optional.

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
        raise invalid(where, name, f"a quantity in {unit}", "plain numbers", told)
    try:
        array = np.asarray(values)
    except (TypeError, ValueError):
        given = "lists of different lengths" if isinstance(values, (list, tuple)) else f"a {type(values).__name__}"
        raise invalid(where, name, given, "a number or a regular array", advice) from None
    if isinstance(values, np.ma.MaskedArray) and np.any(values.mask):
        hidden = f"an array with {np.count_nonzero(values.mask)} masked values"
        raise invalid(where, name, hidden, "an array without a mask", advice or "array.filled(0) gives one.")
    if array.dtype.kind == "b":
        if array.size >= LARGE_COPY:
            _room_for_copy(where, name, array)
        return array.astype(np.int64)
    if array.dtype.kind in "iuf":
        return array
    if array.dtype.kind == "O" and all(isinstance(x, int) for x in array.flat):
        return array
    given = repr(values) if array.size <= 1 else f"an array of dtype {array.dtype}"
    if "\n" in given or len(given) > LONG_REPR:
        given = f"a {type(values).__name__}"
    raise invalid(where, name, given, "a number or an array of real numbers", no_number(values))


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


def finite(where: str, name: str, values: object, advice: str = "") -> NDArray[Any]:
    """Return `values` as an array; raise if one is NaN or infinite.

    Parameters and errors are those of :func:`numbers`.

    Examples
    --------
    >>> finite("", "weights", [0.5, 1.0]).tolist()
    [0.5, 1.0]
    """
    array = numbers(where, name, values, advice)
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

    Parameters and errors are those of :func:`numbers`.

    Examples
    --------
    >>> whole("", "dv", [1.0, 2.0]).tolist()
    [1, 2]
    """
    array = finite(where, name, values, advice)
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
            raise invalid(where, name, f"an array of shape {array.shape}", "one whole number", advice)
        value = int(array)
    if not lo <= value <= hi:
        ranged(where, name, value, lo, hi, advice)
    return value


def _room_for_copy(where: str, name: str, array: NDArray[Any], each: int = COPY_BYTES) -> None:
    """Raise if an array, which may be a view of a single value, does not fit into memory with so many bytes a value."""
    from loihi_emu.room import room_for

    shape = " x ".join(f"{n:,}" for n in array.shape)
    what = "as 64-bit numbers" if each >= COPY_BYTES else "to be compared"
    room_for(_place(where, name).removesuffix(": "), {f"{shape} values {what}": each * array.size})


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
    raise invalid(where, name, given, allowed, advice)


def _number(value: Any) -> str:
    """A number as text; Python writes whole numbers of thousands of digits only when told to."""
    large = isinstance(value, int) and value.bit_length() > LARGE_BITS
    return f"a whole number of {value.bit_length()} bits" if large else str(value)


def _place(where: str, name: str) -> str:
    """Join place and parameter, with the colon, or nothing when both are empty."""
    place = ", ".join(part for part in (where, name) if part)
    return f"{place}: " if place else ""


def _advice(advice: str) -> str:
    """Return the advice as a sentence of its own."""
    if not advice:
        return ""
    return " " + advice if advice.endswith((".", "?", "!")) else f" {advice}."


def _quoted(names: Iterable[str], joint: str = ", ") -> str:
    """Join names in double quotes."""
    return joint.join(f'"{n}"' for n in names)
