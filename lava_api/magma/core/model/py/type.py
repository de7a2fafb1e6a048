"""LavaPyType: how a Python process model implements a port or variable."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass
class LavaPyType:
    """Implementation of a port or variable of a process.

    Parameters
    ----------
    cls : type
        For a port its class (``PyInPort.VEC_DENSE``, ...); for a variable ``np.ndarray`` (made with the variable's
        shape, `init` broadcast and cast), ``csr_matrix``, or ``int``, ``float``, ``str`` (`init` as it was given).
    d_type : type
        Type of the elements.
    precision : int, optional
        Bits on the chip; kept, without effect.
    """

    cls: Any
    d_type: Any
    precision: int | None = None

    def is_one_of(self, *kinds: type) -> bool:
        """Return whether `cls` is one of these classes, or derived from one."""
        return isinstance(self.cls, type) and issubclass(self.cls, kinds)


def bounded(array: Any, kind: np.dtype[Any]) -> Any:
    """Return numbers, for infinite ones the largest integer if a type holds integers."""
    if kind.kind not in "iu" or array.dtype.kind != "f" or not np.isposinf(array).any():
        return array
    whole = np.full(array.shape, np.iinfo(kind).max, kind)
    np.copyto(whole, array, where=~np.isposinf(array), casting="unsafe")
    return whole
