"""What processes of dense and sparse synapses have in common."""

from __future__ import annotations

from typing import Any

from lava_api.magma.core.learning.constants import GradedSpikeCfg
from lava_api.magma.core.learning.learning_rule import LoihiLearningRule
from lava_api.magma.core.process.connection import LearningConnectionProcess, checked_learning
from lava_api.proc._process import AbstractProcess, InPort, LogConfig, OutPort, Var, extends, warn_unknown

WEIGHT_OPTIONS = ("num_weight_bits", "weight_exp", "sign_mode")
"""What fixed-point models of connections read from ``proc_params``."""


class Synapses(AbstractProcess):
    """A matrix of weights, targets by sources, between ``s_in`` and ``a_out``."""

    def __init__(
        self,
        *,
        weights: Any,
        name: str | None = None,
        num_message_bits: int = 0,
        log_config: LogConfig | None = None,
        **kwargs: Any,
    ) -> None:
        warn_unknown(self, kwargs, WEIGHT_OPTIONS)
        super().__init__(weights=weights, num_message_bits=num_message_bits, name=name, log_config=log_config, **kwargs)
        targets, sources = weights.shape
        self.s_in = InPort(shape=(sources,))
        self.a_out = OutPort(shape=(targets,))
        self.weights = Var(shape=weights.shape, init=weights)
        self.a_buff = Var(shape=(targets,), init=0)
        self.num_message_bits = Var(shape=(1,), init=num_message_bits)


class LearningSynapses(LearningConnectionProcess, Synapses):
    """Synapses that learn; stands before those that it is about among the bases."""

    @extends(Synapses)
    def __init__(
        self,
        *,
        weights: Any,
        learning_rule: LoihiLearningRule | None = None,
        graded_spike_cfg: GradedSpikeCfg = GradedSpikeCfg.USE_REGULAR_IMPULSE,
        **given: Any,
    ) -> None:
        rule, use = checked_learning(self, learning_rule, graded_spike_cfg)
        super().__init__(weights=weights, shape=weights.shape, learning_rule=rule, graded_spike_cfg=use, **given)
