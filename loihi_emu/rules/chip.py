"""The rule set "chip": the integers of Loihi 1.

Of its weights brian2-loihi alone has these, whose authors claim a match with Loihi 1: odd mixed weights lose their low
bit toward 0 (Lava: -3 becomes -4; nengo-loihi has -7..7 and no such weights), exponent -8, 7 bits, and saturation at
+-(2^21 - 64).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from loihi_emu.decay import nearest_decay
from loihi_emu.errors import invalid
from loihi_emu.learning.rule import LearningRule
from loihi_emu.learning.table import table_of
from loihi_emu.models import registry
from loihi_emu.network.elements import Connection
from loihi_emu.numeric import ranged, whole
from loihi_emu.rules.learning import Driven, LearningRules
from loihi_emu.rules.rule_set import RuleSet
from loihi_emu.rules.weights import EFFECTIVE_MAX, Array, Effective, WeightRule, dropped_bits

ADVICE_FLOAT = "Chips have integer weights: loihi_emu.quantize() makes 8-bit mantissas and an exponent of floats."
ADVICE_LARGE = "loihi_emu.quantize() turns larger or fractional weights into 8-bit mantissas and an exponent."
ADVICE_SIGNS = 'The sign mode is "{}"; connect(..., sign_mode="mixed") allows both signs.'

RANGES = {"mixed": (-256, 254), "excitatory": (0, 255), "inhibitory": (-255, 0)}
"""Allowed mantissas. Mixed signs need one of the 8 bits, so that the lowest step is 2."""


@dataclass(frozen=True)
class ChipWeights(WeightRule):
    """8-bit mantissas, of which a sign mode and `weight_bits` drop low bits, times a power of 2.

    With s = 8 - bits (+ 1 if mixed), ``W = floor(trunc(w / 2^s) * 2^s * 2^exp)``, truncated toward zero, then saturated
    to +-32767 (brian2-loihi's table of 147 456 combinations; the floor for negative exponents per weight is also what
    nengo-loihi reports of the chip). Of the two readings of odd negative mixed weights (-3 becomes -2 in brian2-loihi
    and -4 in Lava) the one with a claim of silicon is taken.

    Parameters
    ----------
    ranges : dict
        Least and largest mantissa by sign mode.
    """

    ranges: Mapping[str, tuple[int, int]] = field(default_factory=lambda: RANGES)

    def numbers(self, where: str, weights: Any) -> NDArray[np.int64]:
        return whole(where, "weights", weights, ADVICE_FLOAT)

    def check(self, where: str, values: Array, sign_mode: str, kind: str) -> None:
        """Raise when mantissas do not fit 8 bits of their sign mode."""
        low, high = self.ranges[sign_mode]
        if not values.size or (values.min() >= low and values.max() <= high):
            return  # two passes that need no memory, of what may be hundreds of millions
        least, most = self.ranges["mixed"]
        fits_mixed = bool(np.all((values >= least) & (values <= most)))
        advice = ADVICE_SIGNS.format(sign_mode) if fits_mixed else ADVICE_LARGE
        ranged(where, f"weights ({sign_mode})", values, low, high, advice)

    def effective(self, values: Array, sign_mode: str, weight_bits: int, weight_exp: int) -> Effective:
        """Effective weights of mantissas.

        Examples
        --------
        >>> ChipWeights().effective(np.array([-3, 254]), "mixed", 8, 1).values.tolist()
        [-4, 508]
        """
        step = dropped_bits(sign_mode, weight_bits)
        q = np.sign(values) * ((np.abs(values) >> step) << step)
        scaled = q << weight_exp if weight_exp >= 0 else q >> -weight_exp
        w = np.clip(scaled, -EFFECTIVE_MAX, EFFECTIVE_MAX)
        return Effective(w, int(np.count_nonzero(q != values)), int(np.count_nonzero(w != scaled)))

    def acting(self, c: Connection) -> Array:
        """The mantissas ``w'`` for which ``w' * 2^(6 + weight_exp)`` is what a spike adds to u."""
        if self.as_given(c):
            return c.values
        exponent = 0 if c.learning is not None else c.weight_exp
        w = self.effective(c.values.astype(np.int64), c.sign_mode, c.weight_bits, exponent).values
        # Floored, a mantissa may leave its range (-247 acts as -256); that of the range's end acts the same.
        acts: Array = w >> exponent if exponent >= 0 else np.clip(w << -exponent, *self.ranges[c.sign_mode])
        return acts

    def grid(self, c: Connection) -> int:
        dropped = dropped_bits(c.sign_mode, c.weight_bits)
        return dropped if c.learning is not None else max(dropped, -c.weight_exp)

    def beyond(self, c: Connection) -> str:
        largest = max(-int(c.values.min()), int(c.values.max()))
        saturates = largest << max(c.weight_exp, 0) > EFFECTIVE_MAX
        return "A spike adds at most 2^21 - 64: lower weight_exp." if saturates else ""


class ChipLearning(LearningRules):
    """Traces of 7 bits, rules as sums of products, an epoch that connections onto the same neurons share."""

    learner = "loihi_emu.image.learners:chip_learner"
    synapse_bytes = 1
    shares_epoch = can_be_cut = True
    values = (-128, 127)

    def check(self, rule: LearningRule, driven: Driven, made: Connection) -> None:
        """Raise where the chip's words do not hold a rule."""
        table_of(rule)
        if rule.random is not None:
            where = f'connection "{made.name}"'
            raise invalid(where, "random", rule.random, 'None, but under rules "brian2_loihi"')

    def check_convolution(self, rule: LearningRule, where: str, rules: str) -> None:
        each = [name for name in ("dd", "dt") if getattr(rule, name) is not None]
        each += [name for name in ("d", "t") if name in rule.used]
        if each:
            raise invalid(
                where, "learning", f"a rule with {', '.join(each)} on a convolution",
                "dw alone, without factors d and t",
                advice="Its synapses share a weight and have one delay and no tags; a sparse matrix has them for every "
                "synapse.",
            )  # fmt: skip

    def unused(self, rule: LearningRule, driven: dict[str, str], where: str) -> Iterator[str]:
        """Traces that are not read (what a peer's script gives is given to replay it), and those that never decay."""
        for name, trace in rule.traces.items():
            if name not in rule.used and name not in driven:
                yield f"{where}: the rule does not read the trace {name}, which can be recorded but changes nothing."
            if np.isfinite(float(trace.tau)) and nearest_decay(np.float64(trace.tau)) == 0:
                yield (
                    f"{where}: trace {name} with tau={trace.tau} never decays: a step keeps a multiple of 1/4096, the "
                    "longest time constant is 4095.5. tau=numpy.inf says that it is meant."
                )


CHIP = RuleSet(
    "chip",
    "The integers of Loihi 1, as two peers have them that were compared with silicon.",
    models=registry.CHIP,
    weights=ChipWeights(),
    learning=ChipLearning(),
)
