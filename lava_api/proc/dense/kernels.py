"""Stock dense connections as kernels."""

from __future__ import annotations

import numpy as np

from lava_api.proc._connection_kernels import FixedConnectionKernel, FloatConnectionKernel
from loihi_emu.image.packing import to_bytes
from loihi_emu.models.memory import Array, Description, Table, aligned
from loihi_emu.models.records import Record
from loihi_emu.models.synapses import dense as at


def float_leaf(graded: bool) -> tuple[str, Record]:
    """Return the leaf of float64 weights, and the record that it reads."""
    return (f"{at.__name__}:step_valued", at.VALUED) if graded else (f"{at.__name__}:step_float", at.DENSE)


def put_matrix(d: Description, rows: Array, targets: int) -> None:
    """Write one matrix, a row of weights for each source."""
    d.parts, d.part_count = Table(at.PART, 1), 1
    part = d.parts[0]
    part.weights, part.end, part.width, part.stride = rows, rows.shape[0], targets, rows.shape[1]


class DenseFloat(FloatConnectionKernel):
    """Dense in float64."""

    def leaf(self) -> tuple[str, Record]:
        return float_leaf(self.graded)

    def pack_some(self, d: Description, few: slice) -> bool:
        rows = np.ascontiguousarray(self.model.weights[few].T)
        put_matrix(d, rows, rows.shape[1])
        return True


class DenseFixed(FixedConnectionKernel):
    """Dense in integers; weights are kept in bytes where they fit."""

    def leaf(self) -> tuple[str, Record]:
        return f"{at.__name__}:step", at.DENSE

    def pack_some(self, d: Description, few: slice) -> bool:
        weights = self.model.weights[few]
        found = to_bytes(weights)
        if found is None:
            return False
        d.scratch = aligned(4 * at.TILE, np.uint16)
        put_matrix(d, found.rows, weights.shape[0])
        part = d.parts[0]
        part.offset, part.shift = found.offset, found.shift
        return True

    def put_rows(self) -> None:
        self.rows.weights = np.ascontiguousarray(self.model.weights.T)
