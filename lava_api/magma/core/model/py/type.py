"""LavaPyType: how a Python process model implements a port or variable."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


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
