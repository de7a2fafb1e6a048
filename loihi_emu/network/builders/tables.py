"""Tables of discrete distributions, from which a kernel draws with one word of 32 bits."""

from __future__ import annotations

from dataclasses import dataclass
from math import lgamma, log, log1p

import numpy as np
from numpy.typing import NDArray

UNITY = 1 << 32


@dataclass(frozen=True, eq=False)
class AliasTable:
    """Whole numbers from `low` on with their probabilities, for Walker's method of aliases.

    Attributes
    ----------
    low : int
        The number of the first row.
    limits : uint64 array
        A word's rest below it means the row itself.
    others : int32 array
        The row that is meant otherwise.
    """

    low: int
    limits: NDArray[np.uint64]
    others: NDArray[np.int32]

    @property
    def high(self) -> int:
        """The number of the last row."""
        return self.low + len(self.limits) - 1

    @property
    def outcomes(self) -> NDArray[np.int64]:
        """All numbers that have a row."""
        return np.arange(self.low, self.high + 1)

    @property
    def probabilities(self) -> NDArray[np.float64]:
        """That of each outcome."""
        own = self.limits / UNITY
        found = own + np.bincount(self.others, 1 - own, len(own))
        return np.asarray(found / len(own))

    @property
    def constant(self) -> bool:
        """Whether there is one number alone."""
        return len(self.limits) == 1


def table(low: int, probabilities: NDArray[np.float64]) -> AliasTable:
    """The table of numbers from `low` on; probabilities are brought to a sum of 1.

    Examples
    --------
    >>> made = table(3, np.array([0.25, 0.75]))
    >>> made.outcomes.tolist(), (made.limits / UNITY).tolist(), made.others.tolist()
    ([3, 4], [0.5, 1.0], [1, 1])
    >>> made.probabilities.tolist()
    [0.25, 0.75]
    """
    n = len(probabilities)
    share = probabilities / probabilities.sum() * n
    limits, others = np.full(n, UNITY, np.uint64), np.arange(n, dtype=np.int32)
    small = [k for k in range(n - 1, -1, -1) if share[k] < 1]
    large = [k for k in range(n - 1, -1, -1) if share[k] >= 1]
    while small and large:
        k, other = small.pop(), large[-1]
        limits[k], others[k] = round(share[k] * UNITY), other
        share[other] -= 1 - share[k]
        if share[other] < 1:
            small.append(large.pop())
    return AliasTable(low, limits, others)


def binomial(n: int, p: float) -> NDArray[np.float64]:
    """Probabilities of 0..n successes of n.

    Examples
    --------
    >>> binomial(2, 0.5).round(6).tolist()
    [0.25, 0.5, 0.25]
    """
    found = np.zeros(n + 1)
    if p <= 0 or p >= 1:
        found[n if p >= 1 else 0] = 1
        return found
    one, other = log(p), log1p(-p)
    for k in range(n + 1):
        found[k] = lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1) + k * one + (n - k) * other
    return np.exp(found)
