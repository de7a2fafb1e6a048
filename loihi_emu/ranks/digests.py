"""Digests of what a call is given, equal in all processes that give the same."""

from __future__ import annotations

import hashlib
from collections.abc import Container, Iterable, Mapping
from dataclasses import fields, is_dataclass
from pathlib import PurePath
from typing import Any

import numpy as np

LENGTH = 16
"""Bytes of a digest."""
SHOWN = 60


def digest_of(*values: Any) -> bytes:
    """A digest of values by what they say: numbers, texts, arrays, elements of a network by name, lists and dicts.

    Of objects of other kinds it is their type alone.

    Examples
    --------
    >>> digest_of(10, {"a": [1, 2]}) == digest_of(10, {"a": np.array([1, 2])}), digest_of(10) == digest_of(11)
    (True, False)
    """
    digest = hashlib.sha256()
    for value in values:
        _add(digest, value)
    return digest.digest()[:LENGTH]


def _add(digest: Any, value: Any) -> None:
    if isinstance(value, list | tuple) and value and all(type(x) in (int, float, bool) for x in value):
        value = np.array(value)
    if isinstance(value, np.ndarray | np.generic) and value.dtype.kind in "biuf":
        array = np.asarray(value)
        exact = np.int64 if array.dtype.kind in "biu" else np.float64
        if array.ndim:
            digest.update(f"array {array.shape} {np.dtype(exact)}".encode())
            digest.update(np.ascontiguousarray(array, exact).data)
            return
        value = array.item()
    if isinstance(value, Mapping):
        digest.update(f"map {len(value)}".encode())
        for key, one in value.items():
            _add(digest, key)
            _add(digest, one)
    elif isinstance(value, list | tuple):
        digest.update(f"list {len(value)}".encode())
        for one in value:
            _add(digest, one)
    elif value is None or isinstance(value, bool | int | float | complex | str | bytes | PurePath):
        text = str(value) if isinstance(value, PurePath) else f"{type(value).__name__} {value!r}"
        digest.update(text.encode())
    elif hasattr(value, "tocoo"):  # a sparse matrix
        made = value.tocoo()
        _add(digest, [list(made.shape), made.row, made.col, made.data])
    elif isinstance(getattr(value, "name", None), str):
        digest.update(f"element {value.name}".encode())
    elif callable(getattr(value, "settings", None)):
        _add(digest, value.settings())
    elif is_dataclass(value) and not isinstance(value, type):
        _add(digest, contents(value))
    else:
        digest.update(type(value).__name__.encode())
        code = getattr(value, "__code__", None)
        digest.update(b"" if code is None else code.co_code)


def contents(value: Any, but: Container[str] = ()) -> list[Any]:
    """What a dataclass consists of, but for some fields."""
    return [type(value).__name__, *(getattr(value, one.name) for one in fields(value) if one.name not in but)]


def short(values: Iterable[Any]) -> str:
    """Values as they are shown between the parentheses of a call.

    Examples
    --------
    >>> short([10, "run.rec", np.zeros(9)])
    "10, 'run.rec', <array (9,)>"
    """
    return ", ".join(_shown(value) for value in values)


def _shown(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return f"<array {value.shape}>"
    if isinstance(getattr(value, "name", None), str) and not isinstance(value, PurePath):
        return f'"{value.name}"'
    text = repr(value)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}..."
