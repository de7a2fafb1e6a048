"""Derived: what a kernel makes of a model's variables, and brings up to date before a step."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Protocol

import numpy as np

from lava_api.magma.kernels.bound import Bound
from loihi_emu.errors import invalid
from loihi_emu.models.memory import Array

if TYPE_CHECKING:
    from lava_api.magma.core.model.model import AbstractProcessModel
    from lava_api.magma.core.process.process import AbstractProcess


class KernelGroup(Protocol):
    """The subgraph that a kernel is in, as the kernel sees it."""

    clock: Array  # number of steps done
    stale: bool  # whether a kernel has to derive something anew before the next step


class Derived(Bound):
    """What works on the arrays of a model in place, and on arrays derived from its parameters."""

    subgraph: KernelGroup | None = None

    def __init__(self, model: AbstractProcessModel, process: AbstractProcess) -> None:
        self.model = model
        self.process = process
        self.changed: set[str] = set()
        self.stale = True
        self.bind()

    # ------------------------------------------------------------ for subclasses
    def bind(self) -> None:
        """Make what is kept beside the model; raise PythonFallback where the model has to run in Python."""

    def refresh(self) -> None:
        """Derive again what follows from parameters; called before the first step and after a variable was set."""

    @property
    def steps_done(self) -> int:
        """Number of steps done."""
        return 0 if self.subgraph is None else int(self.subgraph.clock[0])

    # ------------------------------------------------------------ for the runtime
    def set(self, name: str) -> None:
        """Note that a variable was set."""
        self.changed.add(name)
        self.stale = True
        if self.subgraph is not None:
            self.subgraph.stale = True

    def ready(self) -> None:
        """Derive what is out of date; called where something is."""
        self.refresh()
        self.changed.clear()
        self.stale = False


class BuiltFor(Derived, ABC):
    """What has calls that are built for the values of some variables: once they are built these have to stay."""

    def bind(self) -> None:
        super().bind()
        self._constants = self.constants()

    @abstractmethod
    def constants(self) -> dict[str, object]:
        """Return what the calls are built for, by the variable that says so.

        Called before the subclass is bound, and after a variable was set.
        """

    def ready(self) -> None:
        self._check_constants()
        super().ready()

    def _check_constants(self) -> None:
        """Refuse a variable that was set to what the calls are not built for."""
        for name, value in self.constants().items():
            if value != self._constants[name]:
                given = np.asarray(getattr(self.model, name)).reshape(-1).tolist()
                raise invalid(
                    self.process.name, name, f"{given} after the network was built for {self._constants[name]}",
                    "what computes in the same way", advice="Set it before the first run.",
                )  # fmt: skip
