"""Distributions of weights and delays: normal, lognormal, uniform, within limits."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import asdict, dataclass, fields
from math import erf, inf, isfinite, log, sqrt
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from loihi_emu.errors import ValidationError, invalid, is_known, unknown
from loihi_emu.keywords import known_keywords
from loihi_emu.network.builders.tables import AliasTable, table
from loihi_emu.numeric import numbers, ranged, whole
from loihi_emu.read_only import read_only

OUTSIDE = ("redraw", "clip")
RARE = 0.5**33
"""What is less likely than this cannot be drawn with a word of 32 bits."""


class Distribution(ABC):
    """Numbers drawn for each synapse, from ``low`` to ``high``."""

    name: ClassVar[str]
    low: float | None
    high: float | None
    outside: str = "redraw"

    @abstractmethod
    def below(self, x: float) -> float:
        """Probability of a number up to x, without limits."""

    @abstractmethod
    def quantile(self, u: NDArray[np.float64]) -> NDArray[np.float64]:
        """The numbers that a number is below with probabilities u, without limits."""

    def settings(self) -> dict[str, Any]:
        """What makes another like it."""
        return {"name": self.name, **asdict(self)}  # type: ignore[call-overload]

    # ------------------------------------------------------------ whole numbers
    def table(self, where: str, name: str, least: int, most: int, advice: str = "") -> AliasTable:
        """The distribution of the nearest whole numbers, which must lie within least..most.

        Raises
        ------
        ValidationError
            It reaches beyond.
        """
        low = -inf if self.low is None else self.low
        high = inf if self.high is None else self.high
        if not (float(low).is_integer() or low == -inf) or not (float(high).is_integer() or high == inf):
            raise invalid(where, name, f"limits {low:g}..{high:g} of {self}", "whole numbers")
        first, last = int(max(low, least - 1)), int(min(high, most + 1))
        if first > last:
            raise invalid(where, name, f"{self}", f"numbers of {least}..{most}", advice=advice)
        found = self._probabilities(where, first, last, low, high)
        if (first < least and found[0] >= RARE) or (last > most and found[-1] >= RARE):
            tail = advice or f"Give limits: {self.name}(..., low={least}, high={most})."
            raise invalid(where, name, f"{self}, which reaches beyond {least}..{most}", f"{least}..{most}", advice=tail)
        kept = np.flatnonzero(found >= RARE)
        return table(first + int(kept[0]), found[kept[0] : kept[-1] + 1])

    def _probabilities(self, where: str, first: int, last: int, low: float, high: float) -> NDArray[np.float64]:
        """Of first..last; at an end that is no limit, of all beyond it."""
        edges = np.array([self.below(k - 0.5) for k in range(first, last + 2)])
        if self.outside == "clip" or low == -inf or first > low:
            edges[0] = 0.0
        if self.outside == "clip" or high == inf or last < high:
            edges[-1] = 1.0
        found = np.diff(edges)
        total = found.sum()
        if not total > 0:
            raise self._empty(where)
        kept: NDArray[np.float64] = found / total
        return kept

    def _empty(self, where: str) -> ValidationError:
        return invalid(
            where, f"limits of {self.name}", f"{self}, which has hardly a number there", "limits with numbers between"
        )

    # ------------------------------------------------------------ floats
    def floats(self, where: str, u: NDArray[np.float64]) -> NDArray[np.float64]:
        """Numbers of probabilities u, within the limits."""
        low = -inf if self.low is None else self.low
        high = inf if self.high is None else self.high
        if self.outside == "redraw":
            bottom = self.below(low) if isfinite(low) else 0.0
            top = self.below(high) if isfinite(high) else 1.0
            if not top > bottom and not low <= float(self.quantile(np.array(0.5))) <= high:
                raise self._empty(where)
            u = bottom + u * (top - bottom)
        return np.clip(self.quantile(u), low, high)


def _check(made: Any) -> None:
    """Raise for numbers that are none, limits that do not rise, and an unknown way with what is outside them."""
    name = made.name
    for one in fields(made):
        value = getattr(made, one.name)
        if one.name == "outside" or (value is None and "None" in str(one.type)):
            continue
        found = numbers(name, one.name, value)
        if found.ndim or not np.isfinite(float(found)):
            raise invalid(name, one.name, repr(value), "one finite number")
        object.__setattr__(made, one.name, found.item())
    ranged(name, "std", getattr(made, "std", 0), 0, inf)
    if made.low is not None and made.high is not None and made.low > made.high:
        raise invalid(name, "low", f"{made.low} above high={made.high}", "low up to high")
    if not is_known(made.outside, OUTSIDE):
        raise unknown("outside", made.outside, OUTSIDE, where=name)


@read_only(advice="Make another.")
@dataclass(frozen=True)
class Normal(Distribution):
    """See :func:`normal`."""

    name: ClassVar[str] = "normal"
    mean: float
    std: float
    low: float | None = None
    high: float | None = None
    outside: str = "redraw"

    def __post_init__(self) -> None:
        _check(self)

    def below(self, x: float) -> float:
        if self.std == 0:
            return float(x >= self.mean)
        return 0.5 + 0.5 * erf((x - self.mean) / (self.std * sqrt(2)))

    def quantile(self, u: NDArray[np.float64]) -> NDArray[np.float64]:
        from scipy.special import ndtri

        if self.std == 0:
            return np.full(u.shape, self.mean, np.float64)
        return np.asarray(self.mean + self.std * ndtri(u), np.float64)


@read_only(advice="Make another.")
@dataclass(frozen=True)
class Lognormal(Normal):
    """See :func:`lognormal`."""

    name: ClassVar[str] = "lognormal"

    def below(self, x: float) -> float:
        return 0.0 if x <= 0 else super().below(log(x))

    def quantile(self, u: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.exp(super().quantile(u))


@read_only(advice="Make another.")
@dataclass(frozen=True)
class Uniform(Distribution):
    """See :func:`uniform`."""

    name: ClassVar[str] = "uniform"
    low: float
    high: float
    outside = "redraw"

    def __post_init__(self) -> None:
        _check(self)

    def below(self, x: float) -> float:
        if self.high == self.low:
            return float(x >= self.low)
        return min(max((x - self.low) / (self.high - self.low), 0.0), 1.0)

    def quantile(self, u: NDArray[np.float64]) -> NDArray[np.float64]:
        return self.low + u * (self.high - self.low)

    def _probabilities(self, where: str, first: int, last: int, low: float, high: float) -> NDArray[np.float64]:
        """Each whole number is as likely; at an end that is no limit, all beyond it are taken together."""
        found = np.ones(last - first + 1)
        found[0] += first - int(low)
        found[-1] += int(high) - last
        kept: NDArray[np.float64] = found / found.sum()
        return kept


@known_keywords
def normal(
    mean: float, std: float, *, low: float | None = None, high: float | None = None, outside: str = "redraw"
) -> Distribution:
    """Weights or delays that are normally distributed: ``connect(..., normal(32, 3.2, low=1, high=255), ...)``.

    Of weights that are integers, and of delays, the nearest whole number counts.

    Parameters
    ----------
    mean, std : float
        In the units of what is drawn: mantissas of weights, steps of delays.
    low, high : float, optional
        Limits, both allowed. Without them the distribution must not reach beyond the range of what is drawn.
    outside : {"redraw", "clip"}
        What is drawn beyond the limits is drawn again (as NEST does), or is the limit.

    Examples
    --------
    >>> normal(32, 3.2, low=1, high=255)
    Normal(mean=32, std=3.2, low=1, high=255, outside='redraw')
    """
    return Normal(mean, std, low, high, outside)


@known_keywords
def lognormal(
    mean: float, std: float, *, low: float | None = None, high: float | None = None, outside: str = "redraw"
) -> Distribution:
    """Weights or delays whose logarithm is normally distributed; see :func:`normal`.

    Parameters
    ----------
    mean, std : float
        Of the natural logarithm, as for NumPy and NEST.
    low, high : float, optional
    outside : {"redraw", "clip"}

    Examples
    --------
    >>> lognormal(2, 0.5, high=62).high
    62
    """
    return Lognormal(mean, std, low, high, outside)


@known_keywords
def uniform(low: float, high: float) -> Distribution:
    """Weights or delays that are as likely anywhere from `low` to `high`: whole numbers with both ends.

    Examples
    --------
    >>> uniform(1, 6)
    Uniform(low=1, high=6)
    """
    return Uniform(low, high)


def table_of(where: str, name: str, given: Any, least: int, most: int, advice: str = "") -> AliasTable:
    """The table of a distribution, or of one number for all."""
    if isinstance(given, Distribution):
        return given.table(where, name, least, most)
    found = whole(where, name, given, advice)
    ranged(where, name, found, least, most, advice)
    return table(int(found), np.ones(1))
