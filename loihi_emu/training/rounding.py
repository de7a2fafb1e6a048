"""Parameters as the chip has them: rounded to what its words hold, with a gradient that passes through."""

from __future__ import annotations

from typing import Any, NamedTuple

import torch
from torch import Tensor


class Word(NamedTuple):
    """The numbers that a parameter can be: multiples of `grid` from `low` to `high`; a tensor's 1.0 is `unit`."""

    unit: float
    low: float
    high: float
    grid: float = 1.0


class _Rounded(torch.autograd.Function):
    """The nearest number of a word; outside its range the gradient passes only where it leads back."""

    @staticmethod
    def forward(ctx: Any, given: Tensor, word: Word) -> Tensor:
        scaled = given.to(torch.float64) * word.unit
        ctx.word = word
        ctx.save_for_backward(scaled > word.high, scaled < word.low)
        return torch.clamp(torch.round(scaled / word.grid) * word.grid, word.low, word.high)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Any:
        above, below = ctx.saved_tensors
        gradient = gradients[0] * ctx.word.unit
        lost = (above & (gradient < 0)) | (below & (gradient > 0))
        return torch.where(lost, 0.0, gradient), None


def rounded(given: Tensor, word: Word) -> Tensor:
    """A parameter as numbers of a word, in float64.

    Examples
    --------
    >>> rounded(torch.tensor([0.1, 2.0]), Word(unit=256, low=-256, high=254, grid=2)).tolist()
    [26.0, 254.0]
    """
    found: Tensor = _Rounded.apply(given, word)
    return found
