"""Stock dense connections as kernels."""

from __future__ import annotations

from typing import Any

import numpy as np

from lava_api.proc._connection_kernels import Connection, FixedConnection, FloatConnection
from loihi_emu.image.packing import to_bytes
from loihi_emu.models import dense as at
from loihi_emu.models.memory import Description, Table, aligned


class _Dense(Connection):
    """One weight from each source to each target."""

    number: Any = np.float64

    def put_rows(self) -> None:
        self.rows.weights = np.ascontiguousarray(self.model.weights.T, self.number)


class DenseFloat(_Dense, FloatConnection):
    """Dense in float64."""


class DenseFixed(_Dense, FixedConnection):
    """Dense in integers; weights are kept in bytes where they fit."""

    number = np.int32
    leaf, record = "loihi_emu.models.dense:step", at.DENSE

    def describe_packed(self) -> Description:
        d = super().describe_packed()
        d.scratch, d.parts, d.part_count = aligned(4 * at.TILE, np.uint16), Table(at.PART, 1), 1
        return d

    def pack(self) -> bool:
        weights = self.model.weights
        found = to_bytes(weights)
        if found is None:
            return False
        part = self.packed.parts[0]
        part.width, part.end = weights.shape
        part.weights, part.stride, part.offset, part.shift = found.rows, found.rows.shape[1], found.offset, found.shift
        return True
