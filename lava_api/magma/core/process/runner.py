"""What compiles and runs processes, as a process sees it.

Compiler and runtime are built on processes, so a process imports neither: it asks for them here, and the package has
registered them when it was imported.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

if TYPE_CHECKING:
    from lava_api.magma.core.run_conditions import AbstractRunCondition
    from lava_api.magma.core.run_config import RunConfig
    from loihi_emu.mapping import Placement

P = TypeVar("P", contravariant=True)


class ProgramRuntime(Protocol):
    """What runs a program: :class:`lava_api.magma.runtime.runtime.Runtime`."""

    @property
    def executable(self) -> Any:
        """The executable that it runs."""

    @property
    def placement(self) -> Placement | None:
        """Where the program is on the chips of a hardware configuration; None for others."""

    def initialize(self, node_cfg_idx: int = 0) -> None:
        """Build the models."""

    def compare_config(self, run_cfg: RunConfig, where: str) -> None:
        """Warn where a run configuration is not like the one that chose the models."""

    def start(self, run_condition: AbstractRunCondition) -> None:
        """Begin a run, and end it if it blocks."""

    def wait(self) -> None:
        """Return when the current run has ended."""

    def pause(self) -> None:
        """End the current run after a time step."""

    def stop(self) -> None:
        """End the program."""

    def get_var(self, var_id: int, idx: Any = None) -> Any:
        """Return a copy of a variable, or of a part of it."""

    def set_var(self, var_id: int, value: Any, idx: Any = None) -> None:
        """Set a variable, or a part of it."""


class CompiledProgram(Protocol):
    """What a compilation gives: :class:`lava_api.magma.compiler.executable.Executable`."""

    process_list: list[Any]
    callbacks: list[Any]

    @property
    def proc_builders(self) -> Mapping[Any, Any]:
        """The processes that run as such, with the model class of each (``.model_class``)."""

    def assign_runtime_to_all_processes(self, runtime: ProgramRuntime) -> None:
        """Tell every process by which runtime it runs."""


class Runner(Protocol[P]):
    """Compiles a process with all that are connected to it, and builds what runs them."""

    def compile(self, process: P, run_cfg: RunConfig, options: dict[str, Any] | None, loglevel: int) -> CompiledProgram:
        """Select models for a process and all connected to it, and lay out the program."""

    def place(self, process: P, program: Any, run_cfg: RunConfig) -> Placement | None:
        """Place a program that is compiled, if that is asked for."""

    def build(self, executable: Any, loglevel: int) -> ProgramRuntime:
        """Return a runtime whose models are not built yet."""


_registered: list[Runner[Any]] = []


def register(runner: Runner[Any]) -> None:
    """Let processes be compiled and run by a runner from now on."""
    _registered[:] = [runner]


@contextmanager
def registered_for(runner: Runner[Any]) -> Iterator[None]:
    """Let processes be compiled and run by a runner while the block runs."""
    before = registered()
    register(runner)
    try:
        yield
    finally:
        register(before)


def registered() -> Runner[Any]:
    """Return the runner."""
    return _registered[0]
