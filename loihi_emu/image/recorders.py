"""Recorders: what probes write into. A step never lacks room, and a recorded row never moves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from loihi_emu.image.blocks import BLOCK_BYTES, Blocks
from loihi_emu.models import probes as at
from loihi_emu.models.memory import Array, Description, SourceLists, counter
from loihi_emu.recording.columns import Column, ColumnPiece, Held

OfRows: TypeAlias = Callable[[Array], Array]
"""Makes rows of others."""
FIRST_ROWS = 1024
FIRST_SPIKES = 4096
STEPS_OF_RANKS = 64
"""A first block of several ranks has so often what they have to keep free, if that is little."""
FIRST_VALUES = 1 << 22
"""A first block of rows of state has no more values, or one row."""


class BufferLevels:
    """How many rows every buffer has ever had, in arrays that the time loop looks at before each step.

    Attributes
    ----------
    stop : int
        One more limit: the time loop ends where a 1 is written there.
    work : int
        And another: nanoseconds of work that spikes made, if that is added up.
    watched : bool
        Whether it is.
    ahead : int
        Steps for which there is room in new blocks.
    """

    def __init__(self, limits: int, ahead: int = 1) -> None:
        self.stop, self.work, self.ahead, self.watched = limits, limits + 1, ahead, False
        self.filled: NDArray[np.int64] = np.zeros(limits + 2, np.int64)
        self.capacity: NDArray[np.int64] = np.zeros(limits + 2, np.int64)
        self.needed: NDArray[np.int64] = np.zeros(limits + 2, np.int64)
        self.total: NDArray[np.int64] = counter()  # steps run, whatever the clock was set to
        self._next = 0

    def take(self, needed: int) -> int:
        """Use one limit; returns its number."""
        number = self._next
        self._next += 1
        self.needed[number] = needed
        return number


class Recorder:
    """Buffers of one probe, each with the number of its limit and the field of the description that has its address."""

    description: Description
    decode: Callable[[Array], Array] | None = None

    def __init__(self, levels: BufferLevels) -> None:
        self.levels = levels
        self.buffers: dict[str, tuple[Blocks, int, str]] = {}

    def make_room(self) -> None:
        """Begin new blocks where the next step may not fit. May raise OutOfMemoryError; nothing is lost then."""
        self._close()
        for blocks, limit, _ in self.buffers.values():
            blocks.make_room(int(self.levels.filled[limit]))
        self._open()

    def forget(self, *, keep_blocks: bool) -> None:
        """Drop all rows, and the memory too unless blocks are to be kept for what comes next."""
        filled = self.levels.filled
        if keep_blocks and all(blocks.fits_on(filled.item(limit)) for blocks, limit, _ in self.buffers.values()):
            for blocks, limit, _ in self.buffers.values():
                blocks.forget(filled.item(limit))
            return
        self._close()
        for blocks, limit, _ in self.buffers.values():
            blocks.restart(filled.item(limit), keep_block=keep_blocks)
        self._open()

    def moved(self, pieces: Sequence[tuple[ColumnPiece, int]]) -> None:
        """Rows of each buffer, from a row on, lie in a file now."""
        self._close()
        for (blocks, limit, _), (piece, since) in zip(self.buffers.values(), pieces, strict=True):
            blocks.moved(piece, since, self.levels.filled.item(limit))
        self._open()

    def adopt(self, old: Recorder) -> None:
        """Take over what another recorder of the same neurons has recorded."""
        self._close()
        for name, (blocks, limit, _) in self.buffers.items():
            earlier, filled = old.buffers.get(name), int(self.levels.filled[limit])
            if earlier is not None and earlier[0].dtype == blocks.dtype:
                blocks.adopt(earlier[0])
            elif earlier is not None:  # payloads that were integers
                rows = Column.of(earlier[0].column(earlier[0].begin, filled)).joined()
                blocks.start_with(Held(rows.astype(blocks.dtype)), filled)
            else:  # payloads of spikes that had none until now: 1 each
                ones = np.broadcast_to(blocks.dtype.type(1), filled - old.buffers["index"][0].begin)
                blocks.start_with(Held(ones), filled)
        self._open()

    def taken(self, first: list[int], filled: list[int]) -> list[Array]:
        """Rows of each buffer between two moments, as they were recorded."""
        found = []
        for blocks, limit, _ in self.buffers.values():
            arrays = list(blocks.arrays(first[limit], filled[limit]))
            found.append(np.concatenate(arrays) if arrays else np.copy(blocks.now[:0]))
        return found

    def append(self, arrays: Sequence[Array]) -> None:
        """Rows of each buffer that a recorder of the same probe took elsewhere follow those that are here."""
        self._close()
        filled = {}
        for (blocks, limit, _), rows in zip(self.buffers.values(), arrays, strict=True):
            blocks.append(rows, self.levels.filled.item(limit))
            filled[limit] = len(rows)
        for limit, count in filled.items():
            self.levels.filled[limit] += count
        self._open()

    def _close(self) -> None:
        """Let no step begin: an interrupt may come before addresses and room are told."""
        for _, limit, _ in self.buffers.values():
            self.levels.capacity[limit] = -1

    def _open(self) -> None:
        """Tell the leaf where to write, and then the time loop how much room there is."""
        room: dict[int, int] = {}
        for blocks, limit, field in self.buffers.values():
            self.description.point(field, blocks.now, blocks.block_start * blocks.row_bytes)
            room[limit] = min(blocks.capacity, room.get(limit, blocks.capacity))
        for limit, rows in room.items():
            self.levels.capacity[limit] = rows

    @property
    def nbytes(self) -> int:
        """Bytes in memory."""
        return sum(blocks.nbytes for blocks, _, _ in self.buffers.values())


class SpikeRecorder(Recorder):
    """Spikes of a part of a source: neuron indices one after the other, and their number in each step."""

    def __init__(
        self,
        lists: SourceLists,
        first: int,
        size: int,
        chosen: NDArray[np.int64] | None,
        most: int,
        levels: BufferLevels,
    ) -> None:
        super().__init__(levels)
        spike_limit, step_limit, room = levels.take(most), levels.take(1), levels.ahead * most
        rows = FIRST_SPIKES
        if levels.ahead > 1:  # ranks stop together for a new block: seldom, and what is not written takes no memory
            rows = max(rows, min(STEPS_OF_RANKS * room, BLOCK_BYTES // 4))
        self.buffers["index"] = Blocks(rows, (), np.int32, room), spike_limit, "indices"
        self.buffers["counts"] = Blocks(FIRST_ROWS, (), np.int32, levels.ahead), step_limit, "counts"
        valued = lists.payload is not None and lists.payload.dtype == np.float64
        if lists.payload is not None:
            self.buffers["payload"] = Blocks(rows, (), lists.payload.dtype, room), spike_limit, "payloads"
        self.leaf = "probes:valued_spikes" if valued else "probes:spikes"
        d = self.description = Description(at.VALUED if valued else at.SPIKES)
        lists.describe(d)
        d.first, d.end = first, first + size
        mask = None
        if chosen is not None:
            mask = np.zeros(size, np.uint8)
            mask[chosen] = 1
        d.chosen, d.filled = mask, levels.filled[spike_limit : spike_limit + 2]
        self._open()


class StateRecorder(Recorder):
    """Rows of one state variable of a population."""

    def __init__(self, values: Array, chosen: NDArray[np.int64] | None, every: int, levels: BufferLevels) -> None:
        super().__init__(levels)
        limit = levels.take(1)
        n = len(values) if chosen is None else len(chosen)
        rows = max(1, min(FIRST_ROWS, FIRST_VALUES // max(n, 1)))
        self.buffers["rows"] = Blocks(rows, (n,), values.dtype, levels.ahead), limit, "rows"
        d = self.description = Description(at.STATE)
        d.values, d.width, d.n, d.every = values, values.dtype.itemsize, n, every
        d.chosen, d.filled = chosen, levels.filled[limit : limit + 1]
        self._open()


class DecodedRecorder(StateRecorder):
    """Rows of a state that is kept in another form than it is read in, and may be divided among parts.

    Parameters
    ----------
    values : array
    every : int
    levels : BufferLevels
    joined, divided : callable
        From rows as they lie in memory to those that there would be without parts, and back.
    shown : callable
        From these to what is read.
    """

    def __init__(
        self, values: Array, every: int, levels: BufferLevels, joined: OfRows, divided: OfRows, shown: OfRows
    ) -> None:
        super().__init__(values, None, every, levels)
        self._joined, self._divided = joined, divided
        self.decode = lambda rows: shown(joined(rows))

    def taken(self, first: list[int], filled: list[int]) -> list[Array]:
        """Rows as they would be without parts: where they go there may be other parts."""
        return [self._joined(rows) for rows in super().taken(first, filled)]

    def append(self, arrays: Sequence[Array]) -> None:
        """Take rows that are not divided."""
        super().append([self._divided(rows) for rows in arrays])


@dataclass(frozen=True, eq=False)
class Recorded:
    """A recorder with what it records."""

    name: str
    node: str
    variable: str
    recorder: Recorder
    size: int
    neurons: NDArray[np.int64] | None
    every: int

    @cached_property
    def named(self) -> list[tuple[str, Blocks, int]]:
        """The names of a recording's arrays, with the buffer of each and its limit."""
        spikes = self.variable == "spikes"
        buffers = self.recorder.buffers.items()
        return [(f"{self.name}.{part}" if spikes else self.name, *found[:2]) for part, found in buffers]

    def columns(self, before: list[int], now: list[int]) -> dict[str, Array | Column]:
        """What was recorded between two moments, by name; for each of these, how full all limits were."""
        decode = self.recorder.decode
        return {name: blocks.column(before[limit], now[limit], decode) for name, blocks, limit in self.named}
