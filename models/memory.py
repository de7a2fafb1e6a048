"""Memory of an image: one block for all that changes while running, and arrays that leaves only read."""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from contextlib import suppress
from math import prod
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from loihi_emu.models.layout import BLOCK
from loihi_emu.models.records import WORD, Record

Array = NDArray[Any]
ALIGN = 128
"""Bytes of two lines of a cache: processors fetch lines in pairs."""
APART = ALIGN // WORD
"""Numbers of 64 bits in these."""


def aligned(shape: int | tuple[int, ...], dtype: Any) -> Array:
    """Zeros that begin at a pair of cache lines, in which nothing else lies: no other thread writes beside them."""
    kind = np.dtype(dtype)
    size = (prod(shape) if isinstance(shape, tuple) else int(shape)) * kind.itemsize
    raw = np.zeros(-(-size // ALIGN) * ALIGN + ALIGN, np.uint8)
    start = -raw.ctypes.data % ALIGN
    made: Array = raw[start : start + size].view(kind).reshape(shape)
    return made


def untouched(size: int, dtype: Any) -> Array:
    """Zeros that take memory as they are written to, a small page at a time: for what is hardly ever used in full."""
    length = max(size, 1) * np.dtype(dtype).itemsize
    if hasattr(mmap, "MAP_PRIVATE"):  # NumPy asks for huge pages; and a child of fork gets a copy, as of all else
        memory = mmap.mmap(-1, length, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
        if hasattr(mmap, "MADV_NOHUGEPAGE"):
            with suppress(OSError):  # a kernel without huge pages
                memory.madvise(mmap.MADV_NOHUGEPAGE)
    else:
        memory = mmap.mmap(-1, length)
    return np.frombuffer(memory, dtype)


def counter() -> NDArray[np.int64]:
    """A number that one thread writes in every step, apart from what others write."""
    return aligned(1, np.int64)


def counters(count: int) -> NDArray[np.int64]:
    """Numbers of which each is apart from the others: the first ones of so many rows."""
    return aligned((count, APART), np.int64)


class _Place(NamedTuple):
    start: int
    end: int
    dtype: np.dtype[Any]
    shape: tuple[int, ...]
    saved: bool


class Arena:
    """All changing state in one block of bytes, so that reset and checkpoint are one copy each.

    Arrays are asked for first (:meth:`reserve`) and exist after :meth:`seal`.
    """

    def __init__(self) -> None:
        self._places: dict[str, _Place] = {}
        self._starts: dict[str, Any] = {}
        self._views: dict[str, Array] = {}
        self._size = 0
        self._kept = 0  # bytes from the beginning whose start is kept; all after them start at 0
        self.data: Array = np.zeros(0, np.uint8)
        self.initial: Array = np.zeros(0, np.uint8)

    def reserve(
        self, name: str, shape: int | tuple[int, ...], dtype: Any, initial: Any = 0, *, saved: bool = True
    ) -> None:
        """Ask for an array that starts as `initial` (a scalar or an array of its shape).

        Arrays that start at 0 take no memory for their start when they are asked for last. What is not `saved` as it
        is, somebody else turns into what is.
        """
        kind = np.dtype(dtype)
        dims = (shape,) if isinstance(shape, int) else shape
        size = int(np.prod(dims)) * kind.itemsize
        self._places[name] = _Place(self._size, self._size + size, kind, dims, saved)
        self._starts[name] = initial
        self._size += -(-size // ALIGN) * ALIGN
        if not (np.isscalar(initial) and initial == 0):
            self._kept = self._size

    def seal(self) -> None:
        """Make the block."""
        self.data = aligned(self._size, np.uint8)
        for name, initial in self._starts.items():
            if not (np.isscalar(initial) and initial == 0):
                self[name][...] = initial
        self._starts.clear()
        self.initial = self.data[: self._kept].copy()

    def __getitem__(self, name: str) -> Array:
        found = self._views.get(name)
        if found is None:
            place = self._places[name]
            found = self._views[name] = self.data[place.start : place.end].view(place.dtype).reshape(place.shape)
        return found

    def restart(self, name: str, values: Array) -> None:
        """Set an array that does not start at 0, now and for every reset to come."""
        self[name][...] = values
        place = self._places[name]
        self.initial[place.start : place.end] = self.data[place.start : place.end]

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all arrays that are saved as they are."""
        return tuple(name for name, place in self._places.items() if place.saved)

    def reset(self) -> None:
        """Put everything back to its start."""
        self.data[: self._kept] = self.initial
        self.data[self._kept :] = 0


class Description:
    """A leaf's description: a record whose fields are set by name, with the arrays that it points to kept alive.

    A number is set to an integer; an array to an array of the field's dtype, or None; what has no dtype of its own
    (:data:`loihi_emu.models.records.NUMBER`) to either. Reading a field gives what it was set to. A record within is
    a description of its own: ``d.pre.n = 5``, ``d.traces[2].keep = 4096``.

    Parameters
    ----------
    record : Record
    words, kept
        Memory and arrays of the description that this one is a part of.
    """

    record: Record
    words: NDArray[np.int64]
    address: int
    """Of the first word."""
    _kept: dict[int, Any]

    def __init__(self, record: Record, words: NDArray[np.int64] | None = None, kept: dict[int, Any] | None = None):
        own = vars(self)
        own["record"] = record
        own["words"] = aligned(record.words, np.int64) if words is None else words
        own["address"] = int(own["words"].ctypes.data)
        own["_kept"] = {} if kept is None else kept  # by the addresses of their words

    def like(self) -> Description:
        """Another one that says the same until it is changed; all arrays stay those of this one."""
        made = Description(self.record)
        made.words[:] = self.words
        vars(made)["_like"] = self  # has the arrays
        return made

    def point(self, name: str, array: Any, before: int = 0) -> None:
        """Write the address of an array (0 for None), less the bytes that others take before it."""
        field, word = self.record.field(name), self.record.starts[name]
        assert field.form in ("array", "number"), f"{name} of {self.record}: {field.form}"
        key = self.address + WORD * word
        if array is None:
            self._kept.pop(key, None)
            self.words[word] = 0
            return
        if isinstance(array, Table):
            assert field.of is array.record, f"{name} of {self.record}: records {array.record}"
        else:
            assert array.flags.c_contiguous, "leaves read contiguous arrays"
            fits = field.form == "number" or array.dtype == field.of or (array.dtype, field.of) == (np.bool_, "uint8")
            assert fits, f"{name} of {self.record}: {array.dtype}"
        old = self._kept.get(key)  # lives until its address is gone: an interrupt may come between two lines
        self._kept[key] = array
        self.words[word] = array.ctypes.data - before
        del old

    def parameter(self, name: str, array: Array, varies: bool) -> None:
        """Set a parameter of neurons to an array: of a value each, or of one block of equal values."""
        field, word = self.record.field(name), self.record.starts[name]
        assert field.form == "blocks" and array.dtype == field.of, f"{name} of {self.record}: {array.dtype}"
        key = self.address + WORD * word
        old = self._kept.get(key)
        self._kept[key] = array
        self.words[word], self.words[word + 1] = array.ctypes.data, array.itemsize * BLOCK if varies else 0
        del old

    def varies(self, name: str) -> bool:
        """Whether a parameter has a value for each neuron."""
        return bool(self.words[self.record.starts[name] + 1])

    def __setattr__(self, name: str, value: Any) -> None:
        field = self.record.field(name)
        if field.form == "number" and not (value is None or isinstance(value, np.ndarray | Table)):
            self._kept.pop(self.address + WORD * self.record.starts[name], None)
            self.words[self.record.starts[name]] = value
        else:
            self.point(name, value)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        field, word = self.record.field(name), self.record.starts[name]
        if field.form == "records":
            width = field.of.words
            parts = [
                Description(field.of, self.words[at : at + width], self._kept)
                for at in range(word, word + field.words, width)
            ]
            return parts if field.count else parts[0]
        kept = self._kept.get(self.address + WORD * word)
        return int(self.words[word]) if field.form == "number" and kept is None else kept

    @property
    def nbytes(self) -> int:
        """Bytes of the words and of the arrays that do not live in an arena."""
        return int(self.words.nbytes + sum(a.nbytes for a in self._kept.values()))


class Table:
    """Several records of one kind, one after the other.

    Parameters
    ----------
    record : Record
    count : int
    """

    def __init__(self, record: Record, count: int) -> None:
        self.record = record
        self.words: NDArray[np.int64] = aligned((count, record.words), np.int64)
        self._kept: dict[int, Any] = {}

    def __getitem__(self, k: int) -> Description:
        return Description(self.record, self.words[k], self._kept)

    def __len__(self) -> int:
        return len(self.words)

    def __iter__(self) -> Iterator[Description]:
        return (self[k] for k in range(len(self)))

    @property
    def ctypes(self) -> Any:
        """Where it lies, as NumPy says it of arrays."""
        return self.words.ctypes

    @property
    def nbytes(self) -> int:
        """Bytes of the words and of the arrays that they point to."""
        return int(self.words.nbytes + sum(a.nbytes for a in self._kept.values()))


class SourceLists:
    """Spikes of a source in this step: their number, indices, and payloads of a dtype, if they have some."""

    def __init__(self, capacity: int, payload: str | None = None) -> None:
        self.count: Array = counter()
        self.index: Array = aligned(max(capacity, 1), np.int32)
        self.payload: Array | None = None if payload is None else aligned(max(capacity, 1), payload)

    def describe(self, description: Description) -> None:
        """Write the fields of a source."""
        description.count, description.index, description.payload = self.count, self.index, self.payload

    @property
    def nbytes(self) -> int:
        """Bytes."""
        return int(self.index.nbytes + (0 if self.payload is None else self.payload.nbytes))
