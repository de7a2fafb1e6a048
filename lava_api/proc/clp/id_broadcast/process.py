"""Pass on a number."""

from __future__ import annotations

from typing import Any

from lava_api.proc._process import OutPort, Receiving, Var, extends


class IdBroadcast(Receiving):
    """Send this step's input on, in the same step.

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
        self.s_out = OutPort(shape=self.a_in.shape)
        self.val = Var(shape=self.a_in.shape, init=0)
