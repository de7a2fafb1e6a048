"""Spike-timing dependent plasticity that takes effect with a reward."""

from __future__ import annotations

from typing import Any

from lava_api.magma.core.learning.learning_rule import Loihi3FLearningRule
from lava_api.magma.core.learning.utils import float_to_literal


class RewardModulatedSTDP(Loihi3FLearningRule):
    """STDP gathers in the tag t, which decays; the weight follows tag times reward (Fremaux and Gerstner, 2016).

    ``dt = learning_rate (A_minus x0 y1 + A_plus y0 x1) - u0 t eligibility_trace_decay_tau;  dw = u0 t y2``

    The target's neurons send their trace as y1 and the reward as y2.

    Parameters
    ----------
    learning_rate, A_plus, A_minus, eligibility_trace_decay_tau : float
        Rounded to a whole number times a power of two by :func:`float_to_literal`; kept as the text that it returns.
        The last is the part of the tag that is lost per epoch.
    pre_trace_decay_tau, pre_trace_kernel_magnitude : float
        Time constant and impulse of x1.
    post_trace_decay_tau, post_trace_kernel_magnitude : float
        The same of the target's trace, for its model to use.
    **kwargs
        Of :class:`Loihi3FLearningRule`.
    """

    def __init__(
        self,
        learning_rate: float,
        A_plus: float,
        A_minus: float,
        pre_trace_decay_tau: float,
        post_trace_decay_tau: float,
        pre_trace_kernel_magnitude: float,
        post_trace_kernel_magnitude: float,
        eligibility_trace_decay_tau: float,
        *args: Any,
        **kwargs: Any,
    ) -> None:
        self.learning_rate = float_to_literal(learning_rate)
        self.A_plus = float_to_literal(A_plus)
        self.A_minus = float_to_literal(A_minus)
        self.pre_trace_decay_tau = pre_trace_decay_tau
        self.post_trace_decay_tau = post_trace_decay_tau
        self.pre_trace_kernel_magnitude = pre_trace_kernel_magnitude
        self.post_trace_kernel_magnitude = post_trace_kernel_magnitude
        self.eligibility_trace_decay_tau = float_to_literal(eligibility_trace_decay_tau)
        depress, potentiate = (f"{self.learning_rate} * {factor}" for factor in (self.A_minus, self.A_plus))
        lost = f"u0 * t * {self.eligibility_trace_decay_tau}"
        kwargs.update(
            dw="u0 * t * y2",
            dt=f"{depress} * x0 * y1 + {potentiate} * y0 * x1 - {lost}",
            x1_impulse=pre_trace_kernel_magnitude,
            x1_tau=pre_trace_decay_tau,
        )
        super().__init__(*args, **kwargs)
