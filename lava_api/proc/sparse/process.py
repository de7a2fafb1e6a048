"""Connections that store only existing synapses."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.sparse import csr_matrix, issparse

from lava_api.proc._process import Var, extends
from lava_api.proc._synapses import LearningSynapses, Synapses
from loihi_emu.errors import invalid
from loihi_emu.numeric import whole


class Sparse(Synapses):
    """Sparse synapses: ``a_out`` of step t + 1 is the sum of weights of the spikes of step t.

    Parameters
    ----------
    weights : csr_matrix, other scipy.sparse matrix or ndarray
        Targets by sources; it is copied. Of an array the zeros are not stored.
    name : str, optional
        Name of the process.
    num_message_bits : int
        0: every non-zero input counts as 1; otherwise inputs are multiplied with the weights.
    log_config : LogConfig, optional
        How the process logs.
    **kwargs
        ``num_weight_bits``, ``weight_exp`` and ``sign_mode``, as for :class:`~lava_api.proc.dense.process.Dense`.
    """

    @extends(Synapses)
    def __init__(self, *, weights: Any, **given: Any) -> None:
        super().__init__(weights=csr_matrix(weights, copy=True), **given)


class LearningSparse(LearningSynapses, Sparse):
    """Sparse synapses that learn.

    As :class:`~lava_api.proc.dense.process.LearningDense`, for the synapses that are stored: one whose weight is 0
    learns if the matrix stores the 0.

    Parameters
    ----------
    weights, name, num_message_bits, log_config
        As for :class:`Sparse`.
    tag_2, tag_1 : csr_matrix, other scipy.sparse matrix or ndarray, optional
        Initial tags (d and t of rules); stored ones can learn. By default 0, stored where the weights are.
    learning_rule, graded_spike_cfg, **kwargs
        As for :class:`~lava_api.proc.dense.process.LearningDense`.
    """

    @extends(LearningSynapses, before="name")
    def __init__(self, *, weights: Any, tag_2: Any = None, tag_1: Any = None, **given: Any) -> None:
        weights = csr_matrix(weights, copy=True)
        tags = {"tag_2": _tags("tag_2", tag_2, weights), "tag_1": _tags("tag_1", tag_1, weights)}
        super().__init__(weights=weights, **tags, **given)
        stored = {"weights": weights, **tags}
        self.proc_params["x_idx_active_syn_vars"] = {key: matrix.nonzero()[1] for key, matrix in stored.items()}


def _tags(name: str, given: Any, weights: Any) -> Any:
    """Return tags as a new sparse matrix."""
    if given is None:
        return csr_matrix((np.zeros(weights.nnz), weights.indices.copy(), weights.indptr.copy()), shape=weights.shape)
    tags = csr_matrix(given, copy=True)
    if tags.shape != weights.shape:
        raise invalid("LearningSparse", name, f"shape {tags.shape}", f"that of the weights, {weights.shape}")
    return tags


class DelaySparse(Sparse):
    """Sparse synapses with a delay each: a spike of step t arrives in step t + 1 + delay.

    Parameters
    ----------
    weights, name, num_message_bits, log_config, **kwargs
        As for :class:`Sparse`.
    delays : int, or scipy.sparse matrix or ndarray of int
        Steps, 0 to 63, one or one for each weight; weights whose delay is not stored have delay 0.
    max_delay : int
        Length of the buffer if it shall be longer than the largest delay; a shorter one would lose spikes.
    """

    @extends(Sparse, before="name")
    def __init__(self, *, weights: Any, delays: Any, max_delay: int = 0, **sparse: Any) -> None:
        if issparse(delays) or np.ndim(delays):
            delays = csr_matrix(delays, copy=True)
            if delays.shape != weights.shape:
                raise ValueError(f"delays: shape {delays.shape}, must be that of the weights, {weights.shape}")
        else:
            stored = csr_matrix(weights)
            filled = np.full(stored.nnz, delays)
            delays = csr_matrix((filled, stored.indices.copy(), stored.indptr.copy()), shape=stored.shape)
        delays.data = whole("DelaySparse", "delays", delays.data)
        if delays.nnz and delays.data.min() < 0:
            raise ValueError(f"delays: found {delays.data.min()}, they must not be negative")
        super().__init__(weights=weights, **sparse)
        max_delay = max_delay or int(delays.max())
        self.delays = Var(shape=delays.shape, init=delays)
        self.a_buff = Var(shape=(delays.shape[0], max_delay + 1), init=0)
