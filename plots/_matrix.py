"""Weights for a plot, brought into one form from a dense array, a sparse matrix or a connection."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from loihi_emu.errors import invalid
from loihi_emu.numeric import finite
from loihi_emu.plots._bins import block_means, block_means_sparse
from loihi_emu.plots._source import IntArray, RecordingLike


@dataclass(frozen=True)
class Weights:
    """Synapses of a matrix (n_post, n_pre).

    ``values`` are all of them: the matrix itself, or with ``rows`` and ``columns`` given one entry a synapse, (k,).
    """

    values: NDArray[Any]
    shape: tuple[int, int]
    rows: IntArray | None = None
    columns: IntArray | None = None
    name: str = ""
    pre: str = ""
    post: str = ""

    def reduced(self, lines: int, columns: int) -> tuple[NDArray[Any], int, int]:
        """The matrix in at most `lines` x `columns` blocks, each the mean of its weights, and a block's size."""
        if self.rows is None or self.columns is None:
            return block_means(self.values, lines, columns)
        return block_means_sparse(self.rows, self.columns, self.values, self.shape, lines, columns)


def read_weights(source: Any) -> Weights:
    """Read a dense array (n_post, n_pre), a scipy.sparse matrix or a connection of a network.

    Raises
    ------
    ValidationError
        For anything else, for an empty matrix, and for values that are not finite numbers.
    """
    if hasattr(source, "tocoo"):
        return _from_sparse(source)
    if hasattr(source, "kind") and hasattr(source, "pre") and hasattr(source, "post"):
        return _from_connection(source)
    if isinstance(source, RecordingLike):
        given = "a recording"
        raise invalid("", "matrix", given, "a matrix or a connection", advice="Give net.connections[...] or an array.")
    values = finite("", "matrix", source)
    if values.ndim != 2 or values.size == 0:
        given = f"an array of shape {values.shape}" if values.ndim else type(source).__name__
        raise invalid("", "matrix", given, "a matrix (n_post, n_pre), a scipy.sparse matrix or a connection")
    return Weights(values, (values.shape[0], values.shape[1]))


def _from_sparse(source: Any) -> Weights:
    entries = source.tocoo()
    if len(entries.shape) != 2 or 0 in entries.shape:
        raise invalid("", "matrix", f"a sparse array of shape {entries.shape}", "a matrix (n_post, n_pre)")
    rows, columns = np.asarray(entries.row, np.int64), np.asarray(entries.col, np.int64)
    shape = (int(entries.shape[0]), int(entries.shape[1]))
    return Weights(finite("", "matrix", entries.data), shape, rows, columns)


def _from_connection(source: Any) -> Weights:
    name, pre, post = str(source.name or ""), str(source.pre.target.name), str(source.post.target.name)
    shape = (int(source.post.size), int(source.pre.size))
    where = f'connection "{name}"'
    if source.kind == "conv":
        kernel = finite(where, "kernel", source.conv.kernel)
        flat = kernel.reshape(kernel.shape[0], -1)
        return Weights(flat, (flat.shape[0], flat.shape[1]), name=name)
    if source.kind == "sparse":
        columns = np.repeat(np.arange(shape[1], dtype=np.int64), np.diff(np.asarray(source.indptr)))
        rows = np.asarray(source.indices, np.int64)
        return Weights(finite(where, "weights", source.values), shape, rows, columns, name, pre, post)
    return Weights(finite(where, "weights", source.values), shape, None, None, name, pre, post)
