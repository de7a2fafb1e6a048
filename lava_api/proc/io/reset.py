"""Set a variable of another process to a constant at regular times."""

from __future__ import annotations

from typing import Any

import numpy as np

from lava_api.magma.core.model.py.declare import array, model_of, ref_port
from lava_api.proc._process import Referring, RefPort, Var
from lava_api.proc.io._timed import Regular, Timed


class Reset(Referring, Regular):
    """Set a variable to a constant at regular times, after the step's updates.

    Parameters
    ----------
    reset_value : int
        Value that every element takes.
    interval : int
        Steps between resets.
    offset : int
        Resets come at the steps t (the first is 1) with ``(t - 1) % interval == offset % interval``.
    """

    def __init__(self, *, reset_value: int = 0, interval: int = 1, offset: int = 0) -> None:
        super().__init__(reset_value=reset_value, interval=interval, offset=offset)
        self.reset_value = Var((1,), init=reset_value)
        self.state = RefPort((1,))


class AbstractPyReset(Timed):
    """Models of :class:`Reset`."""

    reset_value = array(int)
    state: Any = None

    def run_post_mgmt(self) -> None:
        self.state.write(np.full(self.state.shape, self.reset_value.item()))


@model_of(Reset, "fixed_pt", kernel="lava_api.proc.io.kernels:ResetVariable")
class PyResetFixed(AbstractPyReset):
    """Reset integers."""

    state = ref_port(int)


@model_of(Reset, "floating_pt", kernel="lava_api.proc.io.kernels:ResetVariable")
class PyResetFloat(AbstractPyReset):
    """Reset float64."""

    state = ref_port(float)
