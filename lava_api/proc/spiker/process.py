"""Regular messages."""

from __future__ import annotations

from typing import Any

import numpy as np

from lava_api.magma.core.process.ports.ports import OutPort
from lava_api.magma.core.process.process import AbstractProcess, LogConfig
from lava_api.magma.core.process.variable import Var


class Spiker(AbstractProcess):
    """Send a number once per period: in the steps period + 1, 2 period + 1, ...

    Parameters
    ----------
    shape : tuple of int
        Shape of the output.
    period : int or array of int
        Steps from one message to the next.
    payload : int or array of int
        The number.
    name : str, optional
        Name of the process.
    log_config : LogConfig, optional
        How the process logs.
    """

    def __init__(
        self,
        *,
        shape: tuple[int, ...] = (1,),
        period: Any = 10,
        payload: Any = 1,
        name: str | None = None,
        log_config: LogConfig | None = None,
    ) -> None:
        super().__init__(shape=shape, period=period, payload=payload, name=name, log_config=log_config)
        self.rate = Var(shape=shape, init=period)
        self.counter = Var(shape=shape, init=np.zeros(shape).astype(int))
        self.payload = Var(shape=shape, init=payload)
        self.s_out = OutPort(shape=shape)
