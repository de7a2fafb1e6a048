"""Synapses in the form that kernels read: bytes with offset and shift, ordered convolution taps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from loihi_emu.models.synapses.dense import TILE
from loihi_emu.network.conv2d import Conv2D

Integers = NDArray[np.int64]
_ROWS = 64
"""Rows of a matrix that are looked at at a time."""


@dataclass(frozen=True)
class Bytes:
    """A dense matrix as bytes: weight = (byte + offset) << shift; row by source neuron, ordered by :func:`paired`."""

    rows: NDArray[np.uint8]
    offset: int
    shift: int


def to_bytes(weights: NDArray[Any], table: tuple[int, NDArray[np.int16]] | None = None) -> Bytes | None:
    """Store effective weights (n_post, n_pre) in bytes; None when they span more than 255 steps of a power of two.

    With a table these are mantissas, and the table has the least one, and the effective weights of it and those above.
    """
    if table is None:
        used: NDArray[Any] = weights
    else:
        present = np.zeros(len(table[1]), np.bool_)
        for begin in range(0, len(weights), _ROWS):
            present[np.subtract(weights[begin : begin + _ROWS], table[0], dtype=np.intp)] = True
        used = table[1][present]
    low, high = (int(used.min()), int(used.max())) if used.size else (0, 0)
    bits = int(np.bitwise_or.reduce(used, axis=None)) if used.size else 0
    shift = (bits & -bits).bit_length() - 1 if bits else 0
    low, high = low >> shift, high >> shift
    if high - low > 255:
        return None
    if table is None:
        return Bytes(paired(weights.T, lambda part: (part >> shift) - low), low, shift)
    least, codes = table[0], np.where(present, (table[1] >> shift) - low, 0).astype(np.uint8)
    return Bytes(paired(weights.T, lambda part: codes[np.subtract(part, least, dtype=np.intp)]), low, shift)


def paired(rows: NDArray[Any], code: Callable[[NDArray[Any]], NDArray[Any]] | None = None) -> NDArray[np.uint8]:
    """Bytes in the order of the dense kernel: within each tile, target j beside target j + half (0 fills a gap).

    With a code, what that makes of the rows, some at a time.
    """
    width = rows.shape[1]
    order = [paired_order(min(TILE, width - start)) + start for start in range(0, width, TILE)]
    places = np.minimum(np.concatenate(order), width - 1)
    out = np.zeros((rows.shape[0], width + width % 2), np.uint8)
    for begin in range(0, len(rows), _ROWS):
        part = rows[begin : begin + _ROWS]
        out[begin : begin + _ROWS, : len(places)] = (part if code is None else code(part))[:, places]
    if width % 2:
        out[:, -1] = 0
    return out


def paired_order(m: int) -> Integers:
    """The target of each byte of a tile of m targets; the last byte of an odd tile has none (m)."""
    half = (m + 1) // 2
    return np.stack([np.arange(half), np.arange(half, 2 * half)], axis=1).reshape(-1)


def taps(conv: Conv2D, kernel: NDArray[Any], dtype: str) -> NDArray[Any]:
    """Kernel (C_out, KH, KW, C_in / groups) as (input channel of all groups, KH, KW, output channel of its group)."""
    out, height, width, inner = kernel.shape
    grouped = kernel.reshape(conv.groups, out // conv.groups, height, width, inner)
    ordered = grouped.transpose(0, 4, 2, 3, 1).reshape(conv.groups * inner, height, width, out // conv.groups)
    return np.ascontiguousarray(ordered, dtype=np.int32 if dtype == "int32" else np.float64)


def untapped(conv: Conv2D, stored: NDArray[Any]) -> NDArray[Any]:
    """What :func:`taps` made, flat after any leading axes, as kernels again."""
    out, height, width, inner = conv.kernel.shape
    leading = stored.shape[:-1]
    grouped = stored.reshape(*leading, conv.groups, inner, height, width, out // conv.groups)
    return np.swapaxes(grouped, -1, -4).reshape(*leading, out, height, width, inner)
