"""From connections to leaf calls: which connections share a call, and the description of each."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from loihi_emu.image.packing import Bytes, Synapses, merge, pack, paired, taps, to_bytes
from loihi_emu.image.sinks import Sink, describe_projection
from loihi_emu.models.layout import CHUNK
from loihi_emu.models.memory import Arena, Array, Description, Table
from loihi_emu.models.records import Record
from loihi_emu.models.synapses import conv as conv_at
from loihi_emu.models.synapses import dense as dense_at
from loihi_emu.models.synapses import sparse as sparse_at
from loihi_emu.network.elements import Connection

DENSE, SPARSE, CONV = "dense", "sparse", "conv"


@dataclass(eq=False)
class Origin:
    """A source of spikes as projections see it.

    Attributes
    ----------
    key : str
    lists : Description
        Its three source fields.
    size : int
        Neurons.
    offset : int
        0 for inputs (events act in their own step), 1 for populations (in the next).
    """

    key: str
    lists: Description
    size: int
    offset: int


def is_valued(origin: Origin) -> bool:
    """Whether a source's spikes carry payloads of float64."""
    return bool(origin.lists.record.field("payload").of == "float64")


@dataclass(eq=False)
class Projection:
    """One leaf call that delivers spikes: connections of one kind from one source to one sink."""

    kind: str
    origin: Origin
    sink: Sink
    graded: bool
    delay: int
    floating: bool
    synapses: list[Synapses] = field(default_factory=list)
    parts: list[tuple[Bytes | Array, Array | None, int, int, int, int]] = field(default_factory=list)
    convolution: tuple[Connection, Array, int, int] | None = None
    events: Array = field(default_factory=lambda: np.zeros(1, np.int64))
    stored: int = 0
    weight_bytes: int = 0

    def leaf(self) -> str:
        """Name of the kernel."""
        way = "step_valued" if self.valued else "step_float" if self.floating else "step"
        return f"loihi_emu.models.synapses.{self.kind}:{way}"

    @property
    def valued(self) -> bool:
        """Whether what arrives carries payloads of float64."""
        return is_valued(self.origin)

    def describe(self, arena: Arena) -> Description:
        """Make the description, and with it the packed synapses."""
        describe = {DENSE: self._dense, SPARSE: self._sparse, CONV: self._conv}[self.kind]
        return describe(arena)

    def _common(self, record: Record, arena: Arena) -> Description:
        return describe_projection(
            record, self.origin.lists, self.sink, arena,
            offset=self.origin.offset + self.delay, graded=self.graded, events=self.events,
        )  # fmt: skip

    def _sparse(self, arena: Arena) -> Description:
        floating = sparse_at.VALUED if self.valued else sparse_at.FLOATING
        d = self._common(floating if self.floating else sparse_at.SPARSE, arena)
        rows = merge(self.synapses, self.origin.size, self.sink.n, self.sink.n if self.floating else CHUNK)
        self.synapses = []
        d.rows, d.sources, d.delays = rows.starts, self.origin.size, rows.delays
        if self.floating:
            d.targets, d.weights = rows.targets.astype(np.int32), np.ascontiguousarray(rows.weights, np.float64)
            stored = [d.targets, d.weights]
        else:
            d.packed, d.chunks = pack(rows), rows.chunks
            stored = [d.packed]
        self.stored = stored[0].size
        self.weight_bytes = sum(a.nbytes for a in (rows.starts, rows.delays, *stored) if a is not None)
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
        connection, weights, first, target = self.convolution
        conv = connection.conv
        assert conv is not None
        d = self._common(conv_at.VALUED if self.valued else conv_at.CONV, arena)
        table = taps(conv, weights, "float64" if self.floating else "int32")
        d.taps, d.first, d.sources, d.target = table, first, connection.pre.size, target
        describe_shape(d.shape, connection)
        self.stored, self.weight_bytes = table.size, table.nbytes
        return d


class Projections:
    """All projections of a network, in the order in which they are called."""

    def __init__(self) -> None:
        self._by_key: dict[tuple[Any, ...], Projection] = {}

    @property
    def all(self) -> list[Projection]:
        """In order of creation."""
        return list(self._by_key.values())

    def put(self, key: str, made: Any) -> None:
        """Add something that delivers like a projection."""
        self._by_key[("plastic", key)] = made

    def add(self, c: Connection, weights: Array, origin: Origin, first: int, sink: Sink, target: int) -> None:
        """Add a connection.

        Parameters
        ----------
        c : Connection
        weights : array
            Effective weights, of the shape of ``c.values``.
        origin : Origin
        first : int
            Position of the source population's first neuron in the source's list.
        sink : Sink
        target : int
            Accumulator of the target population's first neuron.
        """
        floating = weights.dtype.kind == "f"
        varied = c.delays.ndim > 0
        delay = 0 if varied else int(c.delays)
        sink.need(int(c.delays.max()) if c.delays.size else 0)
        if c.kind == CONV:
            made = self._get(CONV, origin, sink, c.graded, delay, floating, c.name)
            made.convolution = (c, weights, first, target)
            return
        if c.kind == DENSE:
            packed = weights.T.astype(np.float64, order="C") if floating else to_bytes(weights)
            if packed is not None:
                steps = None
                if varied:
                    steps = np.ascontiguousarray(c.delays.T, np.uint8) if floating else paired(c.delays.T)
                made = self._get(DENSE, origin, sink, c.graded, 0, floating, None)
                made.parts.append((packed, steps, c.post.size, first + c.pre.start, target + c.post.start, delay))
                return
        made = self._get(SPARSE, origin, sink, c.graded, delay, floating, varied)
        made.synapses.append(_rows(c, weights, first, target, varied))

    def _get(
        self, kind: str, origin: Origin, sink: Sink, graded: bool, delay: int, floating: bool, extra: Any
    ) -> Projection:
        key = (kind, origin.key, id(sink), graded, delay, extra)
        if key not in self._by_key:
            self._by_key[key] = Projection(kind, origin, sink, graded, delay, floating)
        return self._by_key[key]


def describe_shape(d: Description, connection: Connection) -> None:
    """Write the shapes of a convolution into their record."""
    conv = connection.conv
    assert conv is not None
    _, d.width_in, d.channels_in = connection.pre.target.shape
    d.height_out, d.width_out, d.channels_out = connection.post.target.shape
    _, d.kernel_y, d.kernel_x, _ = conv.kernel.shape
    (d.stride_y, d.stride_x), (d.padding_y, d.padding_x) = conv.stride, conv.padding
    (d.dilation_y, d.dilation_x), d.groups = conv.dilation, conv.groups


def _rows(c: Connection, weights: Array, first: int, target: int, varied: bool) -> Synapses:
    """A connection's synapses by source neuron; also of a dense matrix whose weights do not fit bytes."""
    after: Array
    if c.kind == DENSE:
        n_post, n_pre = weights.shape
        indptr = np.arange(n_pre + 1, dtype=np.int64) * n_post
        after = np.tile(np.arange(n_post), n_pre)
        values, steps = weights.T.reshape(-1), c.delays.T.reshape(-1) if varied else None
    else:
        assert c.indptr is not None and c.indices is not None
        indptr, after, values = c.indptr, c.indices, weights
        steps = c.delays if varied else None
    whole = c.post.step == 1
    targets = after + (target + c.post.start) if whole else c.post.start + target + after * c.post.step
    return Synapses(first + c.pre.indices, indptr, targets, values, steps)
