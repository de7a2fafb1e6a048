"""Recordings of several ranks that go to one file: the first rank writes it, and all read from it."""

from __future__ import annotations

import sys
from pathlib import Path

from loihi_emu.ranks.ranks import Ranks
from loihi_emu.recording import stream_form as form
from loihi_emu.recording.counters import Snapshot
from loihi_emu.run.accounts import Counters
from loihi_emu.run.stream_writer import StreamWriter, drop_rows

WRITING = "recordings to a file"


class StreamOnRanks:
    """What a :class:`StreamWriter` is to one process. All ranks record the same, so they drop the same rows.

    Parameters
    ----------
    ranks : Ranks
    path, counters, since, sample_steps
        As of :class:`StreamWriter`.
    """

    def __init__(self, ranks: Ranks, path: Path, counters: Counters, since: Snapshot, sample_steps: int | None) -> None:
        self.path, self.since = path, since
        self._ranks, self._counters = ranks, counters
        self._writer: StreamWriter | None = None
        ranks.agreed(WRITING, self._open, sample_steps)
        self._table: form.ColumnTable | None = ranks.from_first(None if self._writer is None else self._writer.table)

    def _open(self, sample_steps: int | None) -> None:
        if self._ranks.rank == 0:
            self._writer = StreamWriter(self.path, self._counters, self.since, sample_steps)

    def after_chunk(self) -> None:
        """Write if the first rank says so."""
        due = 0 if self._writer is None else int(self._writer.is_due())
        if self._ranks.meet(WRITING, number=due)[0]:
            self._flush()

    def _flush(self) -> None:
        now, writer = self._counters.snapshot(), self._writer
        made = self._ranks.by_first(WRITING, lambda: None if writer is None else writer.flush())
        if made is not None and writer is None:
            assert self._table is not None
            block, rows = made
            self._table.add(block, rows)
            drop_rows(self._counters.image, self._table, rows, self.since)
        self.since = now

    def finish(self) -> None:
        """Write the rest, and close the file. After an error the first rank does so by itself."""
        if sys.exc_info()[0] is None:
            self._flush()
            self._ranks.agreed(WRITING, lambda: None if self._writer is None else self._writer.finish())
        elif self._writer is not None:
            self._writer.finish()
            self.since = self._writer.since
