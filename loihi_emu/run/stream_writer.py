"""Recordings that go to a file while running: rows are appended in blocks, and the memory they took is used again."""

from __future__ import annotations

import json
import os
import time
import zlib
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np

from loihi_emu.errors import SimulationError, invalid
from loihi_emu.files.archive import path_of
from loihi_emu.image.build import Image
from loihi_emu.recording import stream_form as form
from loihi_emu.recording.contents import Accounts
from loihi_emu.recording.counters import Snapshot, added
from loihi_emu.recording.stream_reader import scan
from loihi_emu.run.accounts import Counters, about
from loihi_emu.run.structure import structure

FLUSH_BYTES = 1 << 23
FLUSH_SECONDS = 1.0
"""Rows are written when there are so many bytes of them, or after so long: no more than this is lost by kill -9."""


class _At(NamedTuple):
    """How far a file is; one assignment changes all of it, so that an interrupt finds the old or the new."""

    number: int  # of the next block
    steps: int  # in whole blocks
    end: int  # bytes of whole blocks
    blocks: int  # of rows
    since: Snapshot  # what was recorded until then is in the file


class StreamWriter:
    """Writes what is recorded from some moment on.

    Parameters
    ----------
    path : Path
    counters : Counters
        Of the emulator that runs.
    since : Snapshot
        Where recorders and counters stood; everything after it is written.
    sample_steps : int or None
        Of samples.

    Raises
    ------
    ValidationError
        The file cannot be written, is of something else, or does not end where the recording goes on.
    """

    def __init__(self, path: Path, counters: Counters, since: Snapshot, sample_steps: int | None) -> None:
        self.path, self._at = path, _At(0, 0, 0, 0, since)
        self._counters, self._run, self._begin = counters, since.summed(), time.perf_counter()
        self._failed = False
        self._sample_steps = sample_steps
        self._earlier: Accounts | None = None
        self._stream = _opened(path)
        is_new = False
        try:
            size = self._stream.seek(0, os.SEEK_END)
            is_new = not size
            if size:
                self._go_on()
            else:
                self._start()
            self._announce()
        except BaseException:
            if is_new:
                with suppress(OSError):
                    self._stream.truncate(0)
            self._stream.close()
            raise

    @property
    def since(self) -> Snapshot:
        """What was recorded until then is in the file."""
        return self._at.since

    # ------------------------------------------------------------ beginning
    def _start(self) -> None:
        self._write([form.MARK])
        self._at = self._at._replace(end=len(form.MARK))
        self.table = form.ColumnTable(self.path, self._columns(), 1 + len(self._run.values))
        self._json(form.HEAD, self._head())

    def _go_on(self) -> None:
        """Append to a file that ends where this recording begins."""
        where = f"run, to={str(self.path)!r}"
        advice = "Give another name; nothing is ever written over."
        if not form.is_stream(self.path):
            raise invalid(
                where, "", "a file that is there already", "a new file, or one that run(to=...) wrote", advice=advice
            )
        found = scan(self.path)
        mine = self._head()
        for key, value in found.head.items():
            if key in ("kind", "schema", "start"):
                continue
            if _plain(mine.get(key)) != value:
                given = f"a recording of another network or of other probes ({key})"
                raise invalid(where, "", given, "one of this network and these probes", advice=advice)
        if self._sample_steps is not None or found.next_step != self.since.step:
            given = f"a recording that ends before step {found.next_step}"
            raise invalid(
                where, "", given, f"one that ends before step {self.since.step}, which is next", advice=advice
            )
        self.table = found.table
        self._at = _At(found.blocks, found.steps, found.end, len(found.table), self.since)
        self._earlier = found.accounts()
        self._earlier[2].pop("file", None)
        self._stream.truncate(found.end)

    def _columns(self) -> list[form.ColumnForm]:
        now = self._counters.snapshot().filled
        found = [c for r in self._counters.image.recorded for c in r.columns(now, now).items()]
        return [form.ColumnForm(name, column.dtype, column.shape[1:]) for name, column in found]

    def _head(self) -> dict[str, Any]:
        image = self._counters.image
        return {
            "kind": form.KIND, "schema": form.SCHEMA, "start": self.since.step, "sample_steps": self._sample_steps,
            "index": self._counters.index, "columns": [[c.name, c.dtype.str, list(c.tail)] for c in self._columns()],
            "numbers": len(self._run.values), "about": about(image.network),
            "sizes": {name: p["size"] for name, p in self._counters.populations().items()},
            "structure": structure(image),
        }  # fmt: skip

    def _announce(self) -> None:
        """Say where counters stand, and what the file has counted before."""
        populations, stats, info = self._earlier or self._counters.accounts(self._run, self._run, 0.0)
        self._json(
            form.RUN,
            {
                "counters": list(self._run.fields_values()), "values": self._run.values, "populations": populations,
                "stats": stats, "info": info, "about": about(self._counters.image.network),
            },
        )  # fmt: skip

    # ------------------------------------------------------------ while running
    def after_chunk(self) -> None:
        """Write if there is enough, or after a while."""
        if self.is_due():
            self.flush()

    def is_due(self) -> bool:
        """Whether there is enough to write, or it was long ago."""
        filled = self._counters.image.levels.filled
        pending = sum(
            (filled.item(limit) - self.since.filled[limit]) * blocks.row_bytes
            for one in self._counters.image.recorded
            for blocks, limit, _ in one.recorder.buffers.values()
        )
        return pending >= FLUSH_BYTES or time.perf_counter() - self._flushed >= FLUSH_SECONDS

    def flush(self) -> tuple[form.FileBlock, list[int]] | None:
        """Write all rows that are not in the file, and use their memory again; the block, and its rows by column."""
        now, since = self._counters.snapshot(), self.since
        steps = now.total - since.total
        self._flushed = time.perf_counter()
        if not steps:
            return None
        parts: list[Any] = []
        rows: list[int] = []
        for one in self._counters.image.recorded:
            for blocks, limit, _ in one.recorder.buffers.values():
                first, end = since.filled[limit], now.filled[limit]
                rows.append(end - first)
                size = 0
                for array in blocks.arrays(first, end, one.recorder.decode):
                    parts.append(array)
                    size += array.nbytes
                parts.append(bytes(form.padded(size) - size))
        wall = int((time.perf_counter() - self._begin) * 1e6)
        parts.insert(0, np.concatenate([rows, [wall], now.summed().values]).astype(np.int64))
        block = self._block(form.DATA, parts, steps)
        self.table.cut(self._at.blocks)
        self.table.add(block, rows)
        number, before, *_ = self._at
        self._at = _At(number + 1, before + steps, block.end, len(self.table), now)
        drop_rows(self._counters.image, self.table, rows, since)
        return block, rows

    def finish(self) -> None:
        """Write the rest and the accounts, bring them to the disk, and close the file."""
        try:
            if self._failed:
                return
            self.flush()
            made = self._counters.accounts(self._run, self.since.summed(), time.perf_counter() - self._begin)
            populations, stats, info = added(self._earlier, made) if self._earlier else made
            self._json(form.DONE, {"populations": populations, "stats": stats, "info": info})
            os.fsync(self._stream.fileno())
        finally:
            self._stream.close()

    # ------------------------------------------------------------ blocks
    def _json(self, kind: bytes, values: dict[str, Any]) -> None:
        block = self._block(kind, [form.json_of(values)], 0)
        self._at = self._at._replace(number=self._at.number + 1, end=block.end)
        self._flushed = time.perf_counter()

    def _block(self, kind: bytes, parts: Sequence[Any], steps: int) -> form.FileBlock:
        """Append a block; if that fails, or is interrupted, the file ends where it did."""
        views = [_bytes(part) for part in parts]
        size, check = 0, 0
        for view in views:
            size += len(view)
            check = zlib.crc32(view, check)
        at = self._at
        header = form.header_of(kind, at.number, size, at.steps, steps, check)
        self._write([header, *views, bytes(form.padded(size) - size)])
        return form.FileBlock(kind, at.end + form.HEADER.size, size, at.steps, steps, check)

    def _write(self, parts: Sequence[Any]) -> None:
        try:
            if self._stream.seek(0, os.SEEK_END) != self._at.end:  # left by an interrupt
                self._stream.truncate(self._at.end)
                self._stream.seek(self._at.end)
            for part in parts:
                self._write_all(self._stream, part)
        except OSError as problem:
            self._failed = True
            with suppress(OSError):
                self._stream.truncate(self._at.end)
            now = self._counters.image.step
            raise SimulationError(
                f"run, to={str(self.path)!r}: the file cannot be written any more ({problem.strerror}). Its "
                f"{self._at.steps} steps are whole, what came after them is in emulator.recording, and the emulator is "
                f"at step {now}. Make room and call run(steps, to=...) with the same file to go on."
            ) from problem

    @staticmethod
    def _write_all(stream: BinaryIO, part: Any) -> None:
        left = memoryview(part)
        while len(left):
            left = left[stream.write(left) :]


def drop_rows(image: Image, table: form.ColumnTable, rows: Sequence[int], since: Snapshot) -> None:
    """Let recorders refer to the last block of a file for so many rows of each column, and use their memory again."""
    column = 0
    for one in image.recorded:
        done = []
        for _, limit, _ in one.recorder.buffers.values():
            last = table.rows(column)
            done.append((form.Span(table, column, last - rows[column], last), since.filled[limit]))
            column += 1
        one.recorder.moved(done)


def path_to(given: object) -> Path:
    """The path of a file to write, wherever the process goes meanwhile."""
    return Path(os.path.abspath(path_of(given)))


def check_new(path: Path) -> None:
    """Raise if a file cannot be begun: it is there already, or cannot be written."""
    _opened(path).close()
    if path.stat().st_size:
        where = f"run_samples, to={str(path)!r}"
        raise invalid(where, "", "a file that is there already", "a new file", advice="Nothing is ever written over.")


def _plain(value: Any) -> Any:
    """A value as it comes back from JSON."""
    return json.loads(form.json_of({"value": value}))["value"]


def _bytes(part: Any) -> Any:
    """The bytes of an array, or bytes."""
    return np.ascontiguousarray(part).reshape(-1).view(np.uint8).data if isinstance(part, np.ndarray) else part


def _opened(path: Path) -> BinaryIO:
    """The file to append to, new or old, which no other run writes meanwhile."""
    where = f"run, to={str(path)!r}"
    if path.suffix == ".npz":
        advice = "Recording.save writes npz files."
        raise invalid(where, "", "a name that ends in .npz", "another, such as run.rec", advice=advice)
    if not path.parent.is_dir():
        raise invalid(where, "", f"no folder {str(path.parent)!r}", "a path in a folder that exists")
    if path.exists() and not path.is_file():
        raise invalid(where, "", "a folder, or something that is no file", "the name of a file")
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o666)
    except OSError as problem:
        raise invalid(where, "", f"a file that cannot be written ({problem.strerror})", "one that can") from problem
    stream = os.fdopen(handle, "r+b", buffering=0)
    if not _locked(stream):
        stream.close()
        raise invalid(where, "", "a file that another run is writing", "one that none is", advice="Give another name.")
    return stream


def _locked(stream: Any) -> bool:
    """Lock a file for this process, where the system can."""
    try:
        import fcntl
    except ImportError:
        return True
    try:
        fcntl.flock(stream.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # file systems without locks
        return True
    return True
