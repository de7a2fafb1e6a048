"""What an emulator keeps of its runs: where recordings begin, the file that they go to, and what overflowed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from loihi_emu.errors import LoihiOverflowWarning, SimulationError
from loihi_emu.recording.counters import Snapshot
from loihi_emu.run.built import Built
from loihi_emu.run.progress import wanted
from loihi_emu.run.stream_on_ranks import StreamOnRanks
from loihi_emu.run.stream_writer import StreamWriter, path_to
from loihi_emu.user_warnings import warn


class RunRecords(Built):
    """A network that is built, with accounts of its runs.

    Attributes
    ----------
    overflow : str
        What to do when an integer leaves its field.
    """

    overflow: str
    _sample_steps: int | None

    def _wanted(self, where: str, progress: object) -> bool | None:
        """Whether a bar is wanted here: of several ranks the first shows it."""
        asked = wanted(where, progress)
        return asked if self._ranks is None or self._ranks.rank == 0 else False

    def _forget(self, keep_blocks: bool = True) -> None:
        """Begin recordings and accounts anew at this step."""
        self._first: Snapshot = self._counters.snapshot()
        for recorded in self.image.recorded:
            recorded.recorder.forget(keep_blocks=keep_blocks)
        self._wall = 0.0
        self._sample_steps = None
        self._sample_ends: list[tuple[NDArray[np.int64], float]] = []
        self._written: StreamWriter | StreamOnRanks | None = None

    def _file(self, to: str | Path, now: Snapshot) -> StreamWriter | StreamOnRanks:
        """The file that recordings go to; one that could not be written to its end goes on where that was."""
        path = path_to(to)
        last = self._written
        since = last.since if last is not None and last.path == path and path.exists() else now
        self._written = None
        if self._ranks is None:
            self._written = StreamWriter(path, self._counters, since, self._sample_steps)
        else:
            self._written = StreamOnRanks(self._ranks, path, self._counters, since, self._sample_steps)
        return self._written

    def _check_overflow(self, since: Snapshot, where: str = "") -> None:
        if self.overflow == "raise":
            lost = self._counters.lost_text(since)
            if lost:
                raise SimulationError(
                    f"{where}integers left their fields before step {self.image.step}: {lost}. Scale weights, biases "
                    'or thresholds down (loihi_emu.quantize), or use overflow="chip" to wrap and saturate as on the '
                    "chip."
                )

    def _warn_overflow(self, before: Snapshot) -> None:
        if self.overflow == "warn":
            lost = self._counters.lost_text(before)
            if lost:
                warn(f"integers left their fields: {lost}", LoihiOverflowWarning)
