"""NumPy models of dense connections, in floating point and bit-accurate."""

from __future__ import annotations

from typing import Any

import numpy as np

from lava_api.magma.core.model.py.connection import LearningConnectionModelBitApproximate, LearningConnectionModelFloat
from lava_api.magma.core.model.py.declare import array, model_of
from lava_api.proc._arithmetic import Array
from lava_api.proc._connection import DelayMixin, FixedConnection, FixedDelayMixin, FloatConnection
from lava_api.proc._learning import FixedLearningSteps, LearningSteps
from lava_api.proc.dense.process import DelayDense, Dense, LearningDense


class _Sums(FloatConnection):
    """Sums over the sources of a dense matrix."""

    def accumulate(self, s_in: Any) -> Any:
        if self.is_graded:
            return self.weights.dot(s_in)
        return self.weights[:, s_in.astype(bool)].sum(axis=1)


class AbstractPyDelayDenseModel(DelayMixin):
    """Sums over the sources of a dense matrix, by delay."""

    weights: Any
    is_graded: bool

    def accumulate(self, s_in: Any) -> Array:
        """Sum up the weights of this step's spikes by target and delay."""
        spikes = s_in if self.is_graded else s_in.astype(bool)
        active = np.flatnonzero(spikes)
        products = self.weights[:, active] * spikes[active]
        rows = np.broadcast_to(np.arange(len(products))[:, None], products.shape)
        return self.scatter(rows, self.delays[:, active], products)

    @staticmethod
    def get_delay_wgts_mat(weights: Any, delays: Any, max_delay: int) -> Array:
        """Return the weights of each delay 0..`max_delay`, the matrices below one another."""
        lags = np.arange(max_delay + 1)[:, None, None]
        by_delay: Array = np.where(delays == lags, weights, 0)
        return by_delay.reshape(-1, weights.shape[1])


class AbstractPyDenseModelFloat(_Sums, FloatConnection):
    """Models of :class:`Dense` in floating point."""


class AbstractPyDenseModelBitAcc(_Sums, FixedConnection):
    """Models of :class:`Dense` in integers."""


@model_of(Dense, "floating_pt", kernel="lava_api.proc.dense.kernels:DenseFloat")
class PyDenseModelFloat(AbstractPyDenseModelFloat):
    """:class:`Dense` in float64."""

    weights = array(float)


@model_of(Dense, "bit_accurate_loihi", "fixed_pt", kernel="lava_api.proc.dense.kernels:DenseFixed")
class PyDenseModelBitAcc(AbstractPyDenseModelBitAcc):
    """:class:`Dense` with 8-bit weights."""

    weights = array(np.int32, 8)


@model_of(DelayDense, "floating_pt", kernel="lava_api.proc.sparse.kernels:DelayFloat")
class PyDelayDenseModelFloat(AbstractPyDelayDenseModel, FloatConnection):
    """:class:`DelayDense` in float64."""

    weights = array(float)
    delays = array(int)


@model_of(DelayDense, "bit_accurate_loihi", "fixed_pt", kernel="lava_api.proc.sparse.kernels:DelayFixed")
class PyDelayDenseModelBitAcc(FixedDelayMixin, AbstractPyDelayDenseModel, FixedConnection):
    """:class:`DelayDense` with 8-bit weights."""

    weights = array(np.int32, 8)
    delays = array(np.int32, 6)


@model_of(LearningDense, "floating_pt", kernel="lava_api.proc._learning_float_kernels:LearningDenseFloat")
class PyLearningDenseModelFloat(LearningSteps, LearningConnectionModelFloat, _Sums, FloatConnection):
    """:class:`LearningDense` in float64."""

    weights = array(float)


@model_of(
    LearningDense, "bit_approximate_loihi", "fixed_pt", kernel="lava_api.proc._learning_kernels:LearningDenseFixed"
)
class PyLearningDenseModelBitApproximate(
    FixedLearningSteps, LearningConnectionModelBitApproximate, _Sums, FixedConnection
):
    """:class:`LearningDense` with 8-bit weights and 7-bit traces."""

    weights = array(np.int32, 8)
