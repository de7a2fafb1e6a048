"""Models of dense connections for neuromorphic cores."""

from __future__ import annotations

from lava_api.magma.core.model.py.declare import model_of
from lava_api.magma.core.resources import NeuroCore
from lava_api.proc._ncmodels import NcConnection, NcDelayConnection
from lava_api.proc.dense.models import PyDelayDenseModelBitAcc, PyDenseModelBitAcc
from lava_api.proc.dense.process import DelayDense, Dense


@model_of(Dense, on=NeuroCore, stands_for=PyDenseModelBitAcc)
class NcModelDense(NcConnection):
    """:class:`~lava_api.proc.dense.process.Dense` on cores; computes what PyDenseModelBitAcc does."""


@model_of(DelayDense, on=NeuroCore, stands_for=PyDelayDenseModelBitAcc)
class NcModelDelayDense(NcDelayConnection):
    """:class:`~lava_api.proc.dense.process.DelayDense` on cores; computes what PyDelayDenseModelBitAcc does."""
