"""NumPy models of sparse connections, in floating point and bit-accurate."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.sparse import csr_matrix

from lava_api.magma.core.decorator import implements, requires, tag
from lava_api.magma.core.model.py.model import PyLoihiProcessModel
from lava_api.magma.core.model.py.type import LavaPyType
from lava_api.magma.core.resources import CPU
from lava_api.magma.core.sync.protocols.loihi_protocol import LoihiProtocol
from lava_api.proc._arithmetic import Array
from lava_api.proc._connection import DelayMixin, FixedConnection, FixedDelayMixin, FloatConnection
from lava_api.proc.sparse.process import DelaySparse, Sparse


class _Sums(PyLoihiProcessModel):
    """Sums over the sources of a sparse matrix."""

    weights: Any
    is_graded: bool

    def accumulate(self, s_in: Any) -> Any:
        """Sum up the weights of this step's spikes."""
        return self.weights.dot(s_in if self.is_graded else s_in.astype(bool).astype(int))


class _DelayedSums(DelayMixin):
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


@implements(proc=Sparse, protocol=LoihiProtocol)
@requires(CPU)
@tag("floating_pt")
class PySparseModelFloat(_Sums, FloatConnection):
    """:class:`Sparse` in float64."""

    KERNEL = "lava_api.proc.sparse.kernels:SparseFloat"

    weights: Any = LavaPyType(csr_matrix, float)


@implements(proc=Sparse, protocol=LoihiProtocol)
@requires(CPU)
@tag("bit_accurate_loihi", "fixed_pt")
class PySparseModelBitAcc(_Sums, FixedConnection):
    """:class:`Sparse` with 8-bit weights."""

    KERNEL = "lava_api.proc.sparse.kernels:SparseFixed"

    weights: Any = LavaPyType(csr_matrix, np.int32, precision=8)


@implements(proc=DelaySparse, protocol=LoihiProtocol)
@requires(CPU)
@tag("floating_pt")
class PyDelaySparseModelFloat(_DelayedSums, FloatConnection):
    """:class:`DelaySparse` in float64."""

    KERNEL = "lava_api.proc.sparse.kernels:DelayFloat"

    weights: Any = LavaPyType(csr_matrix, float)
    delays: Any = LavaPyType(csr_matrix, int)


@implements(proc=DelaySparse, protocol=LoihiProtocol)
@requires(CPU)
@tag("bit_accurate_loihi", "fixed_pt")
class PyDelaySparseModelBitAcc(FixedDelayMixin, _DelayedSums, FixedConnection):
    """:class:`DelaySparse` with 8-bit weights."""

    KERNEL = "lava_api.proc.sparse.kernels:DelayFixed"

    weights: Any = LavaPyType(csr_matrix, np.int32, precision=8)
    delays: Any = LavaPyType(csr_matrix, np.int32, precision=6)
