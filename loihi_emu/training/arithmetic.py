"""The integer rules of :mod:`loihi_emu.arithmetic` on tensors of float64, which hold every number in them exactly.

All values are whole numbers below 2^53, and so is every sum and product on the way: |x| below 2^24 times 4096, sums of
weights below 2^15 times the number of synapses. Dividing by a power of 2 loses nothing. ``tests/torch`` compares each
function with the one of its name there.
"""

from __future__ import annotations

import torch
from torch import Tensor

from loihi_emu.widths import WEIGHT_UNIT

Q_BITS, STATE_BITS = 21, 23


def decay(x: Tensor, kept: Tensor) -> Tensor:
    """Decay x toward zero: what is kept of it, ``(4096 - d) / 4096``, without its fraction.

    Examples
    --------
    >>> decay(torch.tensor([-4097.0, 4097.0], dtype=torch.float64), torch.tensor(0.5)).tolist()
    [-2048.0, 2048.0]
    """
    return torch.trunc(x * kept)


def wrap(x: Tensor, bits: int) -> Tensor:
    """Keep the low `bits` bits and the sign bit above them (two's complement).

    Examples
    --------
    >>> wrap(torch.tensor([7.0, 8.0, -9.0], dtype=torch.float64), 3).tolist()
    [7.0, -8.0, 7.0]
    """
    span = float(1 << (bits + 1))
    return torch.add(x, torch.floor(torch.add(x * (1 / span), 0.5)), alpha=-span)


def synaptic_current(arrived: Tensor) -> Tensor:
    """A sum of weights as a current: 64 times it, wrapped at 21 bits.

    Examples
    --------
    >>> synaptic_current(torch.tensor([1.0, 32768.0], dtype=torch.float64)).tolist()
    [64.0, -2097152.0]
    """
    return wrap(arrived * WEIGHT_UNIT, Q_BITS)
