"""Reductions of data to what a figure has pixels for. Arrays in, arrays out."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from loihi_emu.plots._source import IntArray


def pixel_counts(
    times: IntArray, rows: IntArray, start: int, stop: int, size: int, columns: int, lines: int
) -> tuple[IntArray, int, int]:
    """Count spikes in equal bins of whole steps and whole neurons.

    Parameters
    ----------
    times, rows
        Step in ``[start, stop)`` and row in ``[0, size)`` of each spike, shape (k,).
    start, stop, size
        Window in steps and number of rows.
    columns, lines
        Most bins wanted along time and along the rows.

    Returns
    -------
    counts
        Spikes in each bin, int64, shape (at most `lines`, at most `columns`); the sum is k.
    steps_per_bin, rows_per_bin
        Size of a bin. The last bin of either direction may reach past the data.
    """
    steps_per_bin = _ceil_div(stop - start, max(columns, 1))
    rows_per_bin = _ceil_div(size, max(lines, 1))
    shape = (_ceil_div(size, rows_per_bin), _ceil_div(stop - start, steps_per_bin))
    flat = (rows // rows_per_bin) * shape[1] + (times - start) // steps_per_bin
    counts = np.bincount(flat, minlength=shape[0] * shape[1]).astype(np.int64, copy=False).reshape(shape)
    return counts, steps_per_bin, rows_per_bin


def spike_rate(
    times: IntArray, start: int, stop: int, size: int, steps_per_bin: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean spikes per neuron and step in bins of `steps_per_bin` steps.

    Returns the edges in steps, (bins + 1,), a step t reaching from t - 0.5 to t + 0.5, and the rates, (bins,). The last
    bin may be shorter than the others; its rate is over the steps it has.
    """
    bins = _ceil_div(stop - start, steps_per_bin)
    edges = np.minimum(start + steps_per_bin * np.arange(bins + 1), stop)
    counts = np.bincount((times - start) // steps_per_bin, minlength=bins)
    return edges - 0.5, counts / (np.diff(edges) * size)


def decimate(times: NDArray[Any], values: NDArray[Any], columns: int) -> IntArray:
    """Rows to keep so that a line looks the same when it is drawn `columns` pixels wide.

    Time is cut into `columns` equal spans, and of each the first, the last, the least and the greatest sample stay:
    a peak of a single sample is never lost. Samples that are not a number count as neither least nor greatest.

    Parameters
    ----------
    times, values
        Times, rising or equal, and values of the samples, shape (k,).
    columns
        Number of spans, at least 1.

    Returns
    -------
    Rows, rising, at most ``4 * columns`` of them unless all k are kept because there are no more than that.
    """
    count = times.size
    if count <= 4 * columns:
        return np.arange(count, dtype=np.int64)
    span = float(times[-1]) - float(times[0])
    column = np.zeros(count, np.int64)
    if span > 0:
        column = np.minimum((times - times[0]) * (columns / span), columns - 1).astype(np.int64)
    begins = np.flatnonzero(np.diff(column, prepend=-1))
    ends = np.append(begins[1:], count)
    keep = np.zeros(count, bool)
    keep[begins] = keep[ends - 1] = True
    for extreme in (np.fmin, np.fmax):
        wanted = np.repeat(extreme.reduceat(values, begins), ends - begins)
        rows = np.flatnonzero(values == wanted)
        keep[rows[np.diff(column[rows], prepend=-1) != 0]] = True
    return np.flatnonzero(keep).astype(np.int64, copy=False)


def thin(times: IntArray, start: int, stop: int, columns: int) -> IntArray:
    """Keep of the rising `times` one in each of `columns` equal spans of ``[start, stop)``, if there are more."""
    if times.size <= columns:
        return times
    column = (times - start) * columns // max(stop - start, 1)
    return np.asarray(times[np.diff(column, prepend=-1) != 0])


def block_means(matrix: NDArray[Any], lines: int, columns: int) -> tuple[NDArray[Any], int, int]:
    """Reduce a matrix to at most `lines` x `columns` blocks, each the mean of its entries.

    Returns the reduced matrix, or the matrix itself if it is small enough, and the rows and columns in a block.
    """
    per_line, per_column = _ceil_div(matrix.shape[0], max(lines, 1)), _ceil_div(matrix.shape[1], max(columns, 1))
    if per_line == per_column == 1:
        return matrix, 1, 1
    at_row, at_column = np.arange(0, matrix.shape[0], per_line), np.arange(0, matrix.shape[1], per_column)
    wide = np.float64 if matrix.dtype.kind == "f" else np.int64
    sums = np.add.reduceat(np.add.reduceat(matrix, at_row, axis=0, dtype=wide), at_column, axis=1)
    return sums / _block_sizes(matrix.shape[0], matrix.shape[1], at_row, at_column), per_line, per_column


def block_means_sparse(
    rows: IntArray, columns_of: IntArray, values: NDArray[Any], shape: tuple[int, int], lines: int, columns: int
) -> tuple[NDArray[np.float64], int, int]:
    """Like :func:`block_means` for entries given as (row, column, value); equal places add, others count as 0."""
    per_line, per_column = _ceil_div(shape[0], max(lines, 1)), _ceil_div(shape[1], max(columns, 1))
    at_row, at_column = np.arange(0, shape[0], per_line), np.arange(0, shape[1], per_column)
    block = (rows // per_line) * at_column.size + columns_of // per_column
    sums = np.bincount(block, weights=values, minlength=at_row.size * at_column.size)
    sizes = _block_sizes(shape[0], shape[1], at_row, at_column)
    return sums.reshape(at_row.size, at_column.size) / sizes, per_line, per_column


def spread(wanted: NDArray[np.float64], gap: float, low: float, high: float) -> NDArray[np.float64]:
    """Move rising positions as little as needed to be `gap` apart within ``[low, high]``; even if they cannot fit."""
    count = wanted.size
    if count < 2:
        return wanted
    if gap * (count - 1) >= high - low:
        return np.linspace(low, high, count)
    steps = gap * np.arange(count)
    up = np.maximum.accumulate(np.maximum(wanted, low) - steps) + steps
    return np.asarray(np.minimum(up, high - steps[::-1]))


def _block_sizes(height: int, width: int, at_row: IntArray, at_column: IntArray) -> NDArray[Any]:
    return np.outer(np.diff(at_row, append=height), np.diff(at_column, append=width))


def _ceil_div(number: int, by: int) -> int:
    return -(-number // by)
