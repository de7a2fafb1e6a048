"""What stands for the derivative of a spike, which has none.

Each is a function of ``x = (v - vth) / vth`` and gives the derivative by x: how much a neuron so far from its threshold
counts. Any such function of a tensor can be given to :class:`loihi_emu.training.Twin`.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor


def fast_sigmoid(x: Tensor) -> Tensor:
    """The derivative of a fast sigmoid, after Zenke and Ganguli (2018): ``1 / (1 + 8 abs(x))^2``.

    https://doi.org/10.1162/neco_a_01086

    Examples
    --------
    >>> fast_sigmoid(torch.tensor([0.0, 0.125])).tolist()
    [1.0, 0.25]
    """
    return 1 / torch.square(1 + 8 * x.abs())


def arctan(x: Tensor) -> Tensor:
    """The derivative of an arctangent: ``1 / (1 + (pi x)^2)``.

    Examples
    --------
    >>> arctan(torch.tensor([0.0])).tolist()
    [1.0]
    """
    return 1 / (1 + torch.square(math.pi * x))


def triangle(x: Tensor) -> Tensor:
    """A triangle: ``1 - abs(x)``, and 0 where that is below 0.

    Examples
    --------
    >>> triangle(torch.tensor([-0.25, 3.0])).tolist()
    [0.75, 0.0]
    """
    return torch.relu(1 - x.abs())
