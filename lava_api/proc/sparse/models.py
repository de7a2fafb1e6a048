"""NumPy models of sparse connections, in floating point and bit-accurate."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.sparse import csr_matrix

from lava_api.magma.core.model.py.connection import LearningConnectionModelBitApproximate, LearningConnectionModelFloat
from lava_api.magma.core.model.py.declare import model_of
from lava_api.magma.core.model.py.type import LavaPyType
from lava_api.proc._arithmetic import Array
from lava_api.proc._connection import DelayMixin, FixedConnection, FixedDelayMixin, FloatConnection
from lava_api.proc._learning import FixedLearningSteps, LearningSteps
from lava_api.proc.sparse.process import DelaySparse, LearningSparse, Sparse


class _Sums(FloatConnection):
    """Sums over the sources of a sparse matrix."""

    def accumulate(self, s_in: Any) -> Any:
        return self.weights.dot(s_in if self.is_graded else s_in.astype(bool).astype(int))


class AbstractPyDelaySparseModel(DelayMixin):
    """Sums over the sources of a sparse matrix, by delay."""

    weights: Any
    delays: Any
    is_graded: bool

    def accumulate(self, s_in: Any) -> Array:
        """Sum up the weights of this step's spikes by target and delay."""
        spikes = s_in if self.is_graded else s_in.astype(bool)
        entries = self.weights.tocoo()
        active = spikes[entries.col] != 0
        rows, columns = entries.row[active], entries.col[active]
        delays = np.asarray(self.delays[rows, columns]).ravel() if rows.size else np.zeros(0, dtype=int)
        return self.scatter(rows, delays, entries.data[active] * spikes[columns])

    @staticmethod
    def get_delay_wgts_mat(weights: Any, delays: Any, max_delay: int) -> Any:
        """Return the weights of each delay 0..`max_delay`, the matrices below one another."""
        entries = weights.tocoo()
        lags = np.asarray(delays[entries.row, entries.col]).ravel() if entries.nnz else np.zeros(0, dtype=int)
        kept = lags <= max_delay
        rows = (lags * weights.shape[0] + entries.row)[kept]
        shape = ((max_delay + 1) * weights.shape[0], weights.shape[1])
        return csr_matrix((entries.data[kept], (rows, entries.col[kept])), shape=shape)


class AbstractPySparseModelFloat(_Sums, FloatConnection):
    """Models of :class:`Sparse` in floating point."""


class AbstractPySparseModelBitAcc(_Sums, FixedConnection):
    """Models of :class:`Sparse` in integers."""


@model_of(Sparse, "floating_pt", kernel="lava_api.proc.sparse.kernels:SparseFloat")
class PySparseModelFloat(AbstractPySparseModelFloat):
    """:class:`Sparse` in float64."""

    weights = LavaPyType(csr_matrix, float)


@model_of(Sparse, "bit_accurate_loihi", "fixed_pt", kernel="lava_api.proc.sparse.kernels:SparseFixed")
class PySparseModelBitAcc(AbstractPySparseModelBitAcc):
    """:class:`Sparse` with 8-bit weights."""

    weights = LavaPyType(csr_matrix, np.int32, precision=8)


@model_of(DelaySparse, "floating_pt", kernel="lava_api.proc.sparse.kernels:DelayFloat")
class PyDelaySparseModelFloat(AbstractPyDelaySparseModel, FloatConnection):
    """:class:`DelaySparse` in float64."""

    weights = LavaPyType(csr_matrix, float)
    delays = LavaPyType(csr_matrix, int)


@model_of(DelaySparse, "bit_accurate_loihi", "fixed_pt", kernel="lava_api.proc.sparse.kernels:DelayFixed")
class PyDelaySparseModelBitAcc(FixedDelayMixin, AbstractPyDelaySparseModel, FixedConnection):
    """:class:`DelaySparse` with 8-bit weights."""

    weights = LavaPyType(csr_matrix, np.int32, precision=8)
    delays = LavaPyType(csr_matrix, np.int32, precision=6)


@model_of(LearningSparse, "floating_pt", kernel="lava_api.proc._learning_float_kernels:LearningSparseFloat")
class PyLearningSparseModelFloat(LearningSteps, LearningConnectionModelFloat, _Sums, FloatConnection):
    """:class:`LearningSparse` in float64."""

    weights = LavaPyType(csr_matrix, float)
    tag_2 = LavaPyType(csr_matrix, float)
    tag_1 = LavaPyType(csr_matrix, float)


@model_of(
    LearningSparse, "bit_approximate_loihi", "fixed_pt", kernel="lava_api.proc._learning_kernels:LearningSparseFixed"
)
class PyLearningSparseModelBitApproximate(
    FixedLearningSteps, LearningConnectionModelBitApproximate, _Sums, FixedConnection
):
    """:class:`LearningSparse` with 8-bit weights and 7-bit traces."""

    weights = LavaPyType(csr_matrix, np.int32, precision=8)
    tag_2 = LavaPyType(csr_matrix, int, precision=6)
    tag_1 = LavaPyType(csr_matrix, int, precision=8)
