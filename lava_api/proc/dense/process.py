"""Connections with a weight for every pair of neurons."""

from __future__ import annotations

from typing import Any

import numpy as np

from lava_api.proc._process import Var, extends
from lava_api.proc._synapses import LearningSynapses, Synapses
from loihi_emu.errors import invalid
from loihi_emu.numeric import whole


def _matrix(process: object, weights: Any) -> Any:
    """Return weights as an array of two dimensions."""
    array = np.asarray(weights)
    if array.ndim != 2:
        raise invalid(type(process).__name__, "weights", f"shape {array.shape}", "two dimensions, targets by sources")
    return array


class Dense(Synapses):
    """Fully connected synapses: ``a_out`` of step t + 1 is the sum of weights of the spikes of step t.

    Parameters
    ----------
    weights : ndarray
        Targets by sources.
    name : str, optional
        Name of the process.
    num_message_bits : int
        0: every non-zero input counts as 1; otherwise inputs are multiplied with the weights.
    log_config : LogConfig, optional
        How the process logs.
    **kwargs
        For fixed point: ``num_weight_bits`` (1 to 8), ``weight_exp`` (sums are multiplied with 2^weight_exp) and
        ``sign_mode`` (a :class:`~lava_api.utils.weightutils.SignMode`, otherwise found from the weights).

    Examples
    --------
    >>> from lava_api.proc.dense.process import Dense
    >>> Dense(weights=[[1, 2, 3], [4, 5, 6]]).a_out.shape
    (2,)
    """

    @extends(Synapses)
    def __init__(self, *, weights: Any, **given: Any) -> None:
        super().__init__(weights=_matrix(self, weights), **given)


class LearningDense(LearningSynapses, Dense):
    """Fully connected synapses that learn.

    Spikes and sums as in :class:`Dense`; weights and tags change by a learning rule at the end of each epoch.

    Parameters
    ----------
    weights, name, num_message_bits, log_config
        As for :class:`Dense`.
    tag_2, tag_1 : ndarray, optional
        Initial tags (d and t of rules) in the shape of the weights, by default 0.
    learning_rule : LoihiLearningRule
        What is learned; :class:`Loihi2FLearningRule` or :class:`Loihi3FLearningRule`.
    graded_spike_cfg : GradedSpikeCfg
        What payloads do to the trace x1. Unless it is USE_REGULAR_IMPULSE, the rule's `x1_impulse` is set to 0.
    **kwargs
        For fixed point: ``num_weight_bits``, ``weight_exp``, and ``sign_mode``, which is mixed unless it is given.

    Examples
    --------
    >>> import numpy as np
    >>> from lava_api.magma.core.learning.learning_rule import Loihi2FLearningRule
    >>> rule = Loihi2FLearningRule(dw="y0 * x1 - x0 * y1", x1_impulse=16, x1_tau=10, y1_impulse=16, y1_tau=10)
    >>> LearningDense(weights=np.zeros((2, 3)), learning_rule=rule).dw.get()
    'y0 * x1 - x0 * y1'
    """

    @extends(LearningSynapses, before="name")
    def __init__(self, *, weights: Any, tag_2: Any = None, tag_1: Any = None, **given: Any) -> None:
        weights = _matrix(self, weights)
        tags = {"tag_2": tag_2, "tag_1": tag_1}
        given |= {name: np.zeros(weights.shape) if tag is None else np.array(tag) for name, tag in tags.items()}
        super().__init__(weights=weights, **given)


class DelayDense(Dense):
    """Fully connected synapses with a delay each: a spike of step t arrives in step t + 1 + delay.

    Parameters
    ----------
    weights, name, num_message_bits, log_config, **kwargs
        As for :class:`Dense`.
    delays : int or ndarray of int
        Steps, 0 to 63, one or one for each weight.
    max_delay : int
        Length of the buffer if it shall be longer than the largest delay; a shorter one would lose spikes.
    """

    @extends(Dense, before="name")
    def __init__(self, *, weights: Any, delays: Any, max_delay: int = 0, **dense: Any) -> None:
        weights = _matrix(self, weights)
        whole("DelayDense", "delays", delays)
        if np.min(delays) < 0:
            raise ValueError(f"delays: found {np.min(delays)}, they must not be negative")
        if np.ndim(delays) and np.shape(delays) != weights.shape:
            raise ValueError(f"delays: shape {np.shape(delays)}, must be that of the weights, {weights.shape}")
        super().__init__(weights=weights, **dense)
        max_delay = max_delay or int(np.max(delays))
        self.delays = Var(shape=weights.shape, init=delays)
        self.a_buff = Var(shape=(weights.shape[0], max_delay + 1), init=0)
