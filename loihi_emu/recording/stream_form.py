"""The form of a recording that is written while running: blocks one after the other, each with its length and sums.

A file is a mark of 16 bytes and blocks. A block is a header of 48 bytes (kind, sum of the header, number, bytes of the
payload, steps before it, steps, sum of the payload) and a payload, filled up to 8 bytes. Kinds:

- HEAD, first and once: JSON, what is recorded, with the type and row shape of every column;
- RUN: JSON, where counters stood when a run began, and what was counted in the file before;
- DATA: rows of every column, wall time and counters as 64-bit numbers, then the rows, column by column;
- DONE: JSON, the accounts when a run ended.

Blocks are only appended. What follows the last whole block was cut off by whatever ended the process.
"""

from __future__ import annotations

import json
import os
import struct
import zlib
from array import array
from collections.abc import Iterator, Mapping, Sequence
from math import prod
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np
from numpy.typing import NDArray

from loihi_emu.errors import ValidationError, invalid

MARK = b"\x89loihi_emu rec\r\n"
KIND = "loihi_emu recording, block by block"
SCHEMA = 1
HEAD, RUN, DATA, DONE = b"HEAD", b"RUN ", b"DATA", b"DONE"
HEADER = struct.Struct("<4sIQQQQII")
MOST_JSON = 1 << 28
WHAT = "a recording of loihi_emu"

Array = NDArray[Any]


class ColumnForm(NamedTuple):
    """A column: its name, the type of its values, and the shape of a row."""

    name: str
    dtype: np.dtype[Any]
    tail: tuple[int, ...]

    @property
    def row_bytes(self) -> int:
        """Bytes of a row."""
        return prod(self.tail) * self.dtype.itemsize


class FileBlock(NamedTuple):
    """A whole block: its kind, where its payload begins, its bytes, steps before it, steps, and the payload's sum."""

    kind: bytes
    start: int
    size: int
    before: int
    steps: int
    check: int

    @property
    def end(self) -> int:
        """Where the next block begins."""
        return self.start + padded(self.size)


def padded(size: int) -> int:
    """Bytes with what fills them up to a multiple of 8."""
    return -(-size // 8) * 8


def header_of(kind: bytes, number: int, size: int, before: int, steps: int, check: int) -> bytes:
    """The header of a block."""
    plain = HEADER.pack(kind, 0, number, size, before, steps, check, 0)
    return HEADER.pack(kind, zlib.crc32(plain), number, size, before, steps, check, 0)


def json_of(values: Mapping[str, Any]) -> bytes:
    """JSON as bytes."""

    def plain(value: Any) -> Any:
        return value.tolist() if isinstance(value, (np.ndarray, np.generic)) else str(value)

    return json.dumps(values, default=plain).encode()


def is_stream(path: Path) -> bool:
    """Whether a file begins like one of these."""
    try:
        if not path.is_file():  # opening a pipe would wait
            return False
        with path.open("rb") as stream:
            return stream.read(len(MARK)) == MARK
    except (OSError, ValueError):
        return False


def blocks_of(stream: BinaryIO) -> Iterator[FileBlock]:
    """The whole blocks of a file, in order, up to the first that is not whole; most payloads are not looked at."""
    size = os.fstat(stream.fileno()).st_size
    at, number = len(MARK), 0
    while at + HEADER.size <= size:
        stream.seek(at)
        given = stream.read(HEADER.size)
        if len(given) < HEADER.size:
            return
        kind, found, counted, length, before, steps, check, _ = HEADER.unpack(given)
        plain = HEADER.pack(kind, 0, counted, length, before, steps, check, 0)
        block = FileBlock(kind, at + HEADER.size, length, before, steps, check)
        if found != zlib.crc32(plain) or counted != number or block.end > size:
            return
        if kind != DATA or block.end + HEADER.size > size:  # the last, which may be half written
            stream.seek(block.start)
            if zlib.crc32(stream.read(length)) != check:
                return
        yield block
        at, number = block.end, number + 1


def json_at(stream: BinaryIO, block: FileBlock, path: str) -> dict[str, Any]:
    """The table that a block of JSON holds."""
    if block.size > MOST_JSON:
        raise invalid(path, "", f"a description of {block.size} bytes", WHAT)
    stream.seek(block.start)
    try:
        found = json.loads(stream.read(block.size))
    except (ValueError, RecursionError) as problem:
        raise invalid(path, "", "a description that is not JSON", WHAT) from problem
    if not isinstance(found, dict):
        raise invalid(path, "", "a description that is no table", WHAT)
    return found


class ColumnTable:
    """Where the rows of all columns lie in a file; grows as blocks are written.

    Attributes
    ----------
    path : Path
    columns : list of ColumnForm
    numbers : int
        Further 64-bit numbers at the beginning of each block: wall time in microseconds, and counters.
    """

    def __init__(self, path: Path, columns: Sequence[ColumnForm], numbers: int) -> None:
        self.path, self.columns, self.numbers = path, list(columns), numbers
        self._starts, self._sizes, self._checks = array("q"), array("q"), array("q")
        self._rows = [array("q", [0]) for _ in columns]  # rows before each block
        self._checked = bytearray()

    def __len__(self) -> int:
        return len(self._starts)

    def add(self, block: FileBlock, rows: Sequence[int]) -> None:
        """One more block."""
        self._starts.append(block.start)
        self._sizes.append(block.size)
        self._checks.append(block.check)
        self._checked.append(0)
        for ends, n in zip(self._rows, rows, strict=True):
            ends.append(ends[-1] + n)

    def cut(self, blocks: int) -> None:
        """Forget what an interrupt left behind the first so many blocks."""
        for values in (self._starts, self._sizes, self._checks, self._checked):
            del values[blocks:]
        for ends in self._rows:
            del ends[blocks + 1 :]

    def rows(self, column: int) -> int:
        """Rows of a column in all blocks."""
        return self._rows[column][-1]

    def ends(self, column: int) -> array[int]:
        """Rows of a column before each block, and in all."""
        return self._rows[column]

    def read(self, column: int, block: int, first: int, end: int) -> Array:
        """Rows first..end - 1 of a column (counted within the file) that lie in one block."""
        layout = self.columns[column]
        at = self._starts[block] + 8 * (len(self.columns) + self.numbers)
        for k in range(column):
            at += padded((self._rows[k][block + 1] - self._rows[k][block]) * self.columns[k].row_bytes)
        at += (first - self._rows[column][block]) * layout.row_bytes
        found = np.empty((end - first, *layout.tail), layout.dtype)
        try:
            with self.path.open("rb") as stream:
                if not self._checked[block]:
                    self._check(stream, block)
                stream.seek(at)
                got = stream.readinto(found.reshape(-1).view(np.uint8).data) if found.nbytes else 0
        except OSError as problem:
            raise ValidationError(f"{self.path}: cannot be read any more ({problem.strerror}).") from problem
        if got != found.nbytes:
            raise invalid(str(self.path), f"block {block}", "fewer bytes than before", WHAT)
        return found

    def _check(self, stream: BinaryIO, block: int) -> None:
        stream.seek(self._starts[block])
        left, found = self._sizes[block], 0
        while left:
            piece = stream.read(min(left, 1 << 22))
            if not piece:
                break
            found, left = zlib.crc32(piece, found), left - len(piece)
        if left or found != self._checks[block]:
            raise invalid(str(self.path), f"block {block} of rows", "damaged contents", WHAT)
        self._checked[block] = 1


class Span:
    """Rows of one column of a file: a :class:`~loihi_emu.recording.columns.ColumnPiece`."""

    __slots__ = ("column", "end", "first", "table")

    def __init__(self, table: ColumnTable, column: int, first: int, end: int) -> None:
        self.table, self.column, self.first, self.end = table, column, first, end

    def __len__(self) -> int:
        return self.end - self.first

    def part(self, first: int, end: int) -> Span:
        """Rows first..end - 1 of these."""
        return Span(self.table, self.column, self.first + first, self.first + end)

    def followed_by(self, other: Any) -> Span | None:
        """Both, if the other one goes on where this one ends."""
        if not isinstance(other, Span) or other.table is not self.table or other.column != self.column:
            return None
        return Span(self.table, self.column, self.first, other.end) if other.first == self.end else None

    def _blocks(self) -> Iterator[tuple[int, int, int]]:
        """Blocks with these rows: number, first row, end."""
        ends = self.table.ends(self.column)
        low, high = 0, len(ends) - 1
        while low < high:  # the last block that begins at or before the first row
            middle = (low + high + 1) // 2
            low, high = (middle, high) if ends[middle] <= self.first else (low, middle - 1)
        block, at = low, self.first
        while at < self.end:
            stop = min(ends[block + 1], self.end)
            if stop > at:
                yield block, at, stop
                at = stop
            block += 1

    def arrays(self) -> Iterator[Array]:
        """The rows, block by block; each is read when its turn comes."""
        for block, first, end in self._blocks():
            yield self.table.read(self.column, block, first, end)

    def total(self) -> int:
        """Sum of all rows. Of counts of spikes, whole blocks are not read: the spikes beside them are counted."""
        ends, columns = self.table.ends(self.column), self.table.columns
        name = columns[self.column].name
        spikes = next((k for k, c in enumerate(columns) if c.name == f"{name.removesuffix('.counts')}.index"), None)
        found = 0
        for block, first, end in self._blocks():
            if spikes is not None and name.endswith(".counts") and (first, end) == (ends[block], ends[block + 1]):
                known = self.table.ends(spikes)
                found += known[block + 1] - known[block]
            else:
                found += int(self.table.read(self.column, block, first, end).sum(dtype=np.int64))
        return found
