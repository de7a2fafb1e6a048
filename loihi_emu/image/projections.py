"""From connections to leaf calls: which connections share a call, and the description of each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from loihi_emu.image.acting import Acting
from loihi_emu.image.drawn import DrawnPart
from loihi_emu.image.float_rows import FloatSynapses, float_rows
from loihi_emu.image.held_lists import HeldPart, hold_lists, listed
from loihi_emu.image.packed import Member, Packed, known, share
from loihi_emu.image.packing import Bytes, paired, taps, to_bytes
from loihi_emu.image.rows import (
    DueRows,
    PackedRows,
    SynapseBlocks,
    Window,
    are_many,
    chunks_of,
    due_rows,
    packed_rows,
    target_bits,
)
from loihi_emu.image.target_rings import TargetRing, describe_projection
from loihi_emu.jit import call
from loihi_emu.models.memory import Arena, Array, Description, SourceLists, Table, counter, untouched
from loihi_emu.models.records import Record
from loihi_emu.models.synapses import conv as conv_at
from loihi_emu.models.synapses import dense as dense_at
from loihi_emu.models.synapses import due as due_at
from loihi_emu.models.synapses import sparse as sparse_at
from loihi_emu.network.elements import Connection
from loihi_emu.network.lost_weights import Loss
from loihi_emu.network.network import Network
from loihi_emu.network.synapse_order import held_of

DENSE, SPARSE, CONV, DUE = "dense", "sparse", "conv", "due"
DUE_NOW = "loihi_emu.models.synapses.due:due_now"
"""What delivers in every step, where spikes come later than in their own."""


@dataclass(eq=False)
class SourceView:
    """A source of spikes as the projections of one share read it.

    Attributes
    ----------
    key : str
    lists : Description
        Its three source fields.
    size : int
        Neurons.
    offset : int
        0 for inputs (events act in their own step), 1 for populations (in the next).
    later : bool
        Spikes are those of a step that may be over, when those of all ranks have come.
    """

    key: str
    lists: Description
    size: int
    offset: int
    later: bool = False


def is_valued(source: SourceView) -> bool:
    """Whether a source's spikes carry payloads of float64."""
    return bool(source.lists.record.field("payload").of == "float64")


@dataclass(eq=False)
class Projection:
    """One leaf call that delivers spikes: connections of one kind from one source to one ring."""

    key: str
    kind: str
    source: SourceView
    ring: TargetRing
    graded: bool
    delay: int | None
    floating: bool
    synapses: list[SynapseBlocks] = field(default_factory=list)
    members: list[Member] = field(default_factory=list)
    packed: Packed | None = None
    floats: list[FloatSynapses] = field(default_factory=list)
    parts: list[tuple[Bytes | Array, Array | None, int, int, int, int]] = field(default_factory=list)
    convolution: tuple[Connection, Array, int, slice, int] | None = None
    events: Array = field(default_factory=counter)
    stored: int = 0
    weight_bytes: int = 0
    description: Description = field(init=False)

    def leaf(self) -> str:
        """Name of the kernel."""
        way = "step_valued" if self.valued else "step_float" if self.floating else "step"
        if self.kind == DUE and self.source.later:
            way = "enter_later"
        return f"loihi_emu.models.synapses.{self.kind}:{way}"

    @property
    def valued(self) -> bool:
        """Whether what arrives carries payloads of float64."""
        return is_valued(self.source)

    @property
    def divides(self) -> bool:
        """Whether some spikes may be delivered before others."""
        return self.kind in (SPARSE, DUE) and not self.floating

    def of_some(self, lists: SourceLists, more: bool) -> Description:
        """The description for some spikes; `more`: what waits, and others', have been delivered."""
        d = self.description.like()
        lists.describe(d)
        if self.kind == DUE:
            d.more = int(more)
        return d

    def reserve(self, arena: Arena) -> None:
        """Ask for what says how much is under way."""
        if self.kind == DUE:
            n, window = self.ring.n, self.ring.window
            chunks = chunks_of(n, window, 1 << target_bits(self.synapses, n, window))
            arena.reserve(f"{self.key}.lengths", chunks, np.int64, saved=False)

    def describe(self, arena: Arena) -> Description:
        """Make the description, and with it the packed synapses."""
        describe = {DENSE: self._dense, SPARSE: self._sparse, CONV: self._conv, DUE: self._due}[self.kind]
        self.description = describe(arena)
        return self.description

    def forget(self) -> None:
        """Let go of what was packed."""
        self.synapses, self.members, self.floats, self.convolution = [], [], [], None

    def add_under_way(self, sums: Array, clock: int) -> None:
        """Add what waits before step `clock` to the sums of a ring of the whole group."""
        d, mine = Description(due_at.UNDER_WAY), self.description
        d.words[: mine.words.size] = mine.words
        d.sums, d.span = sums.reshape(-1)[self.ring.first :], len(sums)
        call(due_at.under_way, d.address, clock)

    def _common(self, record: Record, arena: Arena) -> Description:
        return describe_projection(
            record, self.source.lists, self.ring, arena,
            offset=self.source.offset + (self.delay or 0), graded=self.graded, events=self.events,
        )  # fmt: skip

    def _sparse(self, arena: Arena) -> Description:
        if self.floating:
            return self._sparse_float(arena)
        d = self._common(sparse_at.SPARSE, arena)
        sources, rows = self.source.size, self.pack()
        assert isinstance(rows, PackedRows)
        d.rows, d.packed, d.delays, d.chunks, d.sources = rows.starts, rows.words, rows.delays, rows.chunks, sources
        self.stored, self.weight_bytes = rows.words.size, rows.nbytes
        return d

    def pack(self) -> PackedRows | DueRows:
        """Rows of all synapses: those of another image, or new ones, which are shared if kernels pack them."""
        if self.packed is not None:
            return self.packed.rows
        sources, n, window = self.source.size, self.ring.n, self.ring.window
        many, delayed = are_many(self.synapses), self.delay is None
        form = (self.kind, delayed, sources, n, window, *(m.form for m in self.members))
        self.packed = known(self.members, form) if many else None
        if self.packed is not None:
            return self.packed.rows
        rows: PackedRows | DueRows
        if self.kind == DUE:
            rows = due_rows(self.synapses, sources, n, window)
        else:
            rows = packed_rows(self.synapses, sources, n, window, delayed=delayed)
        self.packed = share(rows, window, form, self.members) if many else None
        return rows

    def _due(self, arena: Arena) -> Description:
        d = self._common(due_at.DUE, arena)
        rows = self.pack()
        assert isinstance(rows, DueRows)
        d.rows, d.packed, d.sizes, d.chunks, d.bits = rows.starts, rows.words, rows.sizes, rows.chunks, rows.bits
        d.sources, d.lengths = self.source.size, arena[f"{self.key}.lengths"]
        d.space = (rows.span + 1) * d.index.size  # those of a step go in before those at their end go out
        d.log = untouched(rows.chunks * d.space, np.int64)
        if self.graded and d.payload is not None:
            d.payloads = untouched(rows.chunks * d.space, np.int32)
        self.stored, self.weight_bytes = int(rows.sizes.sum()), rows.nbytes
        return d

    def _sparse_float(self, arena: Arena) -> Description:
        d = self._common(sparse_at.VALUED if self.valued else sparse_at.FLOATING, arena)
        rows = float_rows(self.floats, self.source.size, self.ring.window)
        d.rows, d.targets, d.weights, d.delays, d.sources = *rows, self.source.size
        self.stored = d.targets.size
        self.weight_bytes = sum(a.nbytes for a in rows if a is not None)
        return d

    def _dense(self, arena: Arena) -> Description:
        d = self._common(dense_at.VALUED if self.valued else dense_at.DENSE, arena)
        d.scratch = np.zeros(4 * dense_at.TILE, np.uint16)
        d.parts, d.part_count = Table(dense_at.PART, len(self.parts)), len(self.parts)
        for number, (matrix, delays, width, first, target, delay) in enumerate(self.parts):
            rows = matrix.rows if isinstance(matrix, Bytes) else matrix
            part = d.parts[number]
            part.first, part.end, part.target, part.width = first, first + rows.shape[0], target, width
            part.stride, part.weights, part.delay, part.delays = rows.shape[1], rows, delay, delays
            if isinstance(matrix, Bytes):
                part.offset, part.shift = matrix.offset, matrix.shift
            self.stored += rows.size
            self.weight_bytes += rows.nbytes + (0 if delays is None else delays.nbytes)
        self.parts = []
        return d

    def _conv(self, arena: Arena) -> Description:
        assert self.convolution is not None
        connection, weights, first, few, target = self.convolution
        conv = connection.conv
        assert conv is not None
        d = self._common(conv_at.VALUED if self.valued else conv_at.CONV, arena)
        table = taps(conv, weights, "float64" if self.floating else "int32")
        d.taps, d.first, d.sources = table, first, connection.pre.size
        d.low, d.high, d.target = few.start, few.stop, target
        describe_shape(d.shape, connection)
        if few.start < few.stop:
            self.stored, self.weight_bytes = table.size, table.nbytes
        return d


class Projections:
    """All projections of a share, in the order in which they are called."""

    def __init__(self, share: int) -> None:
        self.share = share
        self._by_key: dict[tuple[Any, ...], Projection] = {}

    @property
    def all(self) -> list[Projection]:
        """In order of creation."""
        return list(self._by_key.values())

    def put(self, key: str, made: Any) -> None:
        """Add something that delivers like a projection."""
        self._by_key[("plastic", key)] = made

    def add(self, c: Connection, made: Acting, source: SourceView, first: int, ring: TargetRing, target: int) -> None:
        """Add a connection.

        Parameters
        ----------
        c : Connection
        made : Acting
            Its effective weights.
        source : SourceView
        first : int
            Position of the source population's first neuron in the source's list.
        ring : TargetRing
            Synapses are taken that reach its window.
        target : int
            Accumulator of the target population's first neuron, in a slot of the whole group's ring.
        """
        weights = made.values
        floating = weights.dtype.kind == "f"
        varied = c.varied
        delay = 0 if varied else c.longest_delay
        if c.kind == CONV:
            ring.need(delay)
            projection = self._get(CONV, source, ring, c.graded, delay, floating, c.name)
            projection.convolution = (c, weights, first, *_columns(c, ring.window, target))
            return
        if c.kind == DENSE:
            ring.need(c.longest_delay)
            few, start = _columns(c, ring.window, target)
            some, delays = weights[few], c.delays[few] if varied else c.delays
            if not some.size and ring.window:
                self._get(DENSE, source, ring, c.graded, 0, floating, None)  # sums show the order, alike in all shares
                return
            packed = some.T.astype(np.float64, order="C") if floating else to_bytes(some, made.table)
            if packed is not None:
                steps = None
                if varied:
                    steps = np.ascontiguousarray(delays.T, np.uint8) if floating else paired(delays.T)
                projection = self._get(DENSE, source, ring, c.graded, 0, floating, None)
                projection.parts.append((packed, steps, len(some), first + c.pre.start, start, delay))
                return
        if ring.waits:
            ring.need_when_due(c.longest_delay)
            projection = self._get(DUE, source, ring, c.graded, None, floating, None)
        else:
            ring.need(c.longest_delay)
            projection = self._get(SPARSE, source, ring, c.graded, None if varied else delay, floating, None)
        if floating:
            projection.floats.append(_floats(c, weights, first, target))
        else:
            member = Member(c, made, first, target + c.post.start)
            projection.members.append(member)
            projection.synapses.append(part_of(member))

    def _get(
        self,
        kind: str,
        source: SourceView,
        ring: TargetRing,
        graded: bool,
        delay: int | None,
        floating: bool,
        extra: Any,
    ) -> Projection:
        key = (kind, source.key, id(ring), graded, delay, extra)
        if key not in self._by_key:
            self._by_key[key] = Projection(
                f"log{self.share}.{len(self._by_key)}", kind, source, ring, graded, delay, floating
            )
        return self._by_key[key]


def release(
    shares: Iterable[Projections], network: Network, lost: Mapping[str, Loss | None], *, hold: bool
) -> None:  # fmt: skip
    """Let go of what was packed, when all is described; `hold`: of lists too, which the rows of all shares hold now."""
    projections = [one for of_share in shares for one in of_share.all if isinstance(one, Projection)]
    if hold:
        hold_lists(projections, network.rule_set.weights, lost)
    for projection in projections:
        projection.forget()


def describe_shape(d: Description, connection: Connection) -> None:
    """Write the shapes of a convolution into their record."""
    conv = connection.conv
    assert conv is not None
    _, d.width_in, d.channels_in = connection.pre.target.shape
    d.height_out, d.width_out, d.channels_out = connection.post.target.shape
    _, d.kernel_y, d.kernel_x, _ = conv.kernel.shape
    (d.stride_y, d.stride_x), (d.padding_y, d.padding_x) = conv.stride, conv.padding
    (d.dilation_y, d.dilation_x), d.groups = conv.dilation, conv.groups


def _columns(c: Connection, window: Window | None, target: int) -> tuple[slice, int]:
    """Which targets of a connection are in a window, and the first one's accumulator, counted from the window."""
    start = target + c.post.start
    if window is None:
        return slice(0, c.post.size), start
    place = start % window.period if window.period else start
    low = min(max(window.first - place, 0), c.post.size)
    high = max(min(window.stop - place, c.post.size), low)
    return slice(low, high), start + low - window.first


def part_of(member: Member) -> SynapseBlocks:
    """A connection's synapses for packing; also of a dense matrix whose weights do not fit bytes."""
    c, made = member.c, member.made
    if c.drawn:
        return DrawnPart(c, made, member.first, member.start)
    if held_of(c) is not None:
        return HeldPart(member)
    return listed(member, _lists(c, made.values))


def _floats(c: Connection, weights: Array, first: int, target: int) -> FloatSynapses:
    indptr, after, values, delays = _lists(c, weights)
    targets = after.astype(np.int32) * c.post.step + (target + c.post.start)
    return FloatSynapses(first + c.pre.indices, indptr, targets, values, delays if delays.ndim else None)


def _lists(c: Connection, weights: Array) -> tuple[Array, Array, Array, Array]:
    """Starts of rows, targets, weights and delays, by source neuron."""
    if c.kind == DENSE:
        n_post, n_pre = weights.shape
        indptr = np.arange(n_pre + 1, dtype=np.int64) * n_post
        after = np.tile(np.arange(n_post, dtype=np.int32), n_pre)
        return indptr, after, weights.T.reshape(-1), c.delays.T.reshape(-1) if c.delays.ndim else c.delays
    assert c.indptr is not None and c.indices is not None
    return c.indptr, c.indices, weights, c.delays
