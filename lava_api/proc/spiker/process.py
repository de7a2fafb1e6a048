"""Regular messages."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from lava_api.proc._process import Named, OutPort, Var, extends, variables
from loihi_emu.numeric import ranged


class Spiker(Named):
    """Send a number once per period: in the steps period + 1, 2 period + 1, ...

    Parameters
    ----------
    shape : tuple of int
        Shape of the output.
    period : int or array of int
        Steps from one message to the next.
    payload : int or array of int
        The number.
    name, log_config : optional
        As for every :class:`~lava_api.magma.core.process.process.AbstractProcess`.
    """

    @extends(Named, without=("kwargs",), before="name")
    def __init__(
        self, *, shape: tuple[int, ...] = (1,), period: ArrayLike = 10, payload: Any = 1, **given: Any
    ) -> None:
        super().__init__(shape=shape, period=period, payload=payload, **given)
        self.rate, self.counter, self.payload = variables(shape, period, np.zeros(shape).astype(int), payload)
        self.s_out = OutPort(shape=shape)


class Spiker32bit(Named):
    """Send a number of 32 bits once per period.

    It has no model in Lava 0.10 but that for the chip; a program may bring one.

    Parameters
    ----------
    shape, period, name, log_config
        As for :class:`Spiker`.
    payload : int or array of int
        The number, 0..2^32 - 1, or -2^31..2^31 - 1 when there are negative ones.

    Raises
    ------
    ValueError
        For a payload out of range.
    """

    @extends(Spiker)
    def __init__(self, *, shape: tuple[int, ...] = (1,), period: ArrayLike = 1, payload: Any = 1, **given: Any) -> None:
        signed = bool(np.min(payload) < 0)
        limits = (-(1 << 31), (1 << 31) - 1) if signed else (0, (1 << 32) - 1)
        ranged("Spiker32bit", "payload", np.asarray(payload), *limits)
        period, payload = np.atleast_1d(period), np.atleast_1d(payload)
        super().__init__(shape=shape, period=period, payload=payload, signed=signed, **given)
        self.s_out = OutPort(shape=shape)
        self.counter = Var(shape=shape, init=np.ones(shape, int))
