"""The search for the scale and the exponents of :func:`loihi_emu.quantize`, on plain arrays.

Why it is finite. A mantissa is a multiple of ``2^s`` (``s`` low bits are dropped) and the chip floors after a negative
exponent. Both together leave a grid: with exponent ``e`` the effective weight ``W`` takes the multiples of
``2^max(s + e, 0)``, written with mantissas that are multiples of ``2^max(s, -e)``, so nothing is ever truncated or
floored. Exponents below ``-s`` only shorten the range of that grid and are never chosen. The float weights meet the
grid where the largest of them falls on one of its levels; those scales, and the largest that the threshold and the bias
allow, are the candidates: at most a few hundred per exponent.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from math import isfinite, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from loihi_emu.chips.chip import LOIHI1
from loihi_emu.rules.chip import RANGES
from loihi_emu.rules.weights import EFFECTIVE_MAX, dropped_bits

Floats = NDArray[np.float64]

SAMPLE = 4096
"""Candidates are compared on so many weights of each matrix, drawn with a fixed seed; the result is measured on all."""

FEW = 256
"""Candidates are compared on so many different thresholds and biases, evenly thinned out."""

FINE_THRESHOLD = 1024
"""Wanted threshold mantissa, at least. Decay rounds away up to one unit of v in every step; with a threshold of
1024 * 64 units that stays below a thousandth of the threshold over 64 steps, and 128 times the threshold fits v."""

WEIGHT_SLACK = 1.05
"""A scale is as good as the best if its weights err at most this much more."""

EXACT = 1e-12
"""Relative errors below this are rounding of float64 and count as none."""

BIAS_TOP = LOIHI1.bias_max << LOIHI1.bias_exp_max
"""Largest bias: 4095 * 2^7."""


@dataclass(frozen=True, slots=True)
class Grid:
    """Levels of a weight: level n is the mantissa ``n * spacing`` and the effective weight ``n * step``."""

    spacing: int
    step: int
    low: int
    high: int


@cache
def grid(sign_mode: str, weight_bits: int, weight_exp: int) -> Grid:
    """Return the grid of a synapse format; `low` and `high` are the first and last level, and may both be 0."""
    dropped = dropped_bits(sign_mode, weight_bits)
    spacing = 1 << max(dropped, -weight_exp)
    step = 1 << max(dropped + weight_exp, 0)
    low, high = RANGES[sign_mode]
    # Mixed -256 with exponent 7 would be -32768, one beyond where the chip saturates.
    return Grid(spacing, step, -min(-low // spacing, EFFECTIVE_MAX // step), high // spacing)


@dataclass(frozen=True, eq=False)
class Matrix:
    """One matrix as the search sees it.

    Attributes
    ----------
    sample : float array (k,)
        Weights that are neither 0 nor to be clipped, all or a sample.
    share : float
        Weights that one of the sample stands for.
    low, high : float
        Range of the weights that must not be clipped.
    exponents : tuple of int
        Exponents that may be chosen, ascending.
    """

    sample: Floats
    share: float
    low: float
    high: float
    sign_mode: str
    weight_bits: int
    exponents: tuple[int, ...]

    def fitting(self, scale: float) -> int | None:
        """Return the least exponent, thus the finest grid, that holds the weights at a scale; None if none does."""
        for exponent in self.exponents:
            g = grid(self.sign_mode, self.weight_bits, exponent)
            # Python's round is half to even, like numpy's rint, and far quicker on single numbers.
            if round(self.high * scale / g.step) <= g.high and round(self.low * scale / g.step) >= g.low:
                return exponent
        return None

    def squared_error(self, scale: float, exponent: int) -> float:
        """Return the sum of squared errors of all weights, in float units."""
        g = grid(self.sign_mode, self.weight_bits, exponent)
        factor = scale / g.step
        levels = np.rint(self.sample * factor)
        np.clip(levels, g.low, g.high, out=levels)
        levels /= factor
        levels -= self.sample
        return float(np.dot(levels, levels)) * self.share

    def scales(self) -> Iterator[tuple[int, float]]:
        """Yield (exponent, scale) with the weight nearest its limit on a level; fewer than half of the levels only
        where no finer grid could hold the same weights.
        """
        for exponent in self.exponents:
            g = grid(self.sign_mode, self.weight_bits, exponent)
            if g.high and (not g.low or self.high * -g.low >= -self.low * g.high):
                top, peak = g.high, self.high
            else:
                top, peak = -g.low, -self.low
            if top == 0 or peak <= 0:
                continue
            first = 1 if exponent == self.exponents[0] else top // 2 + 1
            for level in range(first, top + 1):
                yield exponent, level * g.step / peak


@dataclass(frozen=True)
class Choice:
    """A scale with the exponent of each matrix, its weights' relative rms error and the error of everything."""

    scale: float
    exponents: tuple[int, ...]
    weight_error: float
    error: float


def matrix(values: Floats, sign_mode: str, weight_bits: int, weight_exp: int | None, low: float, high: float) -> Matrix:
    """Prepare a matrix for the search; `weight_exp` None leaves the exponent open."""
    sample = values[(values != 0) & (values >= low) & (values <= high)]
    share = 1.0
    if sample.size > SAMPLE:
        share = sample.size / SAMPLE
        sample = sample[np.random.default_rng(0).integers(0, sample.size, SAMPLE)]
    if weight_exp is None:
        exponents = tuple(range(-dropped_bits(sign_mode, weight_bits), LOIHI1.weight_exp_max + 1))
    else:
        exponents = (weight_exp,)
    return Matrix(sample, share, low, high, sign_mode, weight_bits, exponents)


def largest_scale(vth: Floats, bias: Floats) -> float:
    """Return the largest scale that threshold and bias fit; infinity if both are 0."""
    caps = [np.inf]
    if vth.max() > 0:
        caps.append(LOIHI1.vth_max / vth.max())
    if np.abs(bias).max() > 0:
        # A hair less, so that float rounding does not carry the largest bias over the edge.
        caps.append(BIAS_TOP / (np.abs(bias).max() * (1 << LOIHI1.vth_shift)) * (1 - EXACT))
    return float(min(caps))


def bias_exponents(bias: NDArray[Any]) -> NDArray[np.int64]:
    """Return the least exponents e with ``|bias| <= 4095 * 2^e``; 8 where there is none."""
    limits = LOIHI1.bias_max * 2.0 ** np.arange(LOIHI1.bias_exp_max + 1)
    return np.asarray(np.searchsorted(limits, np.abs(bias), side="left"), dtype=np.int64)


def choose(matrices: list[Matrix], vth: Floats, bias: Floats) -> Choice | None:
    """Return the best scale and exponents, or None if no scale holds everything.

    Of each octave (exponent of the leading matrix, the one with most squared weight) the scale with the least error is
    taken; among these, one whose weights are within `WEIGHT_SLACK` of the best, whose threshold is at least
    `FINE_THRESHOLD` if that can be had, which is exact if one is, and then the smallest, which leaves most room before
    anything wraps.
    """
    power = [float(np.dot(m.sample, m.sample)) * m.share for m in matrices]
    lead = matrices[int(np.argmax(power))]
    cap = largest_scale(vth, bias)
    vth, bias = _few(vth), _few(bias)
    reference = float(np.sqrt(np.mean(vth**2))) or max(lead.high, -lead.low)

    candidates = [(e, s) for e, s in lead.scales() if s <= cap and isfinite(s)]
    if isfinite(cap):
        candidates.append((lead.exponents[-1] + 1, cap))
    scales = np.array([s for _, s in candidates])
    rest = _threshold_errors(vth, scales) ** 2 + _bias_errors(bias, scales) ** 2
    octaves: dict[int, list[Choice]] = {}
    for (octave, scale), other in zip(candidates, rest, strict=True):
        fits = [m.fitting(scale) for m in matrices]
        exponents = tuple(e for e in fits if e is not None)
        if len(exponents) < len(matrices):
            continue
        squares = sum(m.squared_error(scale, e) for m, e in zip(matrices, exponents, strict=True))
        weight_error = _exactly(sqrt(squares / sum(power)))
        choice = Choice(scale, exponents, weight_error, _exactly(sqrt(weight_error**2 + other)))
        octaves.setdefault(octave, []).append(choice)
    if not octaves:
        return None
    best = [min(found, key=lambda c: (c.error, _coarseness(c, reference))) for found in octaves.values()]
    least = min(c.weight_error for c in best)
    good = [c for c in best if c.weight_error <= least * WEIGHT_SLACK + EXACT]
    return min(good, key=lambda c: _coarseness(c, reference))


def _coarseness(choice: Choice, reference: float) -> tuple[bool, bool, float]:
    """Order scales: those that are fine enough, of these the exact ones, and then the smallest; else the largest."""
    coarse = choice.scale * reference < FINE_THRESHOLD
    return coarse, choice.error > 0, -choice.scale if coarse else choice.scale


def _few(values: Floats) -> Floats:
    """Return the different values, evenly thinned out to `FEW`."""
    different = np.unique(values)
    return different[np.linspace(0, different.size - 1, min(different.size, FEW)).astype(np.int64)]


def _threshold_errors(vth: Floats, scales: Floats) -> Floats:
    """Return the relative rms error of the thresholds at each scale."""
    return _relative(np.rint(np.outer(scales, vth)) / scales[:, None], vth)


def _bias_errors(bias: Floats, scales: Floats) -> Floats:
    """Return the relative rms error of the biases at each scale."""
    units = scales[:, None] * (1 << LOIHI1.vth_shift)
    power = 2.0 ** bias_exponents(bias * units)
    return _relative(np.rint(bias * units / power) * power / units, bias)


def _relative(found: Floats, wanted: Floats) -> Floats:
    """Return the rms of the differences of each row over the rms of what was wanted; 0 if that is 0."""
    norm = np.sqrt(np.mean(wanted**2)) or 1.0
    return np.asarray(np.sqrt(np.mean((found - wanted) ** 2, axis=1)) / norm)


def _exactly(error: float) -> float:
    """Return 0 for what is only float64 rounding."""
    return 0.0 if error < EXACT else error
