"""Base of process models written in Python, and what the runtime asks them and tells them."""

from __future__ import annotations

import logging
from abc import ABC
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from lava_api.magma.core.model.model import AbstractProcessModel

if TYPE_CHECKING:
    from lava_api.magma.kernels.base import Kernel
    from lava_api.magma.runtime.isolation import Party


class Requests(Protocol):
    """Where a model that runs on its own asks what the program is asked for."""

    def asked_to_stop(self) -> bool:
        """Let others go on, and return whether the program is to be stopped."""

    def asked_to_pause(self) -> bool:
        """Let others go on, and return whether the program is to be paused."""


class AbstractPyProcessModel(AbstractProcessModel, ABC):
    """Base of models written in Python.

    The constructor runs first; then every :class:`LavaPyType` of the class becomes an attribute: a port, or the value
    of a variable.
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
        self._service: Requests | None = None

    def start(self) -> None:
        """Called once, when ports and variables are set and before the first time step."""

    def join(self) -> None:
        """Called once, when the program is stopped."""

    def add_ports_for_polling(self) -> None:
        """Never called: nothing is polled."""

    def on_var_update(self) -> None:
        """Called after a variable was set from outside."""


def take_request(model: AbstractPyProcessModel) -> str:
    """Return ``"pause"`` or ``"stop"`` if a model asks for it, pause first, and forget that; empty if it does not."""
    if model._req_pause:
        model._req_pause = False
        return "pause"
    if model._req_stop:
        model._req_stop = False
        return "stop"
    return ""


def ask_at(service: Requests, model: AbstractPyProcessModel) -> None:
    """Let a model ask a service for requests to the program."""
    model._service = service


def attach(kernel: Kernel, model: AbstractPyProcessModel) -> None:
    """Let a model run by a kernel."""
    model._kernel = kernel


def kernel_of(model: AbstractPyProcessModel) -> Kernel | None:
    """Return the kernel by which a model runs; None if it runs in Python."""
    return model._kernel
