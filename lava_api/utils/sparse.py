"""Elements of sparse matrices."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.sparse import coo_matrix, csr_matrix
from scipy.sparse import find as find_nonzero


def find(mat: Any, explicit_zeros: bool = False) -> tuple[Any, Any, Any]:
    """Return rows, columns and values of a sparse matrix, as ``scipy.sparse.find`` does.

    Parameters
    ----------
    mat : sparse matrix
        It is not changed.
    explicit_zeros : bool
        Whether zeros that are stored count.

    Returns
    -------
    rows, columns, values : ndarray
        In the same order with and without zeros; entries stored twice are summed up.
    """
    if not explicit_zeros:
        rows, columns, values = find_nonzero(mat)
        return rows, columns, values
    whole = coo_matrix(mat).tocsr()
    whole.sum_duplicates()
    stored = whole.data
    numbered = csr_matrix((np.arange(1, stored.size + 1), whole.indices, whole.indptr), shape=whole.shape)
    rows, columns, number = find_nonzero(numbered)
    return rows, columns, stored[number - 1]
