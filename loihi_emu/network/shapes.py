"""Shapes of populations and of values, one a neuron."""

from __future__ import annotations

from math import prod
from typing import Any

from numpy.typing import NDArray

from loihi_emu.errors import invalid

Shape = tuple[int, ...]


def fits(given: tuple[int, ...], shape: Shape) -> bool:
    """Whether an array of this shape has one value per neuron: flat, or laid out as they are; axes of 1 do not count.

    Examples
    --------
    >>> fits((6,), (2, 3)), fits((2, 3), (2, 3)), fits((3, 2), (2, 3)), fits((6, 1), (6,))
    (True, True, False, True)
    """
    long = [n for n in given if n != 1]
    return prod(given) == prod(shape) and (len(long) < 2 or long == [n for n in shape if n != 1])


def one_value_each(shape: Shape) -> str:
    """What is allowed where each neuron has a value."""
    laid_out = f", flat or as {shape}" if len(shape) > 1 else ""
    return f"{prod(shape)} values, one per neuron{laid_out}"


def one_or_each(where: str, name: str, array: NDArray[Any], shape: Shape) -> NDArray[Any]:
    """An array of one value or one per neuron, as shape () or (size,), or an error."""
    if not array.ndim:
        return array
    if not fits(array.shape, shape):
        raise invalid(where, name, f"shape {array.shape}", f"a scalar or {one_value_each(shape)}")
    return array.reshape(prod(shape))
