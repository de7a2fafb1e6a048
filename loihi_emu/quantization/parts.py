"""What :func:`loihi_emu.quantize` accepts as weights, and results given back in the same form."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from loihi_emu import errors, numeric

WHERE = "quantize"
"""The place that messages name."""


def is_sparse(part: Any) -> bool:
    """Whether a matrix is one of scipy.sparse, found out without importing it."""
    scipy_sparse = sys.modules.get("scipy.sparse")
    return scipy_sparse is not None and bool(scipy_sparse.issparse(part))


def split(weights: Any) -> tuple[list[Any], list[Any]]:
    """Split what was given into keys (None for a single matrix) and matrices; sparse ones as CSR or CSC."""
    if isinstance(weights, Mapping):
        keys, parts = list(weights), list(weights.values())
    elif isinstance(weights, (list, tuple)) and any(isinstance(w, np.ndarray) or is_sparse(w) for w in weights):
        keys, parts = list(range(len(weights))), list(weights)
    else:
        keys, parts = [None], [weights]
    if not parts:
        raise errors.invalid(WHERE, "weights", "no matrix", "one matrix or more")
    for i, part in enumerate(parts):
        if is_sparse(part):
            part = part.copy() if part.format in ("csr", "csc") else part.tocsr()
            part.sum_duplicates()
            parts[i] = part
    return keys, parts


def stored(part: Any, name: str) -> NDArray[np.float64]:
    """Return the weights of a matrix as a finite float array, of a sparse one those stored."""
    values = numeric.finite(WHERE, name, part.data if is_sparse(part) else part, "Remove or replace them first.")
    if values.size == 0 and not is_sparse(part):
        raise errors.invalid(WHERE, name, "an empty array", "at least one weight")
    return np.asarray(values, dtype=np.float64)


def option_of(option: Any, key: Any, index: int, count: int, name: str) -> Any:
    """Return what an option says about one of the matrices."""
    if isinstance(option, Mapping):
        if key not in option:
            raise errors.invalid(
                WHERE, name, f"nothing for {key!r}", "an entry for each matrix", advice="Use the same keys."
            )
        return option[key]
    if isinstance(option, (list, tuple)):
        if len(option) != count:
            raise errors.invalid(WHERE, name, f"{len(option)} entries", f"one value or {count}, one for each matrix")
        return option[index]
    return option


def like(part: Any, values: NDArray[Any]) -> Any:
    """Return values in the form of the matrix they came from."""
    if not is_sparse(part):
        return values
    out = part.copy()  # not astype, as the floats may be beyond the integers
    out.data = values
    return out


def together(weights: Any, keys: list[Any], found: list[Any]) -> Any:
    """Return a list of results in the form of what was given."""
    if isinstance(weights, Mapping):
        return dict(zip(keys, found, strict=True))
    return found[0] if keys == [None] else found
