"""How the targets of a connection that learns are divided among shares, and where the synapses of each share lie.

What memory holds of synapses lies share by share, each a block: by source and, of each source, by target. So no thread
writes where others read, and a rank has the blocks of its own shares alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from loihi_emu.image.parts import Piece
from loihi_emu.models.memory import Array
from loihi_emu.network.elements import Connection, rows_of

Integers = NDArray[np.int64]
ALIKE = 128
"""Rows of so many values, or a multiple, begin at the same few places of a cache: a column then has no room there."""
LONGER = 16
"""Values by which such a row is made longer."""


class BlockRows(NamedTuple):
    """The synapses of a block.

    Attributes
    ----------
    starts : int64 array
        Where those of each source begin in the block, and its end.
    targets : int32 array
        The target of each, counted from the block's first one.
    """

    starts: Integers
    targets: NDArray[np.int32]


class Division:
    """The targets of a connection, divided into blocks.

    Parameters
    ----------
    c : Connection
    pieces : sequence of Piece, optional
        Who has which targets, in ascending order; shares are counted from the first one of this process. All are of
        share 0 if not given.
    shares : int
        Of each rank.
    rank : int
        This one.

    Attributes
    ----------
    bounds : int64 array
        The first target of each block, and the number of targets.
    here : range
        Numbers of the blocks that this process has.
    ranks : list of int
        The rank that has each block.
    """

    def __init__(self, c: Connection, pieces: Sequence[Piece] = (), shares: int = 1, rank: int = 0) -> None:
        pieces = pieces or (Piece(0, 0, c.post.size),)
        self._c = c
        self.bounds: Integers = np.array([*(piece.first for piece in pieces), pieces[-1].stop], np.int64)
        self.ranks = [rank + piece.share // shares for piece in pieces]
        mine = [k for k, of in enumerate(self.ranks) if of == rank]
        self.here = range(mine[0], mine[-1] + 1) if mine else range(0)

    def __len__(self) -> int:
        return len(self.ranks)

    @property
    def all(self) -> range:
        """Numbers of all blocks."""
        return range(len(self))

    def targets(self, block: int) -> slice:
        """The targets of a block."""
        return slice(int(self.bounds[block]), int(self.bounds[block + 1]))

    # ------------------------------------------------------------ synapses
    @cached_property
    def _counts(self) -> list[int]:
        """Synapses of every block."""
        c = self._c
        if c.kind == "dense":
            return [int(c.pre.size * n) for n in np.diff(self.bounds)]
        if len(self) == 1:
            return [c.synapses]
        return [int(n) for n in np.bincount(self._owners, minlength=len(self))]

    @property
    def _owners(self) -> Integers:
        """The block of each synapse of a sparse connection."""
        assert self._c.indices is not None
        found: Integers = np.searchsorted(self.bounds, self._c.indices, side="right") - 1
        return found

    def synapses(self, blocks: range) -> int:
        """How many synapses some blocks have."""
        return sum(self._counts[blocks.start : blocks.stop])

    def stride(self, block: int) -> int:
        """Values in memory from row to row of a block of a dense connection."""
        width = int(self.bounds[block + 1] - self.bounds[block])
        return width if len(self) == 1 or width % ALIKE else width + LONGER

    def places(self, blocks: range) -> int:
        """How many values memory has for each variable of the synapses of some blocks."""
        if self._c.kind != "dense":
            return self.synapses(blocks)
        return sum(self._c.pre.size * self.stride(k) for k in blocks)

    def rows(self, block: int) -> BlockRows:
        """The synapses of a block of a sparse connection."""
        starts, targets = rows_of(self._c)
        if len(self) == 1:
            return BlockRows(starts, targets)
        some = self.targets(block)
        places = np.flatnonzero((targets >= some.start) & (targets < some.stop))
        return BlockRows(np.searchsorted(places, starts), targets[places] - np.int32(some.start))

    # ------------------------------------------------------------ values
    def divided(self, values: Array, blocks: range) -> Array:
        """Values of all synapses by source, as they lie in the memory of some blocks."""
        c = self._c
        if len(self) == 1:
            return values.reshape(-1) if blocks else values.reshape(-1)[:0]
        if c.kind == "dense":
            rows = values.reshape(c.pre.size, c.post.size)
            stored = []
            for k in blocks:
                some, made = self.targets(k), np.zeros((c.pre.size, self.stride(k)), values.dtype)
                made[:, : some.stop - some.start] = rows[:, some]
                stored.append(made.reshape(-1))
        else:
            owners = self._owners
            stored = [values[owners == k] for k in blocks]
        return np.concatenate(stored) if stored else values.reshape(-1)[:0]

    def joined(self, memory: Array) -> Array:
        """The memory of all blocks (any leading axes) by source, as if there were one."""
        c = self._c
        if len(self) == 1:
            return memory
        leading, n = memory.shape[:-1], c.pre.size
        memory = memory[..., : self.places(self.all)]
        if c.kind == "dense":
            rows, first = [], 0
            for k in self.all:
                some, stride = self.targets(k), self.stride(k)
                block = memory[..., first : first + n * stride].reshape(*leading, n, stride)
                rows.append(block[..., : some.stop - some.start])
                first += n * stride
            return np.concatenate(rows, axis=-1).reshape(*leading, c.synapses)
        joined = np.empty_like(memory)
        joined[..., np.argsort(self._owners, kind="stable")] = memory
        return joined

    def spans(self, ranks: int, *, of_synapses: bool) -> list[tuple[int, int]]:
        """What each rank has: a range of targets, or of the memory of all blocks."""
        spans = [(0, 0)] * ranks
        for rank in set(self.ranks):
            first = self.ranks.index(rank)
            stop = first + self.ranks.count(rank)
            spans[rank] = int(self.bounds[first]), int(self.bounds[stop])
            if of_synapses:
                spans[rank] = self.places(range(first)), self.places(range(stop))
        return spans
