"""Keep the last message."""

from __future__ import annotations

from lava_api.magma.core.process.ports.ports import InPort
from lava_api.magma.core.process.process import AbstractProcess, LogConfig
from lava_api.magma.core.process.variable import Var
from lava_api.proc._members import variables


class Receiver(AbstractProcess):
    """Keep this step's input in ``payload``.

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
        self.payload = Var(shape=shape, init=0)


class Receiver32Bit(AbstractProcess):
    """Keep this step's input of 32 bits in ``payload_first_byte`` and ``payload_last_bytes``.

    It has no model in Lava 0.10 but that for the chip; a program may bring one.

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
        self.payload_last_bytes, self.payload_first_byte = variables(shape, 0, 0)
