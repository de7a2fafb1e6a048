"""Columns of a recording: the rows that one recorder made, in pieces; joined only when somebody asks for one array."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from itertools import accumulate
from math import prod
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from loihi_emu.read_only import frozen

Array = NDArray[Any]


class ColumnPiece(Protocol):
    """Rows that lie together, in memory or in a file."""

    def __len__(self) -> int: ...
    def part(self, first: int, end: int) -> ColumnPiece:
        """Rows first..end - 1, nothing copied."""

    def arrays(self) -> Iterator[Array]:
        """The rows in order, in arrays that nobody else changes and that are only to be read."""

    def total(self) -> int:
        """Sum of all rows."""

    def followed_by(self, other: ColumnPiece) -> ColumnPiece | None:
        """Both as one piece, if they are parts of one file that follow each other."""


class Held:
    """Rows in memory."""

    def __init__(self, array: Array) -> None:
        self.array = array

    def __len__(self) -> int:
        return len(self.array)

    def part(self, first: int, end: int) -> Held:
        """Rows first..end - 1, as a view."""
        return Held(self.array[first:end])

    def arrays(self) -> Iterator[Array]:
        """The one array."""
        yield self.array

    def total(self) -> int:
        """Sum of all rows."""
        return int(self.array.sum(dtype=np.int64))

    def followed_by(self, other: ColumnPiece) -> None:
        """Rows in memory stay pieces of their own."""


class Column:
    """Rows of one recorder, in order.

    Parameters
    ----------
    pieces : iterable of ColumnPiece
    empty : array of no rows
        Form and type of what is read.
    decode : callable, optional
        From rows as they were recorded to rows as they are read; row by row, so pieces can be decoded one at a time.
    """

    __slots__ = ("_decode", "_empty", "_ends", "_joined", "_pieces")

    _pieces: list[ColumnPiece]
    _ends: list[int]

    def __init__(
        self, pieces: Iterable[ColumnPiece], empty: Array, decode: Callable[[Array], Array] | None = None
    ) -> None:
        self._pieces = list(pieces)
        self._ends = list(accumulate(map(len, self._pieces)))
        self._empty, self._decode = empty, decode
        self._joined: Array | None = None

    @classmethod
    def of(cls, array: Array | Column) -> Column:
        """The column of one array, which is handed out as it is; a column itself."""
        if isinstance(array, Column):
            return array
        made = cls.__new__(cls)
        made._joined = array
        return made

    def __len__(self) -> int:
        if self._joined is not None:
            return len(self._joined)
        return self._ends[-1] if self._ends else 0

    @property
    def dtype(self) -> np.dtype[Any]:
        """Type of the values."""
        return (self._empty if self._joined is None else self._joined).dtype

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the whole."""
        return (len(self), *self._empty.shape[1:]) if self._joined is None else self._joined.shape

    @property
    def nbytes(self) -> int:
        """Bytes of the whole as one array."""
        return prod(self.shape) * self.dtype.itemsize

    @property
    def is_joined(self) -> bool:
        """Whether it is one array already."""
        return self._joined is not None

    def part(self, first: int, end: int) -> Column:
        """Rows first..end - 1, nothing copied."""
        if self._joined is not None:
            return Column([Held(self._joined[first:end])], self._joined[:0])
        pieces: list[ColumnPiece] = []
        k = bisect_right(self._ends, first)
        while first < end and k < len(self._pieces) and (start := self._ends[k] - len(self._pieces[k])) < end:
            pieces.append(self._pieces[k].part(max(first - start, 0), min(end - start, len(self._pieces[k]))))
            k += 1
        return Column(pieces, self._empty, self._decode)

    def arrays(self) -> Iterator[Array]:
        """The rows in order, piece by piece; only to be read."""
        if self._joined is not None:
            yield self._joined
            return
        for piece in self._pieces:
            for rows in piece.arrays():
                if self._decode is None or not isinstance(piece, Held):  # files hold rows as they are read
                    yield rows
                else:
                    yield np.ascontiguousarray(self._decode(rows))

    def joined(self) -> Array:
        """The rows as one array, made when first asked for; read only, since whoever asks gets the same."""
        if self._joined is None:
            whole = np.empty(self.shape, self.dtype)
            at = 0
            for rows in self.arrays():
                whole[at : at + len(rows)] = rows
                at += len(rows)
            self._joined = whole
            self._pieces = []
        if self._joined.flags.writeable:
            self._joined = frozen(self._joined)
        return self._joined

    def total(self, end: int) -> int:
        """Sum of the first so many rows."""
        if self._joined is not None:
            return int(self._joined[:end].sum(dtype=np.int64))
        found = 0
        for piece, stop in zip(self._pieces, self._ends, strict=True):
            if stop <= end:
                found += piece.total()
            else:
                left = end - (stop - len(piece))
                return found + (piece.part(0, left).total() if left > 0 else 0)
        return found
