"""The rule set "lava": Lava 0.10's fixed point, as its process models compute it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from loihi_emu.models import registry
from loihi_emu.network.elements import Connection
from loihi_emu.numeric import ranged, whole
from loihi_emu.rules.chip import ADVICE_FLOAT
from loihi_emu.rules.lava_learning import LavaLearning
from loihi_emu.rules.rule_set import RuleSet
from loihi_emu.rules.weights import Array, Effective, Sums, WeightRule, dropped_bits

RANGES = {"mixed": (-256, 255), "excitatory": (0, 255), "inhibitory": (-255, 0)}
"""Lava clips to these (``weightutils.clip_weights``); what was clipped is counted."""
MAX_DELAY = 63
"""Lava's delayed connections raise beyond this (``dense/models.py``)."""
SUM_MAX = (1 << 31) - 1


class LavaWeights(WeightRule):
    """Mantissas clipped to their range, then the low s bits dropped, rounding down (inhibitory: on the magnitude).

    A negative exponent acts on the sum of a connection's weights. Convolutions take any weight; their sums wrap.
    """

    ranges = RANGES

    def numbers(self, where: str, weights: Any) -> NDArray[np.int64]:
        return whole(where, "weights", weights, ADVICE_FLOAT)

    def check(self, where: str, values: Array, sign_mode: str, kind: str) -> None:
        """Raise where a convolution's weights leave what its sums hold; all others are clipped."""
        if kind == "conv":
            ranged(where, "weights", values, -SUM_MAX - 1, SUM_MAX, "Sums of a convolution have 32 bits.")

    def effective(self, values: Array, sign_mode: str, weight_bits: int, weight_exp: int) -> Effective:
        """Effective weights of mantissas, without the exponent."""
        step = dropped_bits(sign_mode, weight_bits)
        kept = np.clip(values, *self.ranges[sign_mode])
        q = -((-kept >> step) << step) if sign_mode == "inhibitory" else (kept >> step) << step
        return Effective(q, int(np.count_nonzero(q != kept)), int(np.count_nonzero(kept != values)))

    def stored(self, c: Connection) -> Effective:
        """The effective weights with the exponent where it is positive: a shift to the left may be taken beforehand."""
        made = super().stored(c)
        if self.as_given(c):
            return made
        return Effective(made.values << max(c.weight_exp, 0), made.truncated, made.clipped)

    def sums(self, c: Connection) -> Sums:
        """A convolution's sums wrap; others are shifted where the exponent is negative."""
        if c.kind == "conv":
            return Sums(wraps=True)
        return Sums(0 if c.scaled else min(c.weight_exp, 0))

    def as_given(self, c: Connection) -> bool:
        """Convolutions lose nothing."""
        return c.kind == "conv" or super().as_given(c)

    def acting(self, c: Connection) -> Array:
        """The weights without their exponent."""
        if self.as_given(c):
            return c.values
        return self.effective(c.values.astype(np.int64), c.sign_mode, c.weight_bits, 0).values

    def grid(self, c: Connection) -> int:
        """Weights that are multiples of 2 to this power lose nothing to bits."""
        return dropped_bits(c.sign_mode, c.weight_bits)

    def beyond(self, c: Connection) -> str:
        low, high = self.ranges[c.sign_mode]
        clipped = int(c.values.min()) < low or int(c.values.max()) > high
        return f"Lava clips {c.sign_mode} weights to {low}..{high}: scale them down." if clipped else ""


LAVA = RuleSet(
    "lava",
    "Lava 0.10's fixed point: a reference for programs written for Lava, not for the chip.",
    models=registry.LAVA,
    weights=LavaWeights(),
    learning=LavaLearning(),
    max_delay=MAX_DELAY,
)
