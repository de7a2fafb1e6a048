"""Synapses of a recipe for packing: drawn block by block, those onto the targets that are asked for alone."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from loihi_emu.image.acting import Acting
from loihi_emu.image.rows import Block, magnitude
from loihi_emu.network.elements import Connection

AT_ONCE = 1 << 21
"""So many synapses are drawn at once at most, where a builder draws all onto some targets before it gives them."""


class DrawnPart:
    """A connection's synapses as its recipe draws them; a part as :mod:`loihi_emu.image.rows` packs it.

    Parameters
    ----------
    c : Connection
    made : Acting
        With the table of its effective weights.
    first : int
        Position of the source population's first neuron in the source's list.
    start : int
        Accumulator of the first target.
    """

    def __init__(self, c: Connection, made: Acting, first: int, start: int) -> None:
        assert made.table is not None
        self.recipe, self.start, self.step = c.recipe, start, c.post.step
        self.sources = (first + c.pre.indices).astype(np.int32)
        self.low, self.table = made.table
        self.synapses, self.longest, self.largest = c.synapses, c.longest_delay, magnitude(self.table)
        self.reach = (start, start + self.step * c.post.size)
        self.cut = not c.has_choice_of_ports  # accumulators of further ports count from elsewhere

    def prepare(self) -> None:
        """Make what drawing any part needs."""
        _ = self.recipe.ready

    def blocks(self, first: int, stop: int, *, weights: bool) -> Iterator[Block]:
        """All synapses onto accumulators first..stop - 1, and perhaps others."""
        targets = self.recipe.pairing.targets
        low, high = 0, targets
        if self.cut:
            low, high = (min(max(-(-(end - self.start) // self.step), 0), targets) for end in (first, stop))
        if low >= high:
            return
        each = targets
        if self.recipe.builder.at_once:
            each = max(AT_ONCE * targets // max(self.synapses, 1), 1)
        for begin in range(low, high, each):
            yield from self._drawn(begin, min(begin + each, high), weights)

    def _drawn(self, low: int, high: int, weights: bool) -> Iterator[Block]:
        """Those onto some targets, counted from the connection's first."""
        for part in self.recipe.parts(low, high, values=weights):
            rows = self.sources[part.first : part.first + len(part.starts) - 1]
            onto = part.targets * self.step + self.start if self.step != 1 else part.targets + np.int32(self.start)
            acting = None if part.weights is None else self.table[part.weights.astype(np.intp) - self.low]
            yield Block(np.repeat(rows, np.diff(part.starts)), onto.astype(np.int32, copy=False), acting, part.delays)
