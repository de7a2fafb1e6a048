"""What a header read from a file must be: each check raises with the file and the path of the entry."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection
from typing import Any

from loihi_emu.errors import invalid

Check = Callable[[str, str, Any], None]
"""Called with the file, the entry's path (``nodes[3].shape``) and its value."""

LONGEST_TEXT = 1 << 16


def text(where: str, name: str, value: Any) -> None:
    """A text."""
    if not isinstance(value, str) or len(value) > LONGEST_TEXT:
        raise _wrong(where, name, value, "a text")


def flag(where: str, name: str, value: Any) -> None:
    """True or false."""
    if not isinstance(value, bool):
        raise _wrong(where, name, value, "true or false")


def number(where: str, name: str, value: Any) -> None:
    """A number, infinity included."""
    if type(value) not in (int, float) or math.isnan(value):
        raise _wrong(where, name, value, "a number")


def whole(low: int, high: int) -> Check:
    """A whole number in a range."""

    def check(where: str, name: str, value: Any) -> None:
        if type(value) is not int or not low <= value <= high:
            raise _wrong(where, name, value, f"a whole number in {low}..{high}")

    return check


def one_of(choices: Collection[str]) -> Check:
    """One of some texts."""

    def check(where: str, name: str, value: Any) -> None:
        if not isinstance(value, str) or value not in choices:
            raise _wrong(where, name, value, ", ".join(f'"{choice}"' for choice in choices))

    return check


def perhaps(inner: Check) -> Check:
    """What `inner` allows, or null."""

    def check(where: str, name: str, value: Any) -> None:
        if value is not None:
            inner(where, name, value)

    return check


def either(*inner: Check) -> Check:
    """What one of several allows; the error is that of the last."""

    def check(where: str, name: str, value: Any) -> None:
        for one in inner[:-1]:
            try:
                one(where, name, value)
            except ValueError:
                continue
            return
        inner[-1](where, name, value)

    return check


def listed(inner: Check, length: int | None = None) -> Check:
    """A list, of so many entries if that is given."""

    def check(where: str, name: str, value: Any) -> None:
        if not isinstance(value, list) or (length is not None and len(value) != length):
            raise _wrong(where, name, value, f"a list{'' if length is None else f' of {length}'}")
        for k, entry in enumerate(value):
            inner(where, f"{name}[{k}]", entry)

    return check


def table(inner: Check, keys: Collection[str] | None = None) -> Check:
    """A table with any names, or with exactly these."""

    def check(where: str, name: str, value: Any) -> None:
        if not isinstance(value, dict):
            raise _wrong(where, name, value, "a table")
        if keys is not None:
            _same_names(where, name, value, keys, ())
        for key, entry in value.items():
            inner(where, f"{name}.{key}" if name else key, entry)

    return check


def record(required: dict[str, Check], optional: dict[str, Check] | None = None) -> Check:
    """A table with these entries, and perhaps those."""
    more = optional or {}

    def check(where: str, name: str, value: Any) -> None:
        if not isinstance(value, dict):
            raise _wrong(where, name, value, "a table")
        _same_names(where, name, value, required, more)
        for key, entry in value.items():
            (required.get(key) or more[key])(where, f"{name}.{key}" if name else key, entry)

    return check


def _same_names(
    where: str, name: str, value: dict[str, Any], required: Collection[str], optional: Collection[str]
) -> None:
    for key in required:
        if key not in value:
            raise invalid(where, f"{name}.{key}" if name else key, "nothing", "an entry of the header")
    for key in value:
        if key not in required and key not in optional:
            raise invalid(where, f"{name}.{key}" if name else key, "an entry that no such file has", "none")


def _wrong(where: str, name: str, value: Any, allowed: str) -> Exception:
    shown = repr(value) if isinstance(value, (str, int, float, type(None))) else f"a {type(value).__name__}"
    return invalid(where, name, shown, allowed)
