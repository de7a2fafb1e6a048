"""The order of a step in learning connections."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.sparse import csr_matrix, issparse

from lava_api.proc._connection import FixedConnection, FloatConnection
from lava_api.utils.weightutils import SignMode, truncate_weights

TAGS = ("tag_2", "tag_1")


class LearningSteps(FloatConnection):
    """Spikes first, then what learning needs of them; stands before the learning model among the bases."""

    def run_spk(self) -> None:
        self.a_out.send(self.a_buff)
        received = self.s_in.recv()
        s_in = received if self.is_graded else received.astype(bool)
        self.a_buff[:] = self.scale(self.accumulate(s_in))
        self.recv_traces(s_in)  # type: ignore[attr-defined]


class FixedLearningSteps(LearningSteps, FixedConnection):
    """Weights lose the bits that are not stored before the first step; unlike others they are not clipped then."""

    appliers: dict[str, Any]
    sign_mode: Any

    def run_spk(self) -> None:
        self.prepare_once()
        LearningSteps.run_spk(self)

    def prepare(self) -> None:
        """Truncate the weights, and make the tags whole numbers.

        Sparse synapses whose weight becomes 0 are lost where Lava's model runs, which is with signed weights and rules
        that read traces alone; elsewhere they stay and learn. Tags that no rule changes go with their synapses.
        """
        for name in TAGS:
            if getattr(self, name).dtype != np.int64:
                setattr(self, name, getattr(self, name).astype(np.int64))
        old = self.weights
        if not issparse(old):
            old[...] = truncate_weights(old, self.sign_mode, self.num_weight_bits)
            return
        lost = self.lost_synapses()
        for name in TAGS:
            tags = getattr(self, name)
            if lost.any() and same_places(tags, old) and not tags.data[lost].any():
                setattr(self, name, _without(tags, tags.data, lost))
        self.weights = _without(old, self._stored(), lost)

    def stored(self) -> tuple[Any, SignMode]:
        """Return the weights without the bits that are not stored, and their sign mode."""
        return truncate_weights(self.weights, self.sign_mode, self.num_weight_bits), self.sign_mode

    def _stored(self) -> Any:
        return np.asarray(truncate_weights(self.weights.data, self.sign_mode, self.num_weight_bits))

    def lost_synapses(self) -> Any:
        """Return which synapses of a sparse matrix are lost when their weights are truncated."""
        factors = (factor for rule in self.appliers.values() for product in rule.products for factor in product.factors)
        if self.sign_mode is not SignMode.MIXED or any(factor.name in ("weights", *TAGS) for factor in factors):
            return np.zeros(self.weights.nnz, dtype=bool)
        return self._stored() == 0


def same_places(one: Any, other: Any) -> bool:
    """Return whether two sparse matrices store elements at the same places, in the same order."""
    return np.array_equal(one.indptr, other.indptr) and np.array_equal(one.indices, other.indices)


def _without(matrix: Any, values: Any, lost: Any) -> Any:
    """Return a sparse matrix with other values, and without some of its elements."""
    before = np.concatenate([[0], np.cumsum(~lost)])
    return csr_matrix((values[~lost], matrix.indices[~lost], before[matrix.indptr]), shape=matrix.shape)
