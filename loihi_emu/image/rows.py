"""Sparse synapses as kernels read them: packed rows by source neuron, brought into order by counting.

Parts (connections that are lists, or that are drawn) give their synapses in blocks, twice: first they are counted, then
put in place. So that no more than a block of them is held in any other form.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from loihi_emu.errors import invalid
from loihi_emu.jit import call
from loihi_emu.models.layout import CHUNK
from loihi_emu.models.memory import Array, Description
from loihi_emu.models.synapses import due, placing, sparse

BLOCK = 1 << 18
"""Synapses of a block, about: what is done with them stays in a cache."""
FEW = 1 << 17
"""So many synapses are brought into order by NumPy, for which nothing need be compiled."""


MOST_BITS = 18
"""A slot of more targets leaves the cache."""


class Block(NamedTuple):
    """Some synapses, in any order.

    Attributes
    ----------
    sources : int32 array
        Positions in the source's list.
    targets : int32 array
        Accumulators of a slot of the ring.
    weights : int16 array or None
        Effective weights; None where they were not asked for.
    delays : uint8 array or int
        Steps, each synapse's or those of all.
    """

    sources: NDArray[np.int32]
    targets: NDArray[np.int32]
    weights: NDArray[np.int16] | None
    delays: NDArray[np.uint8] | int


class SynapseBlocks(Protocol):
    """Synapses that share rows with those of other parts.

    Attributes
    ----------
    synapses : int
        How many there are; more is allowed.
    longest : int
        The longest delay.
    largest : int
        Largest magnitude of an effective weight; more is allowed.
    reach : (int, int)
        Between which accumulators all targets lie, the second one excluded.
    """

    synapses: int
    longest: int
    largest: int
    reach: tuple[int, int]

    def prepare(self) -> None:
        """Make what the parts of all shares need, before several threads ask for blocks."""

    def blocks(self, first: int, stop: int, *, weights: bool) -> Iterable[Block]:
        """All synapses onto accumulators first..stop - 1, and perhaps others; each time the same."""


class Window(NamedTuple):
    """Accumulators that are asked for: first..stop - 1, modulo `period` where that is not 0; or some of those.

    Attributes
    ----------
    first, stop, period : int
    ranges : tuple of (int, int)
        Where each of several ranges begins and ends, in ascending order; none: all are asked for.
    """

    first: int
    stop: int
    period: int = 0
    ranges: tuple[tuple[int, int], ...] = ()

    @property
    def pieces(self) -> tuple[tuple[int, int], ...]:
        """Its ranges, of which there is at least one."""
        return self.ranges or ((self.first, self.stop),)

    def width(self, n: int) -> int:
        """How many accumulators of a slot of n lie from the first to the last that is asked for."""
        return n - (self.period or n) + self.stop - self.first

    def holds(self, targets: Array) -> NDArray[np.bool_]:
        """Which of some accumulators are asked for."""
        within = targets % self.period if self.period else targets
        held: NDArray[np.bool_] = np.zeros(targets.shape, np.bool_)
        for first, stop in self.pieces:
            held |= (first <= within) & (within < stop)
        return held


def magnitude(values: Array) -> int:
    """The largest magnitude."""
    return max(int(values.max()), -int(values.min())) if values.size else 0


class Listed:
    """A connection's synapses as lists.

    Parameters
    ----------
    sources : int array
        Position in the source's list of each row.
    indptr, indices : arrays
        Row r has the synapses ``indptr[r]:indptr[r + 1]``, onto targets ``start + step * indices``.
    weights : array
        Effective weights of 16 bits; or mantissas with a `table`.
    delays : array or int
        Each synapse's, or those of all.
    start, step : int
    table : (int, int16 array), optional
        The least mantissa, and the effective weights of it and those above.
    """

    def __init__(
        self, sources: Array, indptr: Array, indices: Array, weights: Array, delays: Array | int, start: int = 0,
        step: int = 1, table: tuple[int, NDArray[np.int16]] | None = None,
    ) -> None:  # fmt: skip
        self.sources, self.indptr, self.indices = np.asarray(sources, np.int32), indptr, indices
        self.weights, self.delays, self.start, self.step, self.table = weights, delays, start, step, table
        self.synapses = len(indices)
        if isinstance(delays, np.ndarray):
            self.longest = int(delays.max()) if delays.size else 0
        else:
            self.longest = int(delays)
        self.largest = magnitude(weights if table is None else table[1])
        self.reach = (start, start + step * int(indices.max()) + 1) if len(indices) else (start, start)

    def prepare(self) -> None:
        """Nothing: they are there."""

    def blocks(self, first: int, stop: int, *, weights: bool) -> Iterator[Block]:
        """All synapses, by source."""
        for begin in range(0, self.synapses, BLOCK):
            part = slice(begin, min(begin + BLOCK, self.synapses))
            targets = self.indices[part].astype(np.int32)
            if self.step != 1:
                targets *= self.step
            targets += self.start
            each = self.delays[part].astype(np.uint8) if isinstance(self.delays, np.ndarray) else self.delays
            yield Block(self._sources(part), targets, self._weights(part) if weights else None, each)

    def _sources(self, part: slice) -> NDArray[np.int32]:
        low = int(np.searchsorted(self.indptr, part.start, side="right")) - 1
        high = int(np.searchsorted(self.indptr, part.stop, side="left"))
        return np.repeat(self.sources[low:high], np.diff(np.clip(self.indptr[low : high + 1], part.start, part.stop)))

    def _weights(self, part: slice) -> NDArray[np.int16]:
        if self.table is None:
            return self.weights[part].astype(np.int16)
        low, table = self.table
        return table[np.subtract(self.weights[part], low, dtype=np.intp)]


def are_many(parts: Sequence[SynapseBlocks]) -> bool:
    """Whether compiled kernels bring the synapses of parts into order."""
    return sum(part.synapses for part in parts) > FEW


def target_bits(parts: Sequence[SynapseBlocks], n: int, window: Window | None, most: int = MOST_BITS) -> int:
    """Bits of a target in rows sorted by delays: 16, or more where there are more targets and weights leave them."""
    wanted = ((n if window is None else window.width(n)) - 1).bit_length()
    left = 32 - 1 - max(part.largest for part in parts).bit_length()
    return min(max(wanted, 16), max(left, 16), most)


def chunks_of(n: int, window: Window | None, chunk: int) -> int:
    """Chunks of the accumulators that are asked for, of n in a slot."""
    return max(1, -(-(n if window is None else window.width(n)) // chunk))


class PackedRows(NamedTuple):
    """Rows of all source neurons, chunk by chunk.

    Attributes
    ----------
    starts : int64 array (chunks, sources + 1)
    words : uint32 array
        Target within the chunk, and above it the weight, 16 bits signed.
    delays : uint8 array or None
    chunks : int
    """

    starts: NDArray[np.int64]
    words: NDArray[np.uint32]
    delays: NDArray[np.uint8] | None
    chunks: int

    @property
    def nbytes(self) -> int:
        """Bytes."""
        return self.starts.nbytes + self.words.nbytes + (0 if self.delays is None else self.delays.nbytes)


def packed_rows(
    parts: Sequence[SynapseBlocks],
    sources: int,
    n: int,
    window: Window | None = None,
    *,
    delayed: bool,
    chunk: int = CHUNK,
) -> PackedRows:
    """Bring the synapses of parts into one row per chunk of targets and source neuron.

    Parameters
    ----------
    parts : sequence of SynapseBlocks
    sources : int
        Neurons in the source's list.
    n : int
        Accumulators of a slot of the ring.
    window : Window, optional
        Those that are asked for; targets are counted from its first.
    delayed : bool
        Whether each synapse keeps its delay.
    chunk : int
        Targets that one row reaches.
    """
    placer = Placer(parts, sources, n, window, chunk)
    counts = placer.count()
    starts = np.zeros((placer.chunks, sources + 1), np.int64)
    np.cumsum(counts.reshape(-1), out=counts.reshape(-1))
    starts[:, 1:] = counts.reshape(placer.chunks, sources)
    starts[1:, 0] = starts[:-1, -1]
    total = int(starts[-1, -1])
    words, delays = np.empty(total + sparse.STEP, np.uint32), np.empty(total, np.uint8) if delayed else None
    words[total:] = 0
    words = words[:total]
    counts.reshape(placer.chunks, sources)[...] = starts[:, :-1]
    placer.place(counts, words, delays)
    return PackedRows(starts, words, delays, placer.chunks)


class DueRows(NamedTuple):
    """Rows sorted by delays, as ``models/synapses/due.py`` reads them.

    Attributes
    ----------
    starts : int64 array (chunks, sources)
        First entries.
    words : uint32 array
        Headers and synapses.
    sizes : int64 array (sources,)
        Synapses of each source.
    chunks, bits, span : int
        Chunks, bits of a target, and one more than the longest delay.
    """

    starts: NDArray[np.int64]
    words: NDArray[np.uint32]
    sizes: NDArray[np.int64]
    chunks: int
    bits: int
    span: int

    @property
    def nbytes(self) -> int:
        """Bytes."""
        return self.starts.nbytes + self.words.nbytes + self.sizes.nbytes


def due_rows(
    parts: Sequence[SynapseBlocks], sources: int, n: int, window: Window | None = None, most_bits: int = MOST_BITS
) -> DueRows:
    """Bring the synapses of parts into rows that are sorted by delays; parameters as of :func:`packed_rows`."""
    span, bits = max(part.longest for part in parts) + 1, target_bits(parts, n, window, most_bits)
    placer = Placer(parts, sources, n, window, 1 << bits, span)
    counts = placer.count()
    if counts.size and counts.max() > due.MOST:
        most = f"at most {due.MOST} from a neuron with one delay onto {1 << bits} neurons"
        raise invalid("connect", "synapses", f"{counts.max()}", most)
    sizes = counts.reshape(placer.chunks, sources, span).sum(axis=(0, 2))
    words = np.empty(int(sizes.sum()) + np.count_nonzero(counts), np.uint32)
    starts = np.full((placer.chunks, sources), due.NONE)
    if placer.few:
        _head(counts, words, starts.reshape(-1), span)
    else:
        d = Description(placing.HEADING)
        d.rows, d.span, d.places, d.packed, d.starts = starts.size, span, counts, words, starts
        call(placing.head, d.address)
    placer.place(counts, words, None, bits)
    return DueRows(starts, words, sizes, placer.chunks, bits, span)


def _head(counts: NDArray[np.int64], words: NDArray[np.uint32], starts: NDArray[np.int64], span: int) -> None:
    """What ``placing.head`` does."""
    keys = np.flatnonzero(counts)
    rows, delays, lengths = keys // span, keys % span, counts[keys]
    at = np.cumsum(lengths + 1) - (lengths + 1)
    first, gaps = np.ones(keys.size, np.bool_), np.zeros(keys.size, np.int64)
    first[1:] = rows[1:] != rows[:-1]
    gaps[:-1] = np.where(first[1:], 0, np.diff(delays))
    words[at] = lengths | gaps << due.GAP
    starts[rows[first]] = at[first] | delays[first] << due.DELAY
    counts[keys] = at + 1


class Placer:
    """Counts the synapses of parts by keys, and puts them in place.

    Parameters are those of :func:`packed_rows`; `span` is 1, or how many delays there are where keys contain them.
    """

    def __init__(
        self, parts: Sequence[SynapseBlocks], sources: int, n: int, window: Window | None, chunk: int, span: int = 1
    ) -> None:
        self.parts, self.sources, self.span, self.chunk = parts, sources, span, chunk
        self.window = window or Window(0, n)
        self.cut = window is not None
        self.chunks = chunks_of(n, window, chunk)
        self.few = not are_many(parts)

    @property
    def keys(self) -> int:
        """How many there are."""
        return self.chunks * self.sources * self.span

    def count(self) -> NDArray[np.int64]:
        """How many synapses there are by key."""
        counts = np.zeros(self.keys, np.int64)
        if self.few:
            for block, piece in self._blocks(weights=False):
                counts += np.bincount(self._keys(block, piece)[0], minlength=self.keys)
        else:
            self._call(placing.count, counts, None, None)
        return counts

    def place(
        self, places: NDArray[np.int64], words: NDArray[np.uint32], delays: NDArray[np.uint8] | None, bits: int = 16
    ) -> None:
        """Put all in place: `places` says where those of each key begin; a target has so many bits of a word."""
        if not self.few:
            self._call(placing.place, places, words, delays, bits)
            return
        for block, piece in self._blocks(weights=True):
            keys, targets, inside = self._keys(block, piece)
            order = np.argsort(keys, kind="stable")
            keys, counts = keys[order], np.bincount(keys, minlength=self.keys)
            to = places[keys] + np.arange(keys.size) - (np.cumsum(counts) - counts)[keys]
            places += counts
            assert block.weights is not None
            high = block.weights[inside][order].astype(np.int32).view(np.uint32) << bits
            words[to] = targets[order].astype(np.uint32) | high
            if delays is not None:
                delays[to] = np.broadcast_to(block.delays, inside.shape)[inside][order]

    def _blocks(self, weights: bool) -> Iterator[tuple[Block, tuple[int, int]]]:
        """Blocks of synapses, and which of the window's ranges they are taken for."""
        pieces = self.window.pieces
        for part in self.parts:
            low, high = part.reach
            for piece in pieces:
                if len(pieces) == 1 or (low < piece[1] and piece[0] < high):
                    for block in part.blocks(*piece, weights=weights):
                        yield block, piece

    def _keys(self, block: Block, piece: tuple[int, int]) -> tuple[Array, Array, Array]:
        """Keys and targets within chunks of the synapses that are asked for, and which they are."""
        window = Window(*piece, self.window.period)
        inside = window.holds(block.targets) if self.cut else np.ones(block.targets.shape, np.bool_)
        targets = block.targets[inside] - self.window.first
        keys = block.sources[inside] + targets.astype(np.int64) // self.chunk * self.sources
        if self.span > 1:
            keys = keys * self.span + np.broadcast_to(block.delays, inside.shape)[inside]
        return keys, targets % self.chunk, inside

    def _call(self, leaf: Any, places: Array, words: Array | None, delays: Array | None, bits: int = 0) -> None:
        d = Description(placing.PLACING)
        d.cut, d.origin, d.period = int(self.cut), self.window.first, self.window.period
        d.chunk, d.rows, d.span = self.chunk if self.chunks > 1 else 0, self.sources, self.span
        d.places, d.packed, d.bits, d.row_delays = places, words, bits, delays
        for block, (d.first, d.stop) in self._blocks(weights=words is not None):
            d.count, d.sources, d.targets, d.weights = len(block.sources), block.sources, block.targets, block.weights
            one = isinstance(block.delays, np.ndarray)
            d.delays, d.same_delay = block.delays if one else None, 0 if one else block.delays
            call(leaf, d.address)
