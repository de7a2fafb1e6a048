"""Convolution along time."""

from __future__ import annotations

from typing import Any

import numpy as np

from lava_api.proc._process import InPort, Named, OutPort, Var, extends, warn_unknown
from lava_api.proc._synapses import Synapses


class ConvInTime(Named):
    """Synapses with a kernel over time: ``a_out[t + 1] = sum over k of weights[K - 1 - k] s_in[t - k]``.

    Parameters
    ----------
    weights : ndarray
        (K, targets, sources).
    name : str, optional
        Name of the process.
    num_message_bits : int
        0: every non-zero input counts as 1; otherwise inputs are multiplied with the weights.
    log_config : LogConfig, optional
        How the process logs.
    """

    @extends(Synapses)
    def __init__(self, *, weights: Any, num_message_bits: int = 0, **given: Any) -> None:
        weights = np.asarray(weights)
        warn_unknown(self, given)
        super().__init__(weights=weights, num_message_bits=num_message_bits, **given)
        steps, targets, sources = weights.shape
        self.s_in = InPort(shape=(sources,))
        self.a_out = OutPort(shape=(targets,))
        self.weights = Var(shape=weights.shape, init=weights)
        self.a_buff = Var(shape=(targets, steps), init=0)
        self.num_message_bits = Var(shape=(1,), init=num_message_bits)
