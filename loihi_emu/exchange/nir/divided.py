"""Matrices as several lists of weights: by sign and size, which rounds less, and where one list does not hold all.

A list of one sign has all bits for the magnitude; where the largest weights stand apart, the others have finer steps.
And two connections between the same neurons are one matrix in a graph, whose sums may have more bits than a synapse.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import sparse

from loihi_emu.chips.chip import LOIHI1
from loihi_emu.quantization.search import grid
from loihi_emu.rules.weights import dropped_bits, sign_mode_of

MOST_LISTS = 8
LISTS = (1, 2, 4)
APART = 8.0
"""Weights above this part of the largest are the large ones."""


def in_lists(matrix: Any, lists: int) -> list[Any]:
    """Matrices that add up to one: by sign if it may be two, each of them with its largest weights apart if four."""
    found = [matrix]
    if lists > 1:
        found = _parts(matrix, matrix.data > 0)
    if lists > 2:
        found = [part for m in found for part in _parts(m, np.abs(m.data) * APART > np.abs(m.data).max(initial=0.0))]
    return found


def _parts(matrix: Any, chosen: Any) -> list[Any]:
    """The entries that are chosen, and the others, if there are such."""
    found = []
    for inside in (chosen, ~chosen):
        part = matrix.copy()
        part.data = np.where(inside, matrix.data, 0.0)
        part.eliminate_zeros()
        if part.nnz:
            found.append(part)
    return found or [matrix]


def in_whole_lists(matrix: Any, bits: int) -> list[Any]:
    """Matrices that add up to one of whole numbers, each on the grid of one exponent; the same one if it is on one."""
    found: list[Any] = []
    rest = matrix.copy()
    while rest.nnz and len(found) < MOST_LISTS:
        mode = sign_mode_of(rest.data, "auto", "")
        exponents = range(-dropped_bits(mode, bits), LOIHI1.weight_exp_max + 1)
        grids = [grid(mode, bits, e) for e in exponents]
        fitting = [g for g in grids if g.low * g.step <= rest.data.min() and rest.data.max() <= g.high * g.step]
        g = (fitting or grids[-1:])[0]
        levels = np.clip(np.rint(rest.data / g.step), g.low, g.high) * g.step
        found.append(sparse.csr_matrix((levels, rest.indices.copy(), rest.indptr.copy()), rest.shape))
        rest.data = rest.data - levels
        rest.eliminate_zeros()
    return found if not rest.nnz else [matrix]
