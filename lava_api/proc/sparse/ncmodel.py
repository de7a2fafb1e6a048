"""Models of sparse connections for neuromorphic cores."""

from __future__ import annotations

from lava_api.magma.core.model.py.declare import model_of
from lava_api.magma.core.resources import NeuroCore
from lava_api.proc._ncmodels import NcConnection, NcDelayConnection
from lava_api.proc.sparse.models import PyDelaySparseModelBitAcc, PySparseModelBitAcc
from lava_api.proc.sparse.process import DelaySparse, Sparse


@model_of(Sparse, on=NeuroCore, stands_for=PySparseModelBitAcc)
class NcModelSparse(NcConnection):
    """:class:`~lava_api.proc.sparse.process.Sparse` on cores; computes what PySparseModelBitAcc does."""


@model_of(DelaySparse, on=NeuroCore, stands_for=PyDelaySparseModelBitAcc)
class NcModelDelaySparse(NcDelayConnection):
    """:class:`~lava_api.proc.sparse.process.DelaySparse` on cores; computes what PyDelaySparseModelBitAcc does."""
