"""Memory of an image: one block for all that changes while running, and arrays that leaves only read."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
ALIGN = 64


def aligned(shape: int | tuple[int, ...], dtype: Any) -> Array:
    """Zeros that begin at a cache line."""
    kind = np.dtype(dtype)
    size = int(np.prod(shape)) * kind.itemsize
    raw = np.zeros(size + ALIGN, np.uint8)
    start = -raw.ctypes.data % ALIGN
    made: Array = raw[start : start + size].view(kind).reshape(shape)
    return made


class _Place(NamedTuple):
    start: int
    end: int
    dtype: np.dtype[Any]
    shape: tuple[int, ...]


class Arena:
    """All changing state in one block of bytes, so that reset and checkpoint are one copy each.

    Arrays are asked for first (:meth:`reserve`) and exist after :meth:`seal`.
    """

    def __init__(self) -> None:
        self._places: dict[str, _Place] = {}
        self._starts: dict[str, Any] = {}
        self._size = 0
        self._kept = 0  # bytes from the beginning whose start is kept; all after them start at 0
        self.data: Array = np.zeros(0, np.uint8)
        self.initial: Array = np.zeros(0, np.uint8)

    def reserve(self, name: str, shape: int | tuple[int, ...], dtype: Any, initial: Any = 0) -> None:
        """Ask for an array that starts as `initial` (a scalar or an array of its shape).

        Arrays that start at 0 take no memory for their start when they are asked for last.
        """
        kind = np.dtype(dtype)
        dims = (shape,) if isinstance(shape, int) else shape
        size = int(np.prod(dims)) * kind.itemsize
        self._places[name] = _Place(self._size, self._size + size, kind, dims)
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
        place = self._places[name]
        return self.data[place.start : place.end].view(place.dtype).reshape(place.shape)

    def restart(self, name: str, values: Array) -> None:
        """Set an array that does not start at 0, now and for every reset to come."""
        self[name][...] = values
        place = self._places[name]
        self.initial[place.start : place.end] = self.data[place.start : place.end]

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all arrays."""
        return tuple(self._places)

    def reset(self) -> None:
        """Put everything back to its start."""
        self.data[: self._kept] = self.initial
        self.data[self._kept :] = 0


class Description:
    """A leaf's description: a row of 64-bit words, with the arrays that its addresses point to kept alive."""

    def __init__(self, words: int) -> None:
        self.words: NDArray[np.int64] = np.zeros(words, np.int64)
        self._kept: dict[int, Array] = {}

    def point(self, word: int, array: Array | None, before: int = 0) -> None:
        """Write the address of an array (0 for None) into a word, less the bytes that others take before it."""
        if array is None:
            self._kept.pop(word, None)
            self.words[word] = 0
        else:
            assert array.flags.c_contiguous, "leaves read contiguous arrays"
            old = self._kept.get(word)  # lives until its address is gone: an interrupt may come between two lines
            self._kept[word] = array
            self.words[word] = array.ctypes.data - before
            del old

    @property
    def address(self) -> int:
        """Address of the first word."""
        return int(self.words.ctypes.data)

    @property
    def nbytes(self) -> int:
        """Bytes of the words and of the arrays that do not live in an arena."""
        return int(self.words.nbytes + sum(a.nbytes for a in self._kept.values()))


class SourceLists:
    """Spikes of a source in this step: their number, indices and payloads."""

    def __init__(self, capacity: int, graded: bool) -> None:
        self.count: Array = np.zeros(1, np.int64)
        self.index: Array = np.zeros(max(capacity, 1), np.int32)
        self.payload: Array | None = np.zeros(max(capacity, 1), np.int32) if graded else None

    def describe(self, description: Description) -> None:
        """Write the three source fields that begin every description."""
        for word, array in enumerate((self.count, self.index, self.payload)):
            description.point(word, array)

    @property
    def nbytes(self) -> int:
        """Bytes."""
        return int(self.index.nbytes + (0 if self.payload is None else self.payload.nbytes))
