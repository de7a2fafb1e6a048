"""Fields of primitives as numbers: finite, and of the form that the field has."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from loihi_emu.errors import invalid
from loihi_emu.exchange.nir.primitives import Node
from loihi_emu.numeric import finite, whole

Floats = NDArray[np.float64]
LARGEST = 1 << 15
"""Of strides, paddings and the like."""


def reals(node: Node, name: str) -> Floats:
    """Finite numbers of any shape."""
    return finite(node.place, name, node.values[name]).astype(np.float64)


def shape_of(node: Node, name: str = "shape") -> tuple[int, ...]:
    """A shape that the node names."""
    sizes = np.atleast_1d(whole(node.place, name, node.values[name]))
    if sizes.ndim != 1 or not sizes.size or (sizes < 1).any() or (sizes > LARGEST << 16).any():
        raise invalid(node.place, name, repr(node.values[name]), "sizes of 1 and more")
    return tuple(int(k) for k in sizes)


def pair(node: Node, name: str, axes: int, least: int) -> tuple[int, ...]:
    """A whole number for each axis; one stands for all."""
    given = np.atleast_1d(whole(node.place, name, node.values[name]))
    if given.shape not in ((1,), (axes,)) or (given < least).any() or (given > LARGEST).any():
        allowed = f"one whole number, or {axes}, from {least} to {LARGEST}"
        raise invalid(node.place, name, _short(node.values[name]), allowed)
    return tuple(int(k) for k in np.broadcast_to(given, (axes,)))


def one(node: Node, name: str) -> int:
    """A whole number."""
    given = whole(node.place, name, node.values[name])
    if given.size != 1:
        raise invalid(node.place, name, _short(node.values[name]), "one whole number")
    return int(given.reshape(-1)[0])


def _short(value: Any) -> str:
    return repr(value.tolist() if isinstance(value, np.ndarray) and value.size < 9 else value)
