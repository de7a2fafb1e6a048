"""Models of sparse connections for neuromorphic cores."""

from __future__ import annotations

from lava_api.magma.core.decorator import implements, requires
from lava_api.magma.core.resources import NeuroCore
from lava_api.magma.core.sync.protocols.loihi_protocol import LoihiProtocol
from lava_api.proc._ncmodels import NcConnection, NcDelayConnection
from lava_api.proc.sparse.models import PyDelaySparseModelBitAcc, PySparseModelBitAcc
from lava_api.proc.sparse.process import DelaySparse, Sparse


@implements(proc=Sparse, protocol=LoihiProtocol)
@requires(NeuroCore)
class NcModelSparse(NcConnection):
    """:class:`~lava_api.proc.sparse.process.Sparse` on cores; computes what PySparseModelBitAcc does."""

    stands_for = PySparseModelBitAcc


@implements(proc=DelaySparse, protocol=LoihiProtocol)
@requires(NeuroCore)
class NcModelDelaySparse(NcDelayConnection):
    """:class:`~lava_api.proc.sparse.process.DelaySparse` on cores; computes what PyDelaySparseModelBitAcc does."""

    stands_for = PyDelaySparseModelBitAcc
