# mypy: allow-untyped-defs, allow-incomplete-defs
"""Weights and delays of synapses by tables: of source, target, and number among those between the same two neurons."""

import numpy as np

from loihi_emu.jit import entry
from loihi_emu.models.drawing.words import VALUES, pick, words


@entry
def draw(key, first, starts, targets, limits, others, lowest, weights, delay_limits, delay_others, shortest, delays):
    """Weights and delays of the rows of sources from `first` on; a table of one row draws nothing."""
    for row in range(starts.shape[0] - 1):
        last, number = -1, 0
        for k in range(starts[row], starts[row + 1]):
            target = np.int64(targets[k])
            number = number + 1 if target == last else 0
            last = target
            four = words(key, VALUES, first + row, target, number)
            weights[k] = lowest + pick(four[0], limits, others)
            delays[k] = shortest + pick(four[1], delay_limits, delay_others)


@entry
def uniforms(key, first, starts, targets, found):
    """Numbers between 0 and 1 of the rows of sources from `first` on, of 52 bits."""
    for row in range(starts.shape[0] - 1):
        last, number = -1, 0
        for k in range(starts[row], starts[row + 1]):
            target = np.int64(targets[k])
            number = number + 1 if target == last else 0
            last = target
            four = words(key, VALUES, first + row, target, number)
            high, low = np.float64(four[0]), np.float64(four[2] >> np.uint64(12))
            found[k] = (high * 1048576.0 + low + 0.5) / 4503599627370496.0
