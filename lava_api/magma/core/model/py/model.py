"""Process models written in Python: in phases (Loihi) and on their own (async)."""

from __future__ import annotations

import logging
from abc import ABC
from typing import TYPE_CHECKING, Any, ClassVar, cast

from lava_api.magma.core.model.model import AbstractProcessModel
from lava_api.magma.core.sync.phase import Phase as LoihiPhase
from lava_api.magma.core.sync.protocols.async_protocol import AsyncProtocol

if TYPE_CHECKING:
    from lava_api.magma.kernels.base import Kernel
    from lava_api.magma.runtime.isolation import Party

__all__ = ["AbstractPyProcessModel", "PyAsyncProcessModel", "PyLoihiModelToPyAsyncModel", "PyLoihiProcessModel"]


class AbstractPyProcessModel(AbstractProcessModel, ABC):
    """Base of models written in Python.

    The constructor runs first; then every :class:`LavaPyType` of the class becomes an attribute: a port, or the
    value of a variable.

    Parameters
    ----------
    proc_params : ProcessParameters
        Parameters of the process.
    loglevel : int
        Level of the model's log.
    """

    COMPLEX: ClassVar[tuple[str, ...]] = ()
    """Real variables that are complex wherever their initial values are."""
    CALLS: ClassVar[tuple[str, ...]] = ()
    """Parameters whose objects have code that the model runs."""
    _party: Party | None = None
    _kernel: Kernel | None = None

    SHOWN: ClassVar[tuple[str, ...]] = ()
    """Variables that show numbers which the model keeps as they were given."""

    UNBOUNDED: ClassVar[tuple[str, ...]] = ()
    """Variables that may be infinite; integers hold the largest number of their type then."""

    def __init__(self, proc_params: Any = None, loglevel: int | None = logging.WARNING) -> None:
        super().__init__(proc_params=proc_params, loglevel=loglevel)
        self.model_id: int | None = None
        self.py_ports: list[Any] = []
        self.var_ports: list[Any] = []
        self.var_id_to_var_map: dict[int, str] = {}
        self._req_pause = False
        self._req_stop = False
        self._service: Any = None

    def start(self) -> None:
        """Called once, when ports and variables are set and before the first time step."""

    def join(self) -> None:
        """Called once, when the program is stopped."""

    def add_ports_for_polling(self) -> None:
        """Never called: nothing is polled."""

    def on_var_update(self) -> None:
        """Called after a variable was set from outside."""


def attach(kernel: Kernel, model: AbstractPyProcessModel) -> None:
    """Let a model run by a kernel."""
    model._kernel = kernel


def kernel_of(model: AbstractPyProcessModel) -> Kernel | None:
    """Return the kernel by which a model runs; None if it runs in Python."""
    return model._kernel


class PyLoihiProcessModel(AbstractPyProcessModel):
    """A model that runs in the phases of :class:`LoihiProtocol`.

    In every time step ``run_spk()`` runs; ``run_pre_mgmt()``, ``run_lrn()`` and ``run_post_mgmt()`` run when their
    guards return something true (pre only if ``lrn_guard()`` does too). Setting ``self._req_pause`` or
    ``self._req_stop`` ends the run after the phases that are asked for.

    Attributes
    ----------
    time_step : int
        Number of the present time step, from 1.
    phase : Phase
        Present phase.
    """

    Phase = LoihiPhase

    def __init__(self, proc_params: Any = None) -> None:
        super().__init__(proc_params=proc_params)
        self.time_step = 0
        self.phase = LoihiPhase.SPK

    def run_spk(self) -> None:
        """Do a time step: receive, compute, send."""

    def run_pre_mgmt(self) -> None:
        """Read or write variables of other processes before learning."""

    def run_lrn(self) -> None:
        """Learn."""

    def run_post_mgmt(self) -> None:
        """Read or write variables of other processes after learning."""

    def pre_guard(self) -> Any:
        """Return whether ``run_pre_mgmt()`` is wanted in this time step."""

    def lrn_guard(self) -> Any:
        """Return whether ``run_lrn()`` is wanted in this time step."""

    def post_guard(self) -> Any:
        """Return whether ``run_post_mgmt()`` is wanted in this time step."""

    def advance_to_time_step(self, ts: int) -> None:
        """Called after ``run_spk()`` with the number of the next time step, if overridden."""


class PyAsyncProcessModel(AbstractPyProcessModel):
    """A model that runs on its own: ``run_async()`` is called once per run.

    Attributes
    ----------
    num_steps : int
        Number of time steps of the run, for the model to use.
    """

    def __init__(self, proc_params: Any = None) -> None:
        super().__init__(proc_params=proc_params)
        self.num_steps = 0

    def run_async(self) -> None:
        """Do all of a run."""
        raise NotImplementedError("run_async has not been defined")

    def check_for_stop_cmd(self) -> bool:
        """Return whether ``stop()`` was called; lets the other models go on."""
        return bool(self._service is not None and self._service.asked_to_stop())

    def check_for_pause_cmd(self) -> bool:
        """Return whether ``pause()`` was called; lets the other models go on."""
        return bool(self._service is not None and self._service.asked_to_pause())


def PyLoihiModelToPyAsyncModel(py_loihi_model: type[PyLoihiProcessModel]) -> type[PyAsyncProcessModel]:
    """Return a model class that runs the steps of a Loihi model on its own.

    In each step it runs ``run_pre_mgmt()`` (if its guard says so), ``run_spk()`` and ``run_post_mgmt()`` (likewise);
    learning is left out.

    Parameters
    ----------
    py_loihi_model : type
        Subclass of :class:`PyLoihiProcessModel`.
    """
    loihi = py_loihi_model

    def __init__(self: Any, proc_params: Any = None) -> None:
        super(made, self).__init__(proc_params)
        self.time_step = 1

    def run_async(self: Any) -> None:
        for _ in range(self.num_steps):
            self.phase = LoihiPhase.PRE_MGMT
            if self.pre_guard():
                self.run_pre_mgmt()
            self.phase = LoihiPhase.SPK
            self.run_spk()
            self.phase = LoihiPhase.POST_MGMT
            if self.post_guard():
                self.run_post_mgmt()
            self.time_step += 1

    members: dict[str, Any] = {"__init__": __init__, "run_async": run_async, "__module__": loihi.__module__}
    members["implements_protocol"] = AsyncProtocol
    made: Any = type(f"{loihi.__name__}Async", (PyAsyncProcessModel, loihi), members)
    return cast("type[PyAsyncProcessModel]", made)
