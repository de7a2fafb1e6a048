"""Stock sparse connections, and delayed ones of either kind, as kernels."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.sparse import csc_matrix, csr_matrix, issparse

from lava_api.magma.kernels.leaf_calls import Call
from lava_api.magma.kernels.messages import Message
from lava_api.magma.kernels.referable import Exporting
from lava_api.magma.kernels.sums import ALL, send_next
from lava_api.magma.kernels.wanted import PythonFallback
from lava_api.proc._connection_kernels import ConnectionKernel, FixedConnectionKernel, FloatConnectionKernel, largest
from loihi_emu.image.rows import Listed, packed_rows
from loihi_emu.models.lava import sums
from loihi_emu.models.memory import Array, Description, aligned
from loihi_emu.models.records import Record
from loihi_emu.models.synapses import sparse as at


def by_source(matrix: Any) -> tuple[Any, Any, Any]:
    """Return starts, targets and values of a matrix (targets, sources), row by row of its sources.

    Entries that are stored twice stay two: their sum is the same.
    """
    columns = csc_matrix(matrix)
    return columns.indptr.astype(np.int64), columns.indices.astype(np.int32), columns.data


def some(matrix: Any, few: slice) -> Any:
    """Return the rows of some targets."""
    return matrix if few == slice(0, matrix.shape[0]) else csr_matrix(matrix)[few]


def float_leaf(graded: bool) -> tuple[str, Record]:
    """Return the leaf of float64 weights, and the record that it reads."""
    return (f"{at.__name__}:step_valued", at.VALUED) if graded else (f"{at.__name__}:step_float", at.FLOATING)


def put_synapses(d: Description, starts: Array, targets: Array, weights: Array) -> None:
    """Write synapses in float64, row by row of their sources."""
    d.rows, d.targets, d.weights, d.sources = starts, targets, weights, starts.size - 1


class SparseFloat(FloatConnectionKernel):
    """Sparse in float64."""

    def leaf(self) -> tuple[str, Record]:
        return float_leaf(self.graded)

    def pack_some(self, d: Description, few: slice) -> bool:
        starts, targets, weights = by_source(some(self.model.weights, few))
        put_synapses(d, starts, targets, weights.astype(np.float64))
        return True


class SparseFixed(FixedConnectionKernel):
    """Sparse in integers; targets and weights are packed in 32-bit words where they fit."""

    def leaf(self) -> tuple[str, Record]:
        return f"{at.__name__}:step", at.SPARSE

    def pack_some(self, d: Description, few: slice) -> bool:
        if largest(self.model.weights) >= 1 << 15:
            return False
        put_words(d, *by_source(some(self.model.weights, few)), None)
        return True

    def put_rows(self) -> None:
        self.rows.starts, self.rows.targets, self.rows.weights = by_source(self.model.weights)


def put_words(d: Description, starts: Array, targets: Array, weights: Array, delays: Array | None) -> None:
    """Write synapses, row by row of their sources, as packed words."""
    part = Listed(np.arange(starts.size - 1), starts, targets, weights, 0 if delays is None else delays)
    rows = packed_rows([part], starts.size - 1, d.n, delayed=delays is not None)
    d.rows, d.sources, d.chunks, d.packed, d.delays = rows.starts, starts.size - 1, rows.chunks, rows.words, rows.delays


class _Delayed(ConnectionKernel, Exporting):
    """What delayed connections have in common: ``a_buff`` is kept as a ring, and written back when it is read."""

    in_place = ()
    can_be_cut = False

    def bind(self) -> None:
        super().bind()
        if self.model.weights.dtype.kind not in "biuf" or self.model.delays.min() < 0:
            raise PythonFallback("weights or delays")

    def outputs(self) -> dict[str, Message]:
        a_buff = self.model.a_buff
        self.message = Message(self.process.a_out.shape, a_buff.dtype)
        self.ring = aligned(a_buff.shape[::-1], a_buff.dtype)
        self.changed.update(("a_buff", "delays"))
        return {"a_out": self.message}

    def variable(self, name: str) -> Array | None:
        return None if name == "a_buff" else super().variable(name)

    def in_step(self, adding: list[Call]) -> list[Call]:
        return [*adding, send_next(self.ring, self.message)]

    def refresh(self) -> None:
        if "a_buff" in self.changed:
            step, rows = self.steps_done, len(self.ring)
            self.message.data[:] = self.model.a_buff[:, 0]
            for k in range(1, rows):
                self.ring[(step + k) % rows] = self.model.a_buff[:, k]
            self.ring[step % rows] = 0
        if "delays" in self.changed:
            self.changed.add("weights")
        super().refresh()

    def export(self, name: str) -> None:
        if name == "a_buff" and "a_buff" not in self.changed:
            step, rows = self.steps_done, len(self.ring)
            self.model.a_buff[:, 0] = self.message.data
            for k in range(1, rows):
                self.model.a_buff[:, k] = self.ring[(step + k) % rows]

    def synapses(self) -> tuple[Array, Array, Array, Array]:
        """Return starts, targets, weights and delays, row by row of their sources."""
        weights, delays = self.model.weights, self.model.delays
        if issparse(weights):
            entries = weights.tocoo()
            rows, columns, values = entries.row, entries.col, entries.data
            found = np.asarray(delays[rows, columns]).ravel() if rows.size else np.zeros(0, np.int32)
        else:
            rows, columns = (grid.ravel() for grid in np.indices(weights.shape))
            values, found = weights.ravel(), delays.ravel()
        order = np.argsort(columns, kind="stable")
        starts = np.concatenate([[0], np.cumsum(np.bincount(columns, minlength=weights.shape[1]))]).astype(np.int64)
        return starts, rows[order].astype(np.int32), values[order], found[order].astype(np.int32)


class DelayFloat(_Delayed, FloatConnectionKernel):
    """DelayDense and DelaySparse in float64, where the sums of a step are added to the ring at once, as it shows."""

    def leaf(self) -> tuple[str, Record]:
        return "sums:step_float", sums.ROWS

    def describe(self) -> None:
        self.packed = self.sums.rows()
        self.packed.sums = aligned(self.ring.size, np.float64)

    def adding(self) -> list[Call]:
        return [(self.leaf()[0], self.packed)]

    def pack_some(self, d: Description, few: slice) -> bool:
        d.starts, d.targets, weights, d.delays = self.synapses()
        d.weights = weights.astype(np.float64)
        return True


class DelayFixed(_Delayed, FixedConnectionKernel):
    """DelayDense and DelaySparse in integers."""

    def leaf(self) -> tuple[str, Record]:
        return f"{at.__name__}:step", at.SPARSE

    def describe(self) -> None:
        super().describe()
        self.packed.offset = 1  # the sums of a step are due in the next

    def shifting(self, few: slice = ALL) -> list[Call]:
        return []  # the weights contain it

    def fits(self) -> bool:
        """Return whether weights can contain the exponent."""
        return self.exponent >= 0 and largest(self.model.weights) << self.exponent < 1 << 15

    def pack_some(self, d: Description, few: slice) -> bool:
        starts, targets, weights, delays = self.synapses()
        kept = delays < len(self.ring)  # what would arrive later is lost
        weights, delays = np.where(kept, weights << self.exponent, 0), np.where(kept, delays, 0)
        put_words(d, starts, targets, weights, delays.astype(np.uint8))
        return True

    def put_rows(self) -> None:
        d = self.rows
        d.starts, d.targets, d.weights, d.delays = self.synapses()
