"""Whole weights that no list of mantissas holds, as sums of lists: two connections between the same neurons are one
matrix in a graph, whose sums have more bits than a synapse.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import sparse

from loihi_emu.chips.chip import LOIHI1
from loihi_emu.quantization.search import grid
from loihi_emu.rules.weights import dropped_bits, sign_mode_of

MOST_LISTS = 8


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
