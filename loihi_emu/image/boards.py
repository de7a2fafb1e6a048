"""The boards of shares (``models/boards.py``): memory, and the calls that write and read them."""

from __future__ import annotations

from collections.abc import Sequence

from loihi_emu.image.groups import Group
from loihi_emu.image.parts import GroupPart
from loihi_emu.image.recorders import BufferLevels
from loihi_emu.image.schedule import Call, barriers
from loihi_emu.models import boards as at
from loihi_emu.models.gather import PART
from loihi_emu.models.memory import APART, Description, SourceLists, Table, counter, counters
from loihi_emu.network.network import Network


def boards_of(network: Network, groups: Sequence[Group], count: int) -> Boards | None:
    """The boards of so many shares, if they need only know of each other who spiked: if nobody learns or records state.

    Spikes with payloads are not written to boards.
    """
    learns = any(c.learning is not None for c in network.connections.values())
    spikes = all(set(probe.variables) == {"spikes"} for probe in network.probes)
    valued = any(group.model.payload is not None for group in groups)
    return None if count == 1 or learns or valued or not spikes else Boards(groups, count)


class Boards:
    """The boards of all shares, with the parts of all groups.

    Attributes
    ----------
    stops : list of int64 arrays
        Of each share, the word where its time loop looks whether to stop.
    """

    def __init__(self, groups: Sequence[Group], count: int) -> None:
        self._parts: list[list[GroupPart]] = [[] for _ in range(count)]
        for group in groups:
            for part in group.parts:
                self._parts[part.share].append(part)
        self._turns = [counter() for _ in range(count)]
        self.stops = [counter() for _ in range(count)]
        self._records = Table(at.BOARD, count)
        for parts, record in zip(self._parts, self._records, strict=True):
            words = at.ENDS + len(parts) + (sum(part.n for part in parts) + 1) // 2
            record.size = -(-words // APART) * APART
            record.board, record.parts = counters(2 * record.size // APART).reshape(-1), len(parts)
        self._meetings = barriers(count)

    def publish(self, share: int, levels: BufferLevels) -> Call:
        """What writes the spikes of a share; the first one also says whether there is room for one more step."""
        d = Description(at.PUBLISH)
        self._point(d, share)
        d.turn, parts = self._turns[share], self._parts[share]
        d.spikes = Table(PART, len(parts))
        for part, record in zip(parts, d.spikes, strict=True):
            part.lists.describe(record)
            record.first = part.first
        if share == 0:
            d.filled, d.capacity, d.needed, d.limits = levels.filled, levels.capacity, levels.needed, len(levels.filled)
        return "boards:publish", d

    def meet(self, share: int) -> Call:
        """Where a share waits until all have written."""
        d = Description(at.MEET)
        for name in self._meetings[share].record.fields:
            setattr(d, name, getattr(self._meetings[share], name))
        d.turn, d.boards, d.stop = self._turns[share], self._records, self.stops[share]
        return "boards:meet", d

    def join(self, share: int, parts: Sequence[GroupPart], lists: SourceLists) -> Call:
        """What a share lists of some parts in one."""
        d = Description(at.JOIN)
        lists.describe(d)
        d.turn, d.parts, d.part_count = self._turns[share], Table(at.PUBLISHED, len(parts)), len(parts)
        for part, record in zip(parts, d.parts, strict=True):
            self._point(record, part.share)
            record.number = next(k for k, one in enumerate(self._parts[part.share]) if one is part)
        return "boards:join", d

    def _point(self, d: Description, share: int) -> None:
        board = self._records[share]
        d.board, d.size, d.parts = board.board, board.size, board.parts
