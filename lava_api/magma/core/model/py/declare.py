"""How the library's models implement their ports and variables: :class:`LavaPyType` in fewer words.

Each function takes the type of the elements and, where the chip has fewer bits than that, how many.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from lava_api.magma.core.model.py.ports import PyInPort, PyOutPort, PyRefPort
from lava_api.magma.core.model.py.type import LavaPyType


def in_port(d_type: Any, precision: int | None = None) -> Any:
    """A port that receives arrays."""
    return LavaPyType(PyInPort.VEC_DENSE, d_type, precision)


def out_port(d_type: Any, precision: int | None = None) -> Any:
    """A port that sends arrays."""
    return LavaPyType(PyOutPort.VEC_DENSE, d_type, precision)


def ref_port(d_type: Any, precision: int | None = None) -> Any:
    """A port that reads and writes arrays of other processes."""
    return LavaPyType(PyRefPort.VEC_DENSE, d_type, precision)


def array(d_type: Any, precision: int | None = None) -> Any:
    """A variable in an array of its shape."""
    return LavaPyType(np.ndarray, d_type, precision)


def number(d_type: Any, precision: int | None = None) -> Any:
    """A variable that stays as it was given: a number, or an array."""
    return LavaPyType(float if d_type is float else int, d_type, precision)
