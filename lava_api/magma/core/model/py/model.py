"""Process models written in Python: in phases (Loihi) and on their own (async)."""

from __future__ import annotations

from typing import Any, cast

from lava_api.magma.core.model.py.base import AbstractPyProcessModel
from lava_api.magma.core.sync.phase import Phase as LoihiPhase
from lava_api.magma.core.sync.protocols.async_protocol import AsyncProtocol

__all__ = ["AbstractPyProcessModel", "PyAsyncProcessModel", "PyLoihiModelToPyAsyncModel", "PyLoihiProcessModel"]


class PyLoihiProcessModel(AbstractPyProcessModel):
    """A model that runs in the phases of :class:`LoihiProtocol`.

    In every time step (`time_step`, from 1) ``run_spk()`` runs; ``run_pre_mgmt()``, ``run_lrn()`` and
    ``run_post_mgmt()`` run when their guards return something true (pre only if ``lrn_guard()`` does too). Setting
    ``self._req_pause`` or ``self._req_stop`` ends the run after the phases that are asked for.
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
    """A model that runs on its own: ``run_async()`` is called once per run, of `num_steps` time steps."""

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
