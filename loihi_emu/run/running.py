"""What the parts of a run need of an emulator."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

from loihi_emu.image.build import Image
from loihi_emu.models.memory import Array
from loihi_emu.network.elements import Connection, Input
from loihi_emu.network.network import Network
from loihi_emu.ranks.ranks import Ranks
from loihi_emu.recording.counters import Snapshot
from loihi_emu.run.accounts import Counters
from loihi_emu.run.control import Pacer
from loihi_emu.run.guard import Guard
from loihi_emu.run.stream_on_ranks import StreamOnRanks
from loihi_emu.run.stream_writer import StreamWriter


class Running(Protocol):
    """An emulator, seen from inside: its network and image, and what is counted and recorded since when."""

    network: Network
    image: Image
    overflow: str
    _guard: Guard
    _pacer: Pacer
    _counters: Counters
    _loop: Any
    _sample_steps: int | None
    _sample_ends: list[tuple[Array, float]]
    _wall: float
    _ranks: Ranks | None

    def _rebuild(self, changed: Sequence[Input | Connection], fill: Callable[[Image], None] = ...) -> None: ...
    def _forget(self, keep_blocks: bool = True) -> None: ...
    def _file(self, to: str | Path, now: Snapshot) -> StreamWriter | StreamOnRanks: ...
    def _wanted(self, where: str, progress: object) -> bool | None: ...
    def _check_overflow(self, since: Snapshot, where: str = "") -> None: ...
    def _warn_overflow(self, before: Snapshot) -> None: ...
