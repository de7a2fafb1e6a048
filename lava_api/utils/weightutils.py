"""Weights as the hardware stores them: sign mode, clipping and truncation.

A weight has 8 bits of magnitude. With mixed signs the sign takes the place of the lowest bit, so that mixed weights are
even and one bit fewer remains for each ``num_weight_bits``.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix, issparse

from loihi_emu.errors import invalid
from loihi_emu.keywords import known_keywords
from loihi_emu.numeric import integer

MAX_WEIGHT_BITS = 8


class SignMode(Enum):
    """Which signs the weights of a connection may have."""

    NULL = 0
    MIXED = 1
    EXCITATORY = 2
    INHIBITORY = 3


def checked_sign_mode(proc_params: Any) -> SignMode | None:
    """Return the sign mode that a connection was given, None if it was given none."""
    mode = proc_params.get("sign_mode")
    if mode is None or isinstance(mode, SignMode):
        return mode
    allowed = ", ".join(map(str, SignMode)) + " or None"
    name = proc_params.get("name")
    raise invalid(f'process "{name}"' if name else "connection", "sign_mode", mode, allowed)


@known_keywords
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


@known_keywords
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


@known_keywords
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
    most = max_num_weight_bits + int(sign_mode is SignMode.MIXED)
    bits = most - integer("weights", "num_weight_bits", num_weight_bits, 0, most)
    sign = -1 if sign_mode is SignMode.INHIBITORY else 1

    def truncate(values: Any) -> Any:
        kept = np.right_shift(sign * values.astype(np.int32), bits)
        return sign * np.left_shift(kept, bits)

    result = _on_values(weights, truncate)
    if issparse(result):
        result.eliminate_zeros()
    return result


@dataclass
class OptimizedWeights:
    """Weights in as few bits as they need.

    Attributes
    ----------
    weights : ndarray or csr_matrix of int32
        Mantissas.
    num_weight_bits : int
        Bits of a mantissa, the sign of mixed ones included.
    weight_exp : int
        Binary exponent.
    """

    weights: Any
    num_weight_bits: int
    weight_exp: int


@known_keywords
def optimize_weight_bits(weights: Any, sign_mode: SignMode, loihi2: bool | None = False) -> OptimizedWeights:
    """Find the least number of bits, and the exponent, that hold weights of the chip's format without loss.

    Parameters
    ----------
    weights : ndarray or csr_matrix
        Weights in the range of their sign mode, with the lowest bit clear under mixed signs.
    sign_mode : SignMode
        0..255 for excitatory, -255..0 for inhibitory, -256..255 for mixed weights.
    loihi2 : bool
        Store mantissas without the low bits that are not used, as Loihi 2 does; else the mantissas fill 8 bits.

    Returns
    -------
    OptimizedWeights
        ``weight = mantissa * 2^weight_exp``; with `loihi2` further times ``2^(8 - num_weight_bits)``, and times 2
        under mixed signs.

    Raises
    ------
    ValueError
        For weights outside their range.
    """
    _validate_weights(weights, sign_mode)
    exponent = _determine_weight_exp(weights, sign_mode)
    bits = _determine_num_weight_bits(weights, exponent, sign_mode)
    unused = MAX_WEIGHT_BITS - bits + int(sign_mode is SignMode.MIXED) if loihi2 else 0

    def mantissa(values: Any) -> Any:
        filled = np.right_shift(np.left_shift(values.astype(np.int32), max(-exponent, 0)), max(exponent, 0))
        return np.sign(filled) * np.right_shift(np.abs(filled), unused)

    return OptimizedWeights(_on_values(weights, mantissa), bits, exponent)


def _validate_weights(weights: Any, sign_mode: SignMode) -> None:
    """Raise for weights outside the range of their sign mode."""
    mixed, inhibitory = sign_mode is SignMode.MIXED, sign_mode is SignMode.INHIBITORY
    whole = 1 << MAX_WEIGHT_BITS
    low = -whole if mixed else 1 - whole if inhibitory else 0
    high = 0 if inhibitory else whole - 1
    if weights.min() < low or weights.max() > high:
        raise ValueError(
            f"weights: got {weights.min()}..{weights.max()}, allowed is {low}..{high} for {sign_mode}. Use"
            " clip_weights() before."
        )


def _determine_weight_exp(weights: Any, sign_mode: SignMode) -> int:
    """Return the exponent, 0 or less, that lets the mantissas fill their range; 1 if mixed weights exceed it by one."""
    low, high = int(weights.min()), int(weights.max())
    if low == high == 0:
        return 0
    if sign_mode is not SignMode.MIXED:
        size = high if sign_mode is SignMode.EXCITATORY else -low
        return -int(np.floor(np.log2(((1 << MAX_WEIGHT_BITS) - 1) / size)))
    half = 1 << (MAX_WEIGHT_BITS - 1)
    scale = min((half - 1) / high if high > 0 else np.inf, half / -low if low < 0 else np.inf)
    return -(int(np.floor(np.log2(scale))) + 1)


def _determine_num_weight_bits(weights: Any, weight_exp: int, sign_mode: SignMode) -> int:
    """Return the bits that remain when the low bits that are zero in all weights are left out."""
    values = weights.data if issparse(weights) else np.asarray(weights)
    common = MAX_WEIGHT_BITS
    while common and np.any(values % (1 << common)):
        common -= 1
    return MAX_WEIGHT_BITS + weight_exp - (common - int(sign_mode is SignMode.MIXED))


def _on_values(weights: Any, rule: Any) -> Any:
    """Apply a rule to an array, or to the stored entries of a copy of a sparse matrix."""
    if not issparse(weights):
        return rule(np.asarray(weights))
    parts = rule(weights.data), weights.indices.copy(), weights.indptr.copy()
    return csr_matrix(parts, shape=weights.shape)
