"""The order of a step in learning connections."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.sparse import csr_matrix, issparse

from lava_api.magma.core.model.py.model import PyLoihiProcessModel
from lava_api.utils.weightutils import truncate_weights


class LearningSteps(PyLoihiProcessModel):
    """Spikes first, then what learning needs of them; stands before the learning model among the bases."""

    s_in: Any
    a_out: Any
    a_buff: Any
    is_graded: bool

    def run_spk(self) -> None:
        """One step: send the sums of the step before, receive, accumulate, note the spikes of both sides."""
        self.a_out.send(self.a_buff)
        received = self.s_in.recv()
        s_in = received if self.is_graded else received.astype(bool)
        self.a_buff[:] = self.scale(self.accumulate(s_in))  # type: ignore[attr-defined]
        self.recv_traces(s_in)  # type: ignore[attr-defined]


class FixedLearningSteps(LearningSteps):
    """Weights lose the bits that are not stored before the first step; unlike others they are not clipped then."""

    weights: Any
    weights_set: bool
    sign_mode: Any
    num_weight_bits: int

    def run_spk(self) -> None:
        """One step: truncate weights and tags if it is the first, then as every learning connection."""
        if not self.weights_set:
            self.weights = self._truncated(self.weights)
            for name in ("tag_1", "tag_2"):
                setattr(self, name, getattr(self, name).astype(np.int64))
            self.weights_set = True
        super().run_spk()

    def _truncated(self, weights: Any) -> Any:
        """Return the weights as they are stored; synapses of weight 0 stay in a sparse matrix."""
        if not issparse(weights):
            return truncate_weights(weights, self.sign_mode, self.num_weight_bits)
        values = truncate_weights(weights.data, self.sign_mode, self.num_weight_bits)
        return csr_matrix((np.asarray(values), weights.indices, weights.indptr), shape=weights.shape)
