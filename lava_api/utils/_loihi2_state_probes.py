"""State of neurons, step by step."""

from __future__ import annotations

from typing import Any

import numpy as np

from lava_api.magma.core.callback_fx import NxSdkCallbackFx
from lava_api.magma.core.model.py.declare import PyLoihiProcessModel, model_of, ref_port
from lava_api.magma.core.process.variable import Var, var_label
from lava_api.proc._process import AbstractProcess, RefPort
from loihi_emu.errors import ValidationError


class Recorder(AbstractProcess):
    """Reads a variable after each step, into rows."""

    def __init__(self, shape: tuple[int, ...], rows: list[Any]) -> None:
        super().__init__(rows=rows)
        self.state = RefPort(shape)


@model_of(Recorder, kernel="lava_api.utils._probe_kernels:RecorderKernel")
class RecorderModel(PyLoihiProcessModel):
    """:class:`Recorder`."""

    state = ref_port(float)

    def post_guard(self) -> bool:
        return True

    def run_post_mgmt(self) -> None:
        self.proc_params["rows"].append(np.array(self.state.read()).ravel())


class StateProbe(NxSdkCallbackFx):
    """Records a variable after each step of all runs, as a Monitor does; no number of steps is needed.

    It may be given to a hardware configuration (``callback_fxs=[probe]``), as programs for the chip do, and records
    without that as well, under any configuration.

    Parameters
    ----------
    var : Var
        Variable of a process that is not compiled yet.

    Raises
    ------
    ValidationError
        When its process is compiled.
    """

    def __init__(self, var: Var) -> None:
        super().__init__()
        if getattr(var.process, "is_compiled", False):
            raise ValidationError(f"{var_label(var)}: its process is compiled. Make a StateProbe before the first run.")
        self.var = var
        self._rows: list[Any] = []
        self._recorder = Recorder(var.shape, self._rows)
        self._recorder.state.connect_var(var)

    @property
    def time_series(self) -> Any:
        """Values of all steps, one element of the variable after the other: ``reshape(elements, steps)``."""
        if not self._rows:
            return np.zeros(0)
        return np.stack(self._rows, axis=1).ravel()
