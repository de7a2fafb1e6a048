"""Keep the last message."""

from __future__ import annotations

from typing import Any

from lava_api.proc._process import Receiving, Var, extends, variables


class Receiver(Receiving):
    """Keep this step's input in ``payload``.

    Parameters
    ----------
    shape : tuple of int
        Shape of the input.
    name, log_config : optional
        As for every :class:`~lava_api.magma.core.process.process.AbstractProcess`.
    """

    @extends(Receiving)
    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.payload = Var(shape=self.a_in.shape, init=0)


class Receiver32Bit(Receiving):
    """Keep this step's input of 32 bits in ``payload_first_byte`` and ``payload_last_bytes``.

    It has no model in Lava 0.10 but that for the chip; a program may bring one.

    Parameters
    ----------
    shape, name, log_config
        As for :class:`Receiver`.
    """

    @extends(Receiving)
    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.payload_last_bytes, self.payload_first_byte = variables(self.a_in.shape, 0, 0)
