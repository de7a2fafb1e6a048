"""Recorders: the buffers that probes write into, which grow between steps and never lose a row."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from loihi_emu.image.memory import Array, Description, SourceLists
from loihi_emu.models import probes as at

FIRST_ROWS = 1024
FIRST_SPIKES = 4096


class Fills:
    """How full every buffer is, in arrays that the time loop looks at before each step."""

    def __init__(self, limits: int) -> None:
        self.filled: NDArray[np.int64] = np.zeros(limits, np.int64)
        self.capacity: NDArray[np.int64] = np.zeros(limits, np.int64)
        self.needed: NDArray[np.int64] = np.zeros(limits, np.int64)
        self.total: NDArray[np.int64] = np.zeros(1, np.int64)  # steps run, whatever the clock was set to
        self._next = 0

    def take(self, needed: int) -> int:
        """Use one limit; returns its number."""
        number = self._next
        self._next += 1
        self.needed[number] = needed
        return number


def grown(array: Array, rows: int) -> Array:
    """A copy with room for so many rows."""
    larger = np.empty((rows, *array.shape[1:]), array.dtype)
    larger[: len(array)] = array
    return larger


class SpikeRecorder:
    """Spikes of a part of a source: neuron indices one after the other, and their number in each step."""

    def __init__(
        self, lists: SourceLists, first: int, size: int, chosen: NDArray[np.int64] | None, most: int, fills: Fills
    ) -> None:
        self.size = size
        self.fills = fills
        self.spike_limit, self.step_limit = fills.take(most), fills.take(1)
        self.index: Array = np.empty(max(FIRST_SPIKES, most), np.int32)
        self.counts: Array = np.empty(FIRST_ROWS, np.int32)
        self.payload: Array | None = None if lists.payload is None else np.empty(len(self.index), np.int32)
        d = self.description = Description(at.SPIKE_WORDS)
        lists.describe(d)
        d.words[at.K_FIRST], d.words[at.K_END] = first, first + size
        mask = None
        if chosen is not None:
            mask = np.zeros(size, np.uint8)
            mask[chosen] = 1
        d.point(at.K_CHOSEN, mask)
        d.point(at.K_FILL, fills.filled[self.spike_limit : self.spike_limit + 2])
        self._point()

    def make_room(self) -> None:
        """Grow what is nearly full."""
        f = self.fills
        if f.filled[self.spike_limit] + f.needed[self.spike_limit] > len(self.index):
            rows = int(max(2 * len(self.index), f.filled[self.spike_limit] + f.needed[self.spike_limit]))
            payload = None if self.payload is None else grown(self.payload, rows)
            self.index, self.payload = grown(self.index, rows), payload
        if f.filled[self.step_limit] + 1 > len(self.counts):
            self.counts = grown(self.counts, 2 * len(self.counts))
        self._point()

    def _point(self) -> None:
        self.description.point(at.K_BUFFER, self.index)
        self.description.point(at.K_PAYLOAD, self.payload)
        self.description.point(at.K_COUNTS, self.counts)
        room = len(self.index) if self.payload is None else min(len(self.index), len(self.payload))
        self.fills.capacity[self.spike_limit] = room
        self.fills.capacity[self.step_limit] = len(self.counts)

    def adopt(self, old: SpikeRecorder) -> None:
        """Take over what another recorder of the same neurons has recorded."""
        spikes, most = old.position[0], int(self.fills.needed[self.spike_limit])
        rows = max(len(old.index), spikes + most)
        self.index, self.counts = grown(old.index, rows), old.counts.copy()
        if self.payload is not None:
            ones = np.ones(len(old.index), np.int32)
            self.payload = grown(ones if old.payload is None else old.payload, rows)
        self._point()

    @property
    def position(self) -> tuple[int, int]:
        """Spikes and steps recorded so far."""
        return int(self.fills.filled[self.spike_limit]), int(self.fills.filled[self.step_limit])

    def since(self, position: tuple[int, int]) -> dict[str, Array]:
        """Copies of what was recorded after an earlier position."""
        spikes, steps = self.position
        found = {"index": self.index[position[0] : spikes].copy(), "counts": self.counts[position[1] : steps].copy()}
        if self.payload is not None:
            found["payload"] = self.payload[position[0] : spikes].copy()
        return found


class StateRecorder:
    """Rows of one state variable of a population."""

    def __init__(self, values: Array, chosen: NDArray[np.int64] | None, every: int, fills: Fills) -> None:
        self.fills = fills
        self.limit = fills.take(1)
        self.chosen, self.every = chosen, every
        n = len(values) if chosen is None else len(chosen)
        self.rows: Array = np.empty((max(1, min(FIRST_ROWS, (1 << 22) // max(n, 1))), n), values.dtype)
        d = self.description = Description(at.STATE_WORDS)
        d.point(at.V_SOURCE, values)
        d.words[at.V_WIDTH], d.words[at.V_N], d.words[at.V_EVERY] = values.dtype.itemsize, n, every
        d.point(at.V_CHOSEN, chosen)
        d.point(at.V_FILL, fills.filled[self.limit : self.limit + 1])
        self._point()

    def make_room(self) -> None:
        """Grow when full."""
        if self.fills.filled[self.limit] + 1 > len(self.rows):
            self.rows = grown(self.rows, 2 * len(self.rows))
        self._point()

    def _point(self) -> None:
        self.description.point(at.V_BUFFER, self.rows)
        self.fills.capacity[self.limit] = len(self.rows)

    def adopt(self, old: StateRecorder) -> None:
        """Take over what another recorder of the same neurons has recorded."""
        self.rows = old.rows.copy()
        self._point()

    @property
    def position(self) -> int:
        """Rows recorded so far."""
        return int(self.fills.filled[self.limit])

    def since(self, position: int) -> Array:
        """A copy of the rows recorded after an earlier position."""
        return np.array(self.rows[position : self.position])


class DecodedRecorder(StateRecorder):
    """Rows of a state that is kept in another form than it is read in."""

    def __init__(self, values: Array, every: int, fills: Fills, decode: Callable[[Array], Array]) -> None:
        super().__init__(values, None, every, fills)
        self.decode = decode

    def since(self, position: int) -> Array:
        """The rows recorded after an earlier position, as they are read."""
        return np.ascontiguousarray(self.decode(super().since(position)))


@dataclass(frozen=True, eq=False)
class Recorded:
    """A recorder with what it records."""

    name: str
    node: str
    variable: str
    recorder: Any
    size: int
    neurons: NDArray[np.int64] | None
    every: int
