"""Blocks: rows that leaves append, kept block by block. What is full stays where it is; nothing is copied to grow."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import prod
from typing import Any, NamedTuple

import numpy as np

from loihi_emu.memory.room import rows_for
from loihi_emu.models.memory import Array
from loihi_emu.recording.columns import Column, ColumnPiece, Held

BLOCK_BYTES = 1 << 24
"""A block becomes no larger, unless a few steps need more."""
COPIED_BYTES = 1 << 20
"""What was recorded is copied when it is no more than this, so that a short recording keeps no large block alive."""


class _State(NamedTuple):
    begin: int  # the first row that is not forgotten
    full: list[ColumnPiece]
    full_count: int  # how many of the full pieces count
    block_start: int  # the number of the first row of `now`
    now: Array  # the block that is written


class Blocks:
    """Rows of one buffer of a recorder. Rows are numbered from the first that was ever recorded.

    Every change is one assignment at its end, so that an interrupt between two lines leaves the old or the new. Only
    :meth:`make_room` allocates.

    Parameters
    ----------
    first : int
        Rows of the first block.
    tail : tuple of int
        Shape of a row.
    dtype
    most : int
        Rows that one step may add.
    """

    def __init__(self, first: int, tail: tuple[int, ...], dtype: Any, most: int = 1) -> None:
        self.most = most
        self._first, self._tail, self.dtype = max(first, most), tail, np.dtype(dtype)
        self.row_bytes = prod(tail) * self.dtype.itemsize
        self._lent = False  # whether a recording reads the block that is written
        self._state = _State(0, [], 0, 0, self._new(self._first))

    def _new(self, rows: int) -> Array:
        return rows_for((rows, *self._tail), self.dtype)

    @property
    def now(self) -> Array:
        """The block that is written."""
        return self._state.now

    @property
    def block_start(self) -> int:
        """The number of the first row of that block."""
        return self._state.block_start

    @property
    def begin(self) -> int:
        """The number of the first row that was not forgotten."""
        return self._state.begin

    @property
    def capacity(self) -> int:
        """Rows up to here have room."""
        return self._state.block_start + len(self._state.now)

    @property
    def nbytes(self) -> int:
        """Bytes in memory."""
        _, full, full_count, _, now = self._state
        return int(sum(piece.array.nbytes for piece in full[:full_count] if isinstance(piece, Held)) + now.nbytes)

    def make_room(self, filled: int) -> None:
        """Begin another block if the next step may not fit; `filled` rows there are. May raise OutOfMemoryError."""
        begin, full, full_count, block_start, now = self._state
        if filled + self.most <= self.capacity:
            return
        largest = max(BLOCK_BYTES // max(self.row_bytes, 1), 4 * self.most, self._first)
        fresh = self._new(min(max(2 * len(now), self._first), largest))
        del full[full_count:]  # left by an interrupt
        if filled > max(begin, block_start):
            full.append(Held(now[max(begin - block_start, 0) : filled - block_start]))
        self._state = _State(begin, full, len(full), filled, fresh)

    def column(self, first: int, filled: int, decode: Callable[[Array], Array] | None = None) -> Array | Column:
        """What lies in rows first..filled - 1: a copy of few, or the rows themselves, which are never written again."""
        _, _, _, block_start, now = self._state
        if first >= block_start and (filled - first) * self.row_bytes <= COPIED_BYTES:
            rows = now[first - block_start : filled - block_start]
            return rows.copy() if decode is None else np.ascontiguousarray(decode(rows))
        empty = now[:0] if decode is None else np.ascontiguousarray(decode(now[:0]))
        return Column(self._pieces(first, filled), empty, decode)

    def copied(self, first: int, filled: int) -> Array:
        """What a step wrote to rows first..filled - 1: it had room for them in the block that is written."""
        _, _, _, block_start, now = self._state
        rows: Array = now[first - block_start : filled - block_start].copy()
        return rows

    def arrays(self, first: int, filled: int, decode: Callable[[Array], Array] | None = None) -> Iterator[Array]:
        """Rows first..filled - 1, to be read before the next step."""
        lent = self._lent
        for piece in self._pieces(first, filled):
            for rows in piece.arrays():
                yield rows if decode is None else np.ascontiguousarray(decode(rows))
        self._lent = lent

    def _pieces(self, first: int, filled: int) -> list[ColumnPiece]:
        begin, full, left, start, now = self._state
        pieces: list[ColumnPiece] = []
        if filled > start:
            self._lent = True
            pieces.append(Held(now[max(first, begin, start) - start : filled - start]))
        while left and first < start:
            left -= 1
            piece = full[left]
            start -= len(piece)
            pieces.append(piece if first <= start else piece.part(first - start, len(piece)))
        return pieces[::-1]

    def append(self, rows: Array, filled: int) -> None:
        """Rows that were recorded elsewhere follow those up to `filled`."""
        begin, full, full_count, block_start, now = self._state
        pieces = full[:full_count]
        if filled > max(begin, block_start):
            pieces.append(Held(now[max(begin - block_start, 0) : filled - block_start]))
            now = np.empty_like(now[:0])
        pieces.append(Held(rows))
        self._state = _State(begin, pieces, len(pieces), filled + len(rows), now)

    def fits_on(self, filled: int) -> bool:
        """Whether the block that is written is no more than half full."""
        *_, block_start, now = self._state
        return 2 * (filled - block_start) <= len(now)

    def forget(self, filled: int) -> None:
        """Drop all rows, and go on in the same block."""
        *_, block_start, now = self._state
        self._state = _State(filled, [], 0, block_start, now)

    def restart(self, filled: int, *, keep_block: bool) -> None:
        """Drop all rows, and go on at the beginning of this block if no recording reads it, or else of a new one."""
        now = self._state.now
        self._state = _State(filled, [], 0, filled, now if keep_block and not self._lent else np.empty_like(now[:0]))
        self._lent = False

    def moved(self, moved: ColumnPiece, since: int, filled: int) -> None:
        """Rows since..filled - 1 lie in a file now, as `moved`, and no longer in memory."""
        begin, full, full_count, block_start, now = self._state
        row = block_start - sum(len(piece) for piece in full[:full_count])
        stay: list[ColumnPiece] = []
        for piece in full[:full_count]:
            if row < since:
                stay.append(piece.part(0, min(len(piece), since - row)))
            row += len(piece)
        mixed = since > max(begin, block_start)  # the block has rows from before
        if mixed:
            stay.append(Held(now[max(begin - block_start, 0) : since - block_start]))
        longer = stay[-1].followed_by(moved) if stay else None
        stay = [*stay[:-1], longer] if longer is not None else [*stay, moved]
        left = np.empty_like(now[:0]) if mixed or self._lent else now
        self._state = _State(begin, stay, len(stay), filled, left)
        self._lent = False

    def adopt(self, old: Blocks) -> None:
        """Take over rows, and the block that is written, of another buffer of the same rows."""
        begin, full, full_count, block_start, now = old._state
        self._state, self._lent = _State(begin, full[:full_count], full_count, block_start, now), old._lent

    def start_with(self, piece: ColumnPiece, filled: int) -> None:
        """Begin with rows that are known, up to `filled`."""
        self._state = _State(filled - len(piece), [piece], 1, filled, self._state.now)
