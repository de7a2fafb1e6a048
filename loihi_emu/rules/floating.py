"""The rule set "float": float64, for prototypes of what is then brought to integers by ``quantize``."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from loihi_emu.errors import invalid
from loihi_emu.models import registry
from loihi_emu.network.elements import Connection
from loihi_emu.numeric import finite, ranged
from loihi_emu.rules.lava_learning import FloatLearning
from loihi_emu.rules.rule_set import RuleSet
from loihi_emu.rules.weights import MANTISSA_BITS, Array, Effective, WeightRule

LARGEST = float(1 << 50)
"""Largest magnitude of a weight, as of the parameters: sums stay finite."""


class FloatWeights(WeightRule):
    """Weights as they are, without bits or exponent."""

    floats = True

    def numbers(self, where: str, weights: Any) -> NDArray[np.float64]:
        values = finite(where, "weights", weights).astype(np.float64)
        return ranged(where, "weights", values, -LARGEST, LARGEST)

    def precision(self, where: str, bits: Any, exponent: Any, scaled: bool) -> tuple[int, int]:
        """The defaults, or an error."""
        if scaled:
            raise invalid(where, "scaled", True, "False under float rules")
        bits, exponent = super().precision(where, bits, exponent, scaled)
        if bits != MANTISSA_BITS or exponent != 0:
            given = f"{bits}, {exponent}"
            raise invalid(where, "weight_bits, weight_exp", given, "the defaults under float rules")
        return bits, exponent

    def check(self, where: str, values: Array, sign_mode: str, kind: str) -> None:
        """Nothing more than :meth:`numbers` did."""

    def effective(self, values: Array, sign_mode: str, weight_bits: int, weight_exp: int) -> Effective:
        return Effective(values)

    def acting(self, c: Connection) -> Array:
        return c.values

    def grid(self, c: Connection) -> int:
        return 0

    def beyond(self, c: Connection) -> str:
        return ""


FLOAT = RuleSet(
    "float",
    "float64, for prototypes.",
    models=registry.FLOAT,
    weights=FloatWeights(),
    learning=FloatLearning(),
)
