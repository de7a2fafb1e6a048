"""Recordings that were, or are being, written while running: what of a file is whole, and a Recording that reads it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from loihi_emu.errors import LoihiEmuError, ValidationError, invalid
from loihi_emu.numeric import MAX_STEPS
from loihi_emu.recording import stream_form as form
from loihi_emu.recording.columns import Column
from loihi_emu.recording.contents import Accounts, Contents
from loihi_emu.recording.counters import ABOUT_WEIGHTS, CounterFields, Snapshot, accounts_of, added
from loihi_emu.recording.form import DESCRIBED, PAYLOADS, ROWS, SPIKES, check_accounts, check_index, rows_of
from loihi_emu.user_warnings import warn


@dataclass(frozen=True)
class Found:
    """What of a file is whole.

    Attributes
    ----------
    head : dict
        What is recorded, checked.
    table : ColumnTable
    steps, blocks : int
        Whole ones.
    end, size : int
        Bytes up to the end of the last whole block, and of the file.
    accounts : callable
        Gives populations, stats and info of the whole steps.
    done : bool
        Whether the last run came to its end.
    """

    head: dict[str, Any]
    table: form.ColumnTable
    steps: int
    blocks: int
    end: int
    size: int
    accounts: Callable[[], Accounts]
    done: bool

    @property
    def next_step(self) -> int:
        """The step after the last whole one."""
        return int(self.head["start"]) + self.steps

    def columns(self) -> dict[str, Column]:
        """All columns, which are read when they are looked at."""
        return {
            c.name: Column([form.Span(self.table, k, 0, self.table.rows(k))], np.empty((0, *c.tail), c.dtype))
            for k, c in enumerate(self.table.columns)
        }


def load_stream(path: str | Path) -> Contents:
    """The whole steps of a file, which may still grow; an unfinished end is told, and left out."""
    found = scan(path)
    left = found.size - found.end
    if left:
        warn(
            f"{path}: {found.steps} steps are whole; {left} bytes behind them are the beginning of a block that is "
            "being written or was cut off, or are damaged. They are left out."
        )
    return Contents(
        start=found.head["start"], steps=found.steps, sample_steps=found.head["sample_steps"], arrays=found.columns(),
        index=found.head["index"], accounts=found.accounts,
    )  # fmt: skip


def scan(path: str | Path) -> Found:
    """Find the whole blocks of a file.

    Raises
    ------
    ValidationError
        No such file, one of another kind or of a newer schema, or one whose blocks contradict each other.
    """
    try:
        with Path(path).open("rb") as stream:
            return _scan(stream, Path(path))
    except OSError as problem:
        raise ValidationError(f"{path}: cannot be read ({problem.strerror}).", where=str(path)) from problem
    except LoihiEmuError:
        raise
    except (KeyError, TypeError, ValueError, IndexError, OverflowError, AttributeError) as problem:
        raise invalid(str(path), "", f"blocks that contradict each other ({problem})", form.WHAT) from problem


def _scan(stream: BinaryIO, path: Path) -> Found:
    blocks = form.blocks_of(stream)
    first = next(blocks, None)
    if first is None or first.kind != form.HEAD:
        raise invalid(str(path), "", "a file without its first block", form.WHAT)
    head = _head(form.json_at(stream, first, str(path)), str(path))
    columns = [form.ColumnForm(name, np.dtype(kind), tuple(tail)) for name, kind, tail in head["columns"]]
    _check_columns(head, columns, str(path))
    table = form.ColumnTable(path, columns, 1 + head["numbers"])
    steps, count, end, done = 0, 1, first.end, False
    run: dict[str, Any] = {}
    last: np.ndarray[Any, Any] | None = None
    ended: dict[str, Any] | None = None
    for block in blocks:
        if block.before != steps or steps + block.steps >= MAX_STEPS:
            raise invalid(str(path), "", f"a block after {block.before} steps", f"one after {steps}")
        if block.kind == form.RUN:
            run, last, done = form.json_at(stream, block, str(path)), None, False
        elif block.kind == form.DONE:
            ended, done = form.json_at(stream, block, str(path)), True
        elif block.kind == form.DATA:
            numbers = _numbers(stream, block, table, str(path))
            steps += block.steps
            table.add(block, [int(n) for n in numbers[: len(columns)]])
            _check_rows(head | {"steps": steps}, table, str(path))
            last, done = numbers[len(columns) :], False
        else:
            raise invalid(str(path), "", f"a block of kind {block.kind!r}", form.WHAT)
        count, end = count + 1, block.end
    size = stream.seek(0, 2)
    state = "" if done else f"{steps} steps are whole; its run goes on, or was ended from outside"
    if done and ended is not None:
        check_accounts(str(path), ended)
        accounts: Callable[[], Accounts] = partial(_told, ended)
    else:
        if not run:
            raise invalid(str(path), "", "a file whose run had not begun", form.WHAT)
        check_accounts(str(path), {"populations": run["populations"], "stats": run["stats"], "info": run["info"]})
        accounts = partial(_counted, run, last, state)
    return Found(head, table, steps, count, end, size, accounts, done)


# ------------------------------------------------------------ checks
def _head(head: dict[str, Any], path: str) -> dict[str, Any]:
    if head.get("kind") != form.KIND:
        raise invalid(path, "", f"a file of kind {str(head.get('kind'))[:60]!r}", form.WHAT)
    if type(head.get("schema")) is not int or head["schema"] > form.SCHEMA:
        given = str(head.get("schema"))[:20]
        raise invalid(path, "schema", given, f"at most {form.SCHEMA}", advice="Update loihi_emu to read it.")
    DESCRIBED(path, "", {key: head[key] for key in ("start", "sample_steps", "index")})
    if type(head["numbers"]) is not int or not 0 <= head["numbers"] < 1 << 40:
        raise invalid(path, "numbers", str(head["numbers"])[:20], "a number of counters")
    check_index(path, head["index"], {name: {"size": size} for name, size in head["sizes"].items()})
    return head


def _check_columns(head: Mapping[str, Any], columns: list[form.ColumnForm], path: str) -> None:
    """Whether there are the columns that the index implies, of their types."""
    names = [layout.name for layout in columns]
    wanted: list[str] = []
    for name, row in head["index"].items():
        if name.endswith(SPIKES):
            parts = [f"{name}.index", f"{name}.counts"] + [f"{name}.payload"] * (f"{name}.payload" in names)
            allowed: tuple[Any, ...] = (np.int32,)
            size = 1
        else:
            parts, allowed = [name], ROWS
            size = row["size"] if row["neurons"] is None else len(row["neurons"])
        wanted += parts
        for layout in columns:
            kinds = PAYLOADS if layout.name == f"{name}.payload" else allowed
            if layout.name in parts and (
                layout.dtype not in [np.dtype(d) for d in kinds]
                or any(type(n) is not int or n < 0 for n in layout.tail)
                or layout.row_bytes != size * layout.dtype.itemsize
            ):
                raise invalid(
                    path, layout.name, f"rows of {layout.dtype} and shape {layout.tail}", "those of the index"
                )
    if sorted(names) != sorted(wanted):
        raise invalid(path, "columns", f"{len(names)} columns", f"those of the index: {', '.join(wanted)[:200]}")


def _numbers(stream: BinaryIO, block: form.FileBlock, table: form.ColumnTable, path: str) -> np.ndarray[Any, Any]:
    """The 64-bit numbers at the beginning of a block of rows, which must say how long it is."""
    columns = len(table.columns)
    count = columns + table.numbers
    if block.size < 8 * count:
        raise invalid(path, "", f"a block of {block.size} bytes", f"at least {8 * count}")
    stream.seek(block.start)
    numbers = np.frombuffer(stream.read(8 * count), np.int64)
    rows = [int(n) for n in numbers[:columns]]
    size = 8 * count + sum(form.padded(n * c.row_bytes) for n, c in zip(rows, table.columns, strict=True))
    if min(rows, default=0) < 0 or size != block.size:
        raise invalid(path, "", f"a block of {block.size} bytes with rows for {size}", form.WHAT)
    return numbers


def _check_rows(head: Mapping[str, Any], table: form.ColumnTable, path: str) -> None:
    """Whether there are as many rows as steps imply."""
    rows = {layout.name: table.rows(k) for k, layout in enumerate(table.columns)}
    for name, row in head["index"].items():
        if name.endswith(SPIKES):
            found, wanted = rows[f"{name}.counts"], head["steps"]
            if rows.get(f"{name}.payload", rows[f"{name}.index"]) != rows[f"{name}.index"]:
                raise invalid(path, f"{name}.payload", "another number of payloads", "one for each spike")
        else:
            found, wanted = rows[name], rows_of(head, row["every"])
        if found != wanted:
            raise invalid(path, name, f"{found} rows in {head['steps']} steps", f"{wanted}")


# ------------------------------------------------------------ accounts
def _told(ended: dict[str, Any]) -> Accounts:
    return ended["populations"], ended["stats"], ended["info"]


def _counted(run: dict[str, Any], last: np.ndarray[Any, Any] | None, state: str) -> Accounts:
    """What was counted before the run, and in its whole blocks."""
    populations, inputs, *counts = run["counters"]
    counters = CounterFields(tuple(populations), tuple(inputs), *counts)
    begin = np.asarray(run["values"], np.int64)
    now = begin if last is None else last[1:]
    wall = 0.0 if last is None else float(last[0]) / 1e6
    since, to = (Snapshot(values, [], counters) for values in (begin, now))
    weights = {key: value for key, value in run["stats"].items() if key in ABOUT_WEIGHTS}
    made = accounts_of(run["populations"], weights, run["about"], since, to, wall)
    populations, stats, info = added((run["populations"], run["stats"], run["info"]), made)
    return populations, stats, info | {"file": state}
