"""Kernel: binds the variables and ports of one process model to leaves; and what a kernel may do besides."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from lava_api.magma.kernels.leaf_calls import Calls
from lava_api.magma.kernels.messages import RECORDED, Message
from lava_api.magma.kernels.wanted import Feeds, PythonFallback
from loihi_emu.errors import SimulationError, invalid
from loihi_emu.models.memory import Array

if TYPE_CHECKING:
    from lava_api.magma.core.process.ports.ports import InPort, OutPort


class KernelGroup(Protocol):
    """The subgraph that a kernel is in, as the kernel sees it."""

    clock: Array  # number of steps done
    stale: bool  # whether a kernel has to derive something anew before the next step


class Kernel:
    """The spiking phase of one process as leaf calls on the arrays of its model.

    The model keeps the variables; the kernel works on its arrays in place, and on arrays derived from its parameters,
    which :meth:`refresh` makes anew. A subclass says what its ports send (:meth:`outputs`), what it wants to receive
    (:meth:`wants`), and which leaves do a step (:meth:`calls`).
    """

    sends_first = False  # whether it sends in a step before it receives
    # Variables that its leaf reads as they are in every step, so that others may write them meanwhile.
    in_place: tuple[str, ...] = ()
    # Lower bits that count of an input of 16 bits, as the model shifts it within these; 0: it takes no such inputs.
    int16_bits = 0
    # One number that its leaf sets to 1 when it cannot go on: no step begins after that, and failure() is raised.
    status: Array | None = None
    # One number a block of neurons: which path of its leaf it takes, 0 the fast one. Who writes state in
    # place sets all to 1.
    paths: Array | None = None
    subgraph: KernelGroup | None = None
    recast = False  # other leaves do a step from now on: who sets it is asked for its calls again
    threads = 1  # that run it with others: into so many parts it may cut what it does

    def __init__(self, model: Any, process: Any) -> None:
        self.model = model
        self.process = process
        self.changed: set[str] = set()
        self.stale = True
        self._constants = self.constants()
        self.bind()

    # ------------------------------------------------------------ for subclasses
    def bind(self) -> None:
        """Make what the kernel keeps beside the model; raise PythonFallback where the model has to run in Python."""

    def outputs(self) -> dict[str, Message]:
        """Return the messages of all output ports; called once."""
        return {}

    def wants(self, port: str, d_type: np.dtype[Any]) -> tuple[str, int]:
        """Return what is wanted of an input (DATA, EVENTS or BOTH) and the kind of its elements.

        `d_type` is the type that NumPy gives the sum of what arrives; a PythonFallback where the kernel cannot take it.
        """
        raise PythonFallback(f"{port}: {d_type}")

    def clears(self, port: str, kind: int) -> bool:
        """Return whether its leaf can leave an input of a kind of elements at 0."""
        return False

    def calls(self, feeds: Feeds) -> Calls:
        """Return the leaf calls of a step; called once, and again after :meth:`refresh` has set ``recast``."""
        return ()

    def constants(self) -> dict[str, Any]:
        """Return what the calls are built for, by the variable that says so: once they are built it has to stay.

        Called before the subclass is initialised, and after a variable was set.
        """
        return {}

    def refresh(self) -> None:
        """Derive again what follows from parameters; called before the first step and after a variable was set."""

    def share_out(self) -> None:
        """Tell parts what is derived anew; called behind :meth:`refresh`."""

    def failure(self) -> Exception:
        """Return the error that the leaf has noted."""
        return SimulationError(f'process "{self.process.name}" cannot go on')

    def incoming(self, port: InPort, source: OutPort) -> Message:
        """Return the message that takes what another port sends to one of its inputs from outside the subgraph."""
        return Message(source.shape, getattr(source.process.model_class, source.name).d_type)

    def writes(self, name: str) -> bool:
        """Return whether others may write a variable in place while the program runs: nothing is derived from it."""
        return name in self.in_place

    def export(self, name: str) -> None:
        """Write a variable that the kernel keeps elsewhere back into the model, which is about to be read."""

    def counters(self) -> dict[str, int]:
        """Return what the kernel has counted since the start."""
        return {}

    def variable(self, name: str) -> Array | None:
        """Return the array of a variable for a leaf to read or write; None when it has none that stays."""
        value = getattr(self.model, name)
        stays = isinstance(value, np.ndarray) and value.flags.c_contiguous and value.dtype.name in RECORDED
        return value if stays else None

    # ------------------------------------------------------------ for the runtime
    def set(self, name: str) -> None:
        """Note that a variable was set."""
        self.changed.add(name)
        self.stale = True
        if self.subgraph is not None:
            self.subgraph.stale = True

    @property
    def steps_done(self) -> int:
        """Number of steps done."""
        return 0 if self.subgraph is None else int(self.subgraph.clock[0])

    def ready(self) -> None:
        """Derive what is out of date."""
        if self.stale:
            self._check_constants()
            self.refresh()
            self.share_out()
            self.changed.clear()
            self.stale = False

    def _check_constants(self) -> None:
        """Refuse a variable that was set to what the calls are not built for."""
        for name, value in self.constants().items():
            if value != self._constants[name]:
                given = np.asarray(getattr(self.model, name)).reshape(-1).tolist()
                raise invalid(
                    self.process.name, name, f"{given} after the network was built for {self._constants[name]}",
                    "what computes in the same way", advice="Set it before the first run.",
                )  # fmt: skip


class LaterPhases(Kernel):
    """A kernel with calls in the phases after the spiking one, too."""

    alters = False  # whether it writes the variables that it refers to
    # What it refers to is no array that stays in a kernel, so that the model does its management phase in Python.
    post_mgmt_in_python = False

    def learning(self) -> Calls:
        """Return the leaf calls of the learning phase; called once, after :meth:`calls`."""
        return ()

    def managed(self) -> Calls:
        """Return the leaf calls of the management phase; called once, after :meth:`calls`, unless Python does it."""
        return ()

    def due(self, step: int) -> int | None:
        """Return the next step, from `step` on, after which the model's ``run_post_mgmt`` is to run in Python."""
        return step if self.post_mgmt_in_python else None

    def reads(self, array: Array) -> bool:
        """Return whether the kernel can refer to a variable of another kernel that is kept in this array."""
        return True


class StepSupply(Kernel, ABC):
    """A kernel that has what it needs for a number of steps, and then needs more."""

    @abstractmethod
    def provide(self, done: int) -> int | None:
        """Make ready what the next steps use up, after `done` of them; return for how many it lasts, None for ever.

        An error is raised when there is no next step.
        """


class HostIO(Kernel, ABC):
    """A kernel that exchanges data with the program around, which is the host."""

    @abstractmethod
    def steps_ready(self, done: int) -> int | None:
        """Return for how many steps, after `done`, it need not wait for the host; None: it never waits."""


class HostInput(HostIO):
    """A kernel that takes data from the host."""

    @abstractmethod
    def fetch(self, until: int) -> None:
        """Take what the steps up to `until` use up; wait where nothing is there."""


class HostOutput(HostIO):
    """A kernel that gives data to the host."""

    @abstractmethod
    def hand(self, done: int, *, wait: bool) -> bool:
        """Give what the steps up to `done` have left; return whether there was room for all."""
