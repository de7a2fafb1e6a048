"""Pass on a number."""

from __future__ import annotations

from lava_api.magma.core.process.ports.ports import InPort, OutPort
from lava_api.magma.core.process.process import AbstractProcess, LogConfig
from lava_api.magma.core.process.variable import Var


class IdBroadcast(AbstractProcess):
    """Send this step's input on, in the same step.

    Parameters
    ----------
    shape : tuple of int
        Shape of the input.
    name, log_config : optional
        As for every :class:`~lava_api.magma.core.process.process.AbstractProcess`.
    """

    def __init__(
        self, *, shape: tuple[int, ...] = (1,), name: str | None = None, log_config: LogConfig | None = None
    ) -> None:
        super().__init__(shape=shape, name=name, log_config=log_config)
        self.a_in = InPort(shape=shape)
        self.s_out = OutPort(shape=shape)
        self.val = Var(shape=shape, init=0)
