"""Events under way as a ring of a slot for every step to come: the same however synapses are kept.

An image's own ring has that many slots, or fewer where synapses are delivered when due. Then what waits in logs is
added up for a checkpoint or the next image; and what an image begins with, it adds to its ring step by step.
"""

from __future__ import annotations

import numpy as np

from loihi_emu.image.groups import Group
from loihi_emu.image.parts import GroupPart
from loihi_emu.image.projections import Projection
from loihi_emu.image.schedule import Call
from loihi_emu.models.memory import Arena, Array, Description
from loihi_emu.models.synapses.pending import PENDING


class Pending:
    """The events under way to one group; `projections` are those of all shares whose synapses onto it wait."""

    def __init__(self, group: Group, projections: list[Projection]) -> None:
        self.group, self.projections = group, projections
        self.key = f"{group.key}.ring"
        self._left = f"{group.key}.left"
        self._sums: Array | None = None
        self._calls: list[tuple[Description, int]] = []

    @property
    def shape(self) -> tuple[int, int]:
        """Slots and accumulators of a slot."""
        return self.group.span, self.group.width

    @property
    def apart(self) -> bool:
        """Whether the ring in memory is shorter."""
        return self.group.slots < self.group.span

    def reserve(self, arena: Arena) -> None:
        """Ask for the number of steps for which there are sums from before, as each part of the group knows it."""
        if self.apart:
            arena.reserve(self._left, len(self.group.parts), np.int64, saved=False)

    def calls(self, arena: Arena, share: int) -> list[Call]:
        """What adds the sums from before to a share's part of the ring."""
        calls: list[Call] = []
        for number, part in enumerate(self.group.parts):
            if self.apart and part.share == share:
                calls.append(("loihi_emu.models.synapses.pending:step", self._describe(arena, number, part)))
        return calls

    def _describe(self, arena: Arena, number: int, part: GroupPart) -> Description:
        group, d = self.group, Description(PENDING)
        d.left, d.ring = arena[self._left][number:], arena[self.key].reshape(-1)[part.first :]
        d.slots, d.span, d.width = group.slots, group.span, group.width
        d.ports, d.n = len(group.model.ports), part.n
        self._calls.append((d, part.first))
        return d

    def ring(self, arena: Arena) -> Array:
        """All that is under way; slot t modulo the number of slots is that of step t."""
        if not self.apart and not self.projections:
            return arena[self.key]
        clock, span, slots = int(arena["clock"][0]), self.group.span, self.group.slots
        made = np.zeros(self.shape, self.group.model.accumulator)
        for k in range(slots):
            made[(clock + k) % span] += arena[self.key][(clock + k) % slots]
        if self.apart and self._sums is not None:
            for k in range(int(arena[self._left].min())):  # parts of other ranks stay at the beginning
                made[(clock + k) % span] += self._sums[(clock + k) % span]
        for projection in self.projections:
            projection.add_under_way(made, clock)
        return made

    def begin(self, arena: Arena, ring: Array) -> None:
        """Go on with what was under way, before anything has run."""
        if not self.apart:
            arena[self.key][...] = ring
            return
        self._sums = np.ascontiguousarray(ring) if np.any(ring) else None
        arena[self._left][:] = 0 if self._sums is None else self.group.span
        for d, first in self._calls:
            d.sums = None if self._sums is None else self._sums.reshape(-1)[first:]
