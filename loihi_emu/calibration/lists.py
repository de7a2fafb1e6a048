"""Float weights as lists of mantissas: by sign, and by size, each list with an exponent of its own.

A list of one sign has all bits for the magnitude, one of both signs spends a bit. With one exponent the largest weight
decides how coarse the smallest are; with two lists of a sign the many small ones have finer steps. A synapse stands in
one list alone, with as many bits as before.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from loihi_emu.chips.chip import LOIHI1
from loihi_emu.quantization.search import Grid, grid
from loihi_emu.rules.weights import dropped_bits, sign_mode_of

Floats = NDArray[np.float64]
LISTS = (1, 2, 4, 8)
"""Of a connection: one, or one, two or four for each sign."""


class WeightList(NamedTuple):
    """Some weights of a connection: their format, which they are, and the mantissas of all (0 elsewhere)."""

    sign_mode: str
    weight_exp: int
    chosen: NDArray[np.bool_]
    mantissas: NDArray[np.int64]
    step: int


def lists_of(values: Floats, rates: Floats, scale: float, bits: int, lists: int) -> tuple[list[WeightList], Floats]:
    """The lists of some weights at a scale, and the float weights that they stand for."""
    made: list[WeightList] = []
    acting = np.zeros_like(values)
    for mode, chosen in _groups(values, lists):
        given = values[chosen] * scale
        parts = _by_size(given, rates[chosen], mode, bits, max(1, lists // 2))
        for exponent, inside in parts:
            g = grid(mode, bits, exponent)
            levels = _levels(given, g)
            at = np.flatnonzero(chosen)[inside]
            of_all, mantissas = np.zeros(values.size, bool), np.zeros(values.size, np.int64)
            of_all[at], mantissas[at] = True, levels[inside].astype(np.int64) * g.spacing
            acting[at] = levels[inside] * (g.step / scale)
            if mantissas.any():
                made.append(WeightList(mode, exponent, of_all, mantissas, g.step))
    return made, acting


def _groups(values: Floats, lists: int) -> list[tuple[str, NDArray[np.bool_]]]:
    """Sign modes, and which weights have them; of one list all that are there."""
    if lists == 1:
        return [(sign_mode_of(values, "auto", ""), values != 0)] if values.any() else []
    signs = (("excitatory", values > 0), ("inhibitory", values < 0))
    return [(mode, chosen) for mode, chosen in signs if chosen.any()]


def _levels(given: Floats, g: Grid) -> Floats:
    return np.clip(np.rint(given / g.step), g.low, g.high)


def _exponents(mode: str, bits: int) -> range:
    return range(-dropped_bits(mode, bits), LOIHI1.weight_exp_max + 1)


def _fitting(given: Floats, mode: str, bits: int) -> int:
    """The least exponent that holds all weights, or the largest that there is."""
    high, low = float(given.max(initial=0.0)), float(given.min(initial=0.0))
    for exponent in _exponents(mode, bits):
        g = grid(mode, bits, exponent)
        if round(high / g.step) <= g.high and round(low / g.step) >= g.low:
            return exponent
    return LOIHI1.weight_exp_max


def _by_size(
    given: Floats, rates: Floats, mode: str, bits: int, most: int
) -> list[tuple[int, NDArray[np.bool_]]]:  # fmt: skip
    """At most so many exponents, each with the weights that it holds best; one after the other what helps most."""
    top = _fitting(given, mode, bits)
    coarse = grid(mode, bits, top)
    best = np.full(given.size, top)
    error = rates * (_levels(given, coarse) * coarse.step - given) ** 2
    chosen = {top}
    finer = [e for e in _exponents(mode, bits) if e < top and grid(mode, bits, e).step < coarse.step]
    errors = {}
    for exponent in finer if most > 1 else []:
        g = grid(mode, bits, exponent)
        levels = np.rint(given / g.step)
        inside = (levels <= g.high) & (levels >= g.low)
        errors[exponent] = np.where(inside, rates * (levels * g.step - given) ** 2, np.inf)
    while errors and len(chosen) < most:
        totals = {e: float(np.minimum(found, error).sum()) for e, found in errors.items()}
        exponent = min(totals, key=lambda e: totals[e])
        if totals[exponent] >= float(error.sum()):
            break
        found = errors.pop(exponent)
        best = np.where(found < error, exponent, best)
        error = np.minimum(found, error)
        chosen.add(exponent)
    return [(e, best == e) for e in sorted(chosen) if (best == e).any()]
