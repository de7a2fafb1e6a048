"""Arrays of integers in a file of NumPy objects, which is a pickle: read without running anything that stands in it.

A pickle is a program. Here its steps are looked through first, and only those are taken that describe arrays; the names
of NumPy's functions in it stand for classes of this module, which keep what they are given.
"""

from __future__ import annotations

import io
import pickle
import pickletools
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from loihi_emu.errors import invalid
from loihi_emu.files import foreign

STEPS = frozenset((
    "PROTO", "FRAME", "GLOBAL", "STACK_GLOBAL", "SHORT_BINUNICODE", "BINUNICODE", "UNICODE", "BININT", "BININT1",
    "BININT2", "LONG1", "MARK", "TUPLE", "TUPLE1", "TUPLE2", "TUPLE3", "EMPTY_TUPLE", "EMPTY_LIST", "APPEND",
    "APPENDS", "LIST", "REDUCE", "BUILD", "BINBYTES", "SHORT_BINBYTES", "BINBYTES8", "BINPUT", "LONG_BINPUT", "PUT",
    "MEMOIZE", "BINGET", "LONG_BINGET", "GET", "NEWFALSE", "NEWTRUE", "NONE", "STOP", "SHORT_BINSTRING", "BINSTRING",
))  # fmt: skip
"""Steps of a pickle that describe arrays."""
MOST_STEPS = 10_000
TYPES = frozenset(("u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8"))


class _Array:
    """What a pickle says of an array."""

    def __init__(self, *_: Any) -> None:
        self.state: Any = None

    def __setstate__(self, state: Any) -> None:
        self.state = state


class _Type:
    """What a pickle says of a type."""

    def __init__(self, name: Any = "", *_: Any) -> None:
        self.name = name

    def __setstate__(self, state: Any) -> None:
        """Nothing: the byte order of one machine is meant."""


def _encoded(text: str, _: str) -> bytes:
    return text.encode("latin1")


NAMES: dict[tuple[str, str], Any] = {
    ("numpy.core.multiarray", "_reconstruct"): _Array,
    ("numpy._core.multiarray", "_reconstruct"): _Array,
    ("numpy", "ndarray"): _Array,
    ("numpy", "dtype"): _Type,
    ("_codecs", "encode"): _encoded,
}


class _Reader(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in NAMES:
            raise pickle.UnpicklingError(f"it asks for {module}.{name}")
        return NAMES[module, name]


def read(path: Path, what: str) -> Any:
    """An array of objects as nested lists of arrays.

    Parameters
    ----------
    path : Path
        Of an ``.npy`` file.
    what : str
        What the file should be, for the message.

    Raises
    ------
    ValidationError
        When the file is something else, damaged, or holds anything but arrays of integers.
    """
    described, advice = foreign.describe(path)
    if described != "a single NumPy array (npy)":
        raise invalid(str(path), "", described, what, advice=advice)
    try:
        with path.open("rb") as stream:
            version = np.lib.format.read_magic(stream)
            heads = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}
            shape, _, dtype = heads[version](stream)
            if dtype != np.dtype(object):
                raise ValueError(f"it holds an array of shape {shape} of {dtype}")
            data = stream.read()
        for number, (step, argument, _) in enumerate(pickletools.genops(data)):
            large = step.name in ("PUT", "BINPUT", "LONG_BINPUT") and int(argument or 0) > MOST_STEPS
            if step.name not in STEPS or number > MOST_STEPS or large:
                raise ValueError(f"it holds more than arrays of integers ({step.name.lower()})")
        return _made(_Reader(io.BytesIO(data)).load(), 0)
    except Exception as problem:  # damaged pickles raise errors of any kind
        raise invalid(str(path), "", f"a file that cannot be read ({problem})", what) from problem


def _made(given: Any, depth: int) -> Any:
    """Nested lists as they are, and arrays made of what was said of them."""
    if isinstance(given, list | tuple) and depth < 4:
        return [_made(part, depth + 1) for part in given]
    if not isinstance(given, _Array) or not isinstance(given.state, tuple) or len(given.state) != 5:
        raise ValueError("it holds something else than arrays of integers")
    _, shape, kind, columns, data = given.state
    if not isinstance(kind, _Type) or not all(type(n) is int and n >= 0 for n in shape):
        raise ValueError("it holds an array without type or shape")
    if kind.name in ("O", "O8") and isinstance(data, list):
        if prod(shape) != len(data) or len(shape) > 2:
            raise ValueError(f"it holds {len(data)} objects in an array of shape {shape}")
        parts = [_made(part, depth + 1) for part in data]
        width = shape[1] if len(shape) == 2 else len(parts)
        return [parts[k : k + width] for k in range(0, len(parts), width)] if len(shape) == 2 else parts
    name = str(kind.name).removeprefix("<")
    if name not in TYPES or not isinstance(data, bytes):
        raise ValueError(f"it holds an array of {str(kind.name)[:20]!r}")
    flat: NDArray[Any] = np.frombuffer(data, np.dtype(name))
    return flat.reshape(shape, order="F" if columns else "C").copy()
