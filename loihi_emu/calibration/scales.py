"""The scale of a population: what 1.0 becomes in effective weights.

The largest scale is what sums, voltages, thresholds and biases allow with the headroom that was asked for; within two
octaves below it the one is taken whose errors of weights (each by how often it acts), thresholds and truncated decays
are least.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from loihi_emu.calibration.activity import Peaks
from loihi_emu.calibration.lists import lists_of
from loihi_emu.chips.chip import LOIHI1
from loihi_emu.errors import invalid
from loihi_emu.quantization.search import BIAS_TOP
from loihi_emu.rules.weights import EFFECTIVE_MAX
from loihi_emu.widths import STATE_MAX, WEIGHT_UNIT

Floats = NDArray[np.float64]
OCTAVES, PER_OCTAVE = 3, 8
MOST_WEIGHTS = 1 << 14
"""Scales are compared on so many weights of a connection."""
TOP_WEIGHT = 254 << LOIHI1.weight_exp_max
FAR = 2.0
"""Errors that are so many times the least one are not tried."""
LONGEST = 64
"""Steps over which a truncation adds up, at most."""


def largest_scale(
    place: str, peaks: Peaks, weight: float, vth: Floats, bias: Floats, start: float, headroom: float
) -> float:
    """The largest scale that everything fits."""
    state = STATE_MAX / WEIGHT_UNIT
    limits = {
        "what arrives in a step": (peaks.q * headroom, EFFECTIVE_MAX), "u": (max(peaks.u, peaks.x) * headroom, state),
        "v": (max(peaks.v * headroom, start), state), "the largest weight": (weight, TOP_WEIGHT),
        "the threshold": (float(vth.max(initial=0.0)), LOIHI1.vth_max),
        "the bias": (float(np.abs(bias).max(initial=0.0)), BIAS_TOP / WEIGHT_UNIT),
    }  # fmt: skip
    found = {name: most / value for name, (value, most) in limits.items() if value > 0}
    if not found:
        return float(LOIHI1.vth_max)
    least = min(found, key=lambda name: found[name])
    if 0 < weight * found[least] < 1:
        given = f"weights up to {weight:g} beside {limits[least][0]:g} of {least}"
        advice = "Lower the threshold or bias, or enlarge the weights (several synapses instead of one)."
        raise invalid(place, "weights", given, "numbers of which not all weights round to 0", advice=advice)
    return found[least]


def candidates(largest: float, weights: Sequence[Floats], vth: Floats) -> Floats:
    """Scales to compare: evenly spaced; the largest weight on its last level; what is exact if anything is.

    Thresholds that are all the same become whole numbers.
    """
    scales = [largest * 2.0 ** (-k / PER_OCTAVE) for k in range(OCTAVES * PER_OCTAVE)]
    for values in weights:
        top = float(np.abs(values).max(initial=0.0))
        if top > 0:
            least = float(np.abs(values[values != 0]).min())
            scales += [m * 2.0**e / unit for e in range(-8, 17) for m, unit in ((254, top), (255, top), (1, least))]
    scales += [2.0**e for e in range(-16, 17)]
    found = np.unique([s for s in scales if largest * 0.5**OCTAVES < s <= largest])
    level = float(vth.max(initial=0.0))
    if level > 0 and (vth == level).all():
        found = np.unique(np.floor(found * level)[np.floor(found * level) >= 1]) / level
    return found if found.size else np.array([largest])


def error_at(
    scale: float, weights: Sequence[Floats], rates: Sequence[Floats], bits: int, lists: int, vth: Floats, du: Floats,
    dv: Floats,
) -> float:  # fmt: skip
    """What rounding adds to the input of all neurons in a step, squared and in floats."""
    total = 0.0
    for values, rate in zip(weights, rates, strict=True):
        _, acting = lists_of(values, rate, scale, bits, lists)
        total += float((rate * (acting - values) ** 2).sum())
    lasts = np.minimum(1.0 / np.maximum(dv, 1.0 / LONGEST), LONGEST)
    cut = 0.5 * ((du > 0) & (du < 1)) + 0.5 * ((dv > 0) & (dv < 1))
    total += float((lasts * (cut / (scale * WEIGHT_UNIT)) ** 2).sum())
    return total + float(((np.rint(vth * scale) / scale - vth) ** 2 / lasts).sum())


def best_scales(
    largest: float, weights: Sequence[Floats], rates: Sequence[Floats], bits: int, lists: int, vth: Floats, du: Floats,
    dv: Floats,
) -> list[float]:  # fmt: skip
    """Of each octave the scale with the least error, if it is not far from the best; the best first."""
    some = [_some(values, rate) for values, rate in zip(weights, rates, strict=True)]
    found = candidates(largest, weights, vth)
    errors = np.array([
        error_at(float(s), [w for w, _ in some], [r for _, r in some], bits, lists, vth, du, dv) for s in found
    ])  # fmt: skip
    octave = np.floor(np.log2(largest / found) + 1e-9)
    each = [int(np.flatnonzero(octave == k)[errors[octave == k].argmin()]) for k in np.unique(octave)]
    each = sorted((k for k in each if errors[k] <= FAR * errors.min()), key=lambda k: errors[k])
    return [float(found[k]) for k in each]


def _some(values: Floats, rates: Floats) -> tuple[Floats, Floats]:
    if values.size <= MOST_WEIGHTS:
        return values, rates
    kept = np.random.default_rng(0).integers(0, values.size, MOST_WEIGHTS - 2)
    kept = np.concatenate([kept, [values.argmin(), values.argmax()]])
    return values[kept], rates[kept] * (values.size / kept.size)
