"""Each layer's integers: lists, scale, decays and biases, compared on what the layer does alone."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from loihi_emu.calibration.activity import Activity
from loihi_emu.calibration.integers import LayerChoice, Lowered, lowered
from loihi_emu.calibration.layers import FloatLayer
from loihi_emu.calibration.lists import LISTS
from loihi_emu.calibration.scales import best_scales, largest_scale
from loihi_emu.calibration.trials import Trial, tried
from loihi_emu.chips.chip import Chip

Floats = NDArray[np.float64]
ENOUGH = 0.002
"""Lists are not divided further where so few of the spikes differ."""
BETTER = 0.98
"""A correction is kept if this share of what differed, or less, is left."""


@dataclass(frozen=True)
class Chosen:
    """A layer in integers, and what it does alone."""

    made: Lowered
    trial: Trial


def chosen_of(
    where: str, layer: FloatLayer, activity: Activity, chip: Chip, bits: int, lists: int, headroom: float
) -> Chosen:
    """The best integers of one layer."""
    values = [w.values for w in layer.wires]
    rates = [w.rates(activity.rates[w.connection.pre.target.name]) for w in layer.wires]
    vth, bias = layer.each("vth"), layer.each("bias")
    start = max(float(np.abs(layer.each(k)).max()) for k in "uv")
    place = f'{where}, population "{layer.name}"'
    largest = largest_scale(place, activity.peaks[layer.name], layer.largest, vth, bias, start, headroom)

    def made(choice: LayerChoice) -> Chosen:
        found = lowered(layer, choice, activity.rates)
        return Chosen(found, tried(found, activity, chip))

    best: Chosen | None = None
    for number in (k for k in LISTS if k <= lists):
        for scale in best_scales(largest, values, rates, bits, number, vth, layer.each("du"), layer.each("dv")):
            found = made(LayerChoice(scale, bits, number))
            if best is None or _better(found.trial, best.trial):
                best = found
        assert best is not None
        if best.trial.differing <= ENOUGH * best.trial.spikes and layer.spikes:
            break
    assert best is not None
    for change in ({"du": -1}, {"dv": -1}):
        if _moves(layer, next(iter(change))):
            best = _better_of(best, made(replace(best.made.choice, **change)))
    if best.trial.error > 0:
        leak = np.maximum(layer.each("dv"), 2.0 / activity.steps)  # without a leak a drift adds up over a sample
        shift = -leak * best.trial.mean
        best = _better_of(best, made(replace(best.made.choice, bias=shift)))
    if layer.spikes and best.trial.differing:
        best = _better_of(best, made(replace(best.made.choice, vth=np.clip(best.trial.slope, 0.5, 2.0))))
    return best


def _moves(layer: FloatLayer, name: str) -> bool:
    decays = layer.each(name)
    return bool(((decays > 0) & (decays < 1)).any())


def _better_of(best: Chosen, other: Chosen) -> Chosen:
    return other if _better(other.trial, best.trial) else best


def _better(one: Trial, other: Trial) -> bool:
    """Whether one is better by more than a hair."""
    wraps, differing, error = one.rank
    if wraps != other.rank[0]:
        return wraps < other.rank[0]
    if differing != other.rank[1]:
        return differing <= BETTER * other.rank[1]
    return error < BETTER * other.rank[2]
