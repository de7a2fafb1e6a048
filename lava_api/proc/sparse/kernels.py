"""Stock sparse connections, and delayed ones of either kind, as kernels."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from scipy.sparse import csc_matrix, issparse

from lava_api.magma.kernels.base import PythonFallback
from lava_api.magma.kernels.messages import Feed, Message
from lava_api.magma.kernels.sums import describe_sums
from lava_api.proc._connection import MAX_DELAY
from lava_api.proc.dense.kernels import Connection, DenseFloat, FixedConnection
from loihi_emu.models import layout
from loihi_emu.models.lava import messages
from loihi_emu.models.lava import sparse as at
from loihi_emu.models.lava import sparse_delayed as delayed
from loihi_emu.models.memory import Description, aligned


def by_source(matrix: Any) -> tuple[Any, Any, Any]:
    """Return starts, targets and values of a matrix (targets, sources), row by row of its sources.

    Entries that are stored twice stay two: their sum is the same.
    """
    columns = csc_matrix(matrix)
    return columns.indptr.astype(np.int64), columns.indices.astype(np.int32), columns.data


class SparseFixed(FixedConnection):
    """Sparse in integers; targets and weights are packed in 32-bit words where they fit."""

    def outputs(self) -> dict[str, Message]:
        self.message = Message(self.process.a_out.shape, np.int32, data=self.model.a_buff)
        return {"a_out": self.message}

    def calls(self, feeds: dict[str, Feed]) -> Iterable[tuple[str, Description]]:
        feed = feeds["s_in"]
        d = self.d = describe_sums(at.SPARSE, feed, self.message.data, self.events, graded=self.graded)
        self.kind = feed.kind
        d.exponent = self.exponent
        return [("sparse:step", d)]

    def refresh(self) -> None:
        if "weights" not in self.changed:
            return
        self.prepare()
        d = self.d
        starts, targets, weights = by_source(self.model.weights)
        d.starts = starts
        if weights.dtype.kind not in "bi":
            raise TypeError(f"weights: got {weights.dtype}, the fixed-point model needs integers")
        small = weights.size == 0 or np.abs(weights.astype(np.int64)).max() < 1 << 15
        if not self.graded and small and self.message.size <= layout.CHUNK:
            words = weights.astype(np.int16).view(np.uint16).astype(np.uint32) << 16
            d.packed, d.mode = words | targets.astype(np.uint16), at.PACKED
            return
        d.targets, d.weights, d.sums = targets, weights.astype(np.int64), aligned(self.message.size, np.int64)
        d.mode = self.mode(self.kind)
        d.narrow = int(self.graded and self.kind == messages.I32 and weights.dtype.itemsize <= 4)


class SparseFloat(DenseFloat):
    """Sparse in float64."""

    def calls(self, feeds: dict[str, Feed]) -> Iterable[tuple[str, Description]]:
        out = self.message.data
        self.d = describe_sums(at.SPARSE, feeds["s_in"], out, self.events, graded=self.graded)
        return [("sparse:step_float", self.d)]

    def refresh(self) -> None:
        if "weights" in self.changed:
            starts, targets, weights = by_source(self.model.weights)
            self.d.starts, self.d.targets, self.d.weights = starts, targets, weights.astype(np.float64)


class _Delayed(Connection):
    """What delayed connections have in common: ``a_buff`` is kept as a ring, and written back when it is read."""

    leaf = "step"
    in_place = ()

    def outputs(self) -> dict[str, Message]:
        model = self.model
        self.rows = model.a_buff.shape[1]
        self.ring = aligned((self.rows, model.a_buff.shape[0]), model.a_buff.dtype)
        self.message = Message(self.process.a_out.shape, model.a_buff.dtype)
        self.time = 0
        self.changed.update(("a_buff", "delays"))
        return {"a_out": self.message}

    def variable(self, name: str) -> Any:
        return None if name == "a_buff" else super().variable(name)

    def calls(self, feeds: dict[str, Feed]) -> Iterable[tuple[str, Description]]:
        out = self.message.data
        d = self.d = describe_sums(delayed.DELAYED, feeds["s_in"], out, self.events, graded=self.graded)
        d.ring, d.rows = self.ring, self.rows
        d.sums = aligned(self.ring.size, np.float64 if self.ring.dtype.kind == "f" else np.int64)
        self.kind = feeds["s_in"].kind
        return [(f"sparse_delayed:{self.leaf}", d)]

    def take_buffer(self) -> None:
        """Fill the ring from ``a_buff``."""
        if "a_buff" in self.changed:
            step = self.steps_done
            self.message.data[:] = self.model.a_buff[:, 0]
            for k in range(1, self.rows):
                self.ring[(step + k) % self.rows] = self.model.a_buff[:, k]
            self.ring[step % self.rows] = 0

    def export(self, name: str) -> None:
        """Write the ring back into ``a_buff``."""
        if name == "a_buff" and "a_buff" not in self.changed:
            step = self.steps_done
            self.model.a_buff[:, 0] = self.message.data
            for k in range(1, self.rows):
                self.model.a_buff[:, k] = self.ring[(step + k) % self.rows]

    def put_weights(self, kind: Any) -> None:
        """Point to rows of targets, weights and delays."""
        model, d = self.model, self.d
        weights, delays = model.weights, model.delays
        if issparse(weights):
            entries = weights.tocoo()
            rows, columns, values = entries.row, entries.col, entries.data
            found = np.asarray(delays[rows, columns]).ravel() if rows.size else np.zeros(0, np.int32)
        else:
            rows, columns = (grid.ravel() for grid in np.indices(weights.shape))
            values, found = weights.ravel(), delays.ravel()
        order = np.argsort(columns, kind="stable")
        starts = np.concatenate([[0], np.cumsum(np.bincount(columns, minlength=weights.shape[1]))])
        d.starts, d.targets = starts.astype(np.int64), rows[order].astype(np.int32)
        d.weights, d.delays = values[order].astype(kind), found[order].astype(np.int32)


class DelayFixed(_Delayed, FixedConnection):
    """DelayDense and DelaySparse in integers."""

    def __init__(self, model: Any, process: Any) -> None:
        super().__init__(model, process)
        if model.weights.dtype.kind not in "bif" or model.delays.min() < 0:
            raise PythonFallback("weights or delays")

    def refresh(self) -> None:
        self.take_buffer()
        if not self.changed.isdisjoint(("weights", "delays")):
            if not self.model.weights_set and (largest := self.model.delays.max()) > MAX_DELAY:
                raise ValueError(f"delays: found {largest}, the largest delay is {MAX_DELAY}")
            self.prepare()
            self.d.exponent, self.d.mode = self.exponent, self.mode(self.kind)
            self.put_weights(np.int64)


class DelayFloat(_Delayed, DenseFloat):
    """DelayDense and DelaySparse in float64."""

    leaf = "step_float"

    def __init__(self, model: Any, process: Any) -> None:
        super().__init__(model, process)
        if model.delays.min() < 0:
            raise PythonFallback("delays")

    def refresh(self) -> None:
        self.take_buffer()
        if not self.changed.isdisjoint(("weights", "delays")):
            self.put_weights(np.float64)
