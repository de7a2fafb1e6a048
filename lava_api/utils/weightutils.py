"""Weights as the hardware stores them: sign mode, clipping and truncation.

A weight has 8 bits of magnitude. With mixed signs the sign takes the place of the lowest bit, so that mixed weights are
even and one bit fewer remains for each ``num_weight_bits``.
"""

from __future__ import annotations

from enum import Enum
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix, issparse

MAX_WEIGHT_BITS = 8


class SignMode(Enum):
    """Which signs the weights of a connection may have."""

    NULL = 0
    MIXED = 1
    EXCITATORY = 2
    INHIBITORY = 3


def determine_sign_mode(weights: Any) -> SignMode:
    """Sign mode of a weight matrix: all-zero and non-negative ones are excitatory.

    Parameters
    ----------
    weights : ndarray or csr_matrix
        The zeros that a sparse matrix does not store count as well.
    """
    if weights.min() >= 0:
        return SignMode.EXCITATORY
    return SignMode.INHIBITORY if weights.max() <= 0 else SignMode.MIXED


def clip_weights(weights: Any, sign_mode: SignMode, num_bits: int, learning_simulation: bool = False) -> Any:
    """Clip weights to the range of their sign mode.

    Parameters
    ----------
    weights : ndarray or csr_matrix
        Fractions are cut off towards zero.
    sign_mode : SignMode
        Excitatory weights are clipped to [0, 2^b - 1], inhibitory ones to [-(2^b - 1), 0], mixed ones to
        [-2^b, 2^b - 1].
    num_bits : int
        b above.
    learning_simulation : bool
        Lower the upper end of mixed weights to 2^b - 2, the largest even value.

    Returns
    -------
    ndarray or csr_matrix of int32
    """
    mixed = sign_mode is SignMode.MIXED
    lower = -(1 << num_bits) if mixed else 0
    upper = (1 << num_bits) - 1 - int(mixed and learning_simulation)
    sign = -1 if sign_mode is SignMode.INHIBITORY else 1

    def clip(values: Any) -> Any:
        return sign * np.clip(sign * values.astype(np.int32), lower, upper)

    return _on_values(weights, clip)


def truncate_weights(
    weights: Any, sign_mode: SignMode, num_weight_bits: int, max_num_weight_bits: int = MAX_WEIGHT_BITS
) -> Any:
    """Clear the low bits that a connection with fewer bits per weight does not store.

    Excitatory and mixed weights are rounded down, inhibitory ones towards zero.

    Parameters
    ----------
    weights : ndarray or csr_matrix
    sign_mode : SignMode
        Mixed weights lose one bit more.
    num_weight_bits : int
        Bits stored, 1 to 8.
    max_num_weight_bits : int
        Bits of an untruncated weight.

    Returns
    -------
    ndarray or csr_matrix of int32
        Entries of a sparse matrix that became zero are no longer stored.
    """
    bits = max_num_weight_bits - num_weight_bits + int(sign_mode is SignMode.MIXED)
    sign = -1 if sign_mode is SignMode.INHIBITORY else 1

    def truncate(values: Any) -> Any:
        kept = np.right_shift(sign * values.astype(np.int32), bits)
        return sign * np.left_shift(kept, bits)

    result = _on_values(weights, truncate)
    if issparse(result):
        result.eliminate_zeros()
    return result


def _on_values(weights: Any, rule: Any) -> Any:
    """Apply a rule to an array, or to the stored entries of a copy of a sparse matrix."""
    if not issparse(weights):
        return rule(np.asarray(weights))
    parts = rule(weights.data), weights.indices.copy(), weights.indptr.copy()
    return csr_matrix(parts, shape=weights.shape)
