"""Spike-timing dependent plasticity with two factors."""

from __future__ import annotations

from typing import Any

from lava_api.magma.core.learning.learning_rule import Loihi2FLearningRule
from lava_api.magma.core.learning.utils import float_to_literal

IMPULSE = 16
"""Impulse of x1 and y1 unless another is given."""


class STDPLoihi(Loihi2FLearningRule):
    """Pair-wise STDP: ``dw = learning_rate (A_minus x0 y1 + A_plus y0 x1)``.

    Parameters
    ----------
    learning_rate, A_plus, A_minus : float
        Rounded to a whole number times a power of two by :func:`float_to_literal`; kept as the text that it returns.
    tau_plus, tau_minus : float
        Time constants of x1 and y1.
    **kwargs
        Of :class:`Loihi2FLearningRule`; `x1_impulse` and `y1_impulse` are 16 unless given.

    Examples
    --------
    >>> STDPLoihi(learning_rate=1, A_plus=2, A_minus=-0.5, tau_plus=10, tau_minus=10).dw_str
    '(1) * (-1) * 2 ^ -1 * x0 * y1 +(1) * (2) * y0 * x1'
    """

    def __init__(
        self,
        learning_rate: float,
        A_plus: float,
        A_minus: float,
        tau_plus: float,
        tau_minus: float,
        *args: Any,
        **kwargs: Any,
    ) -> None:
        self.learning_rate = float_to_literal(learning_rate)
        self.A_plus = float_to_literal(A_plus)
        self.A_minus = float_to_literal(A_minus)
        self.tau_plus = tau_plus
        self.tau_minus = tau_minus
        depress, potentiate = (f"{self.learning_rate} * {factor}" for factor in (self.A_minus, self.A_plus))
        kwargs.setdefault("x1_impulse", IMPULSE)
        kwargs.setdefault("y1_impulse", IMPULSE)
        kwargs.update(dw=f"{depress} * x0 * y1 +{potentiate} * y0 * x1", x1_tau=tau_plus, y1_tau=tau_minus)
        super().__init__(*args, **kwargs)
