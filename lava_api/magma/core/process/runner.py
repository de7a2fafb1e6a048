"""What compiles and runs processes, as a process sees it.

Compiler and runtime are built on processes, so a process imports neither: it asks for them here, and the package has
registered them when it was imported.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from lava_api.magma.compiler.executable import Executable
    from lava_api.magma.core.process.process import AbstractProcess
    from lava_api.magma.core.run_configs import RunConfig
    from lava_api.magma.runtime.runtime import Runtime


class Runner(Protocol):
    """Compiles a process with all that are connected to it, and builds what runs them."""

    def compile(
        self, process: AbstractProcess, run_cfg: RunConfig, options: dict[str, Any] | None, loglevel: int
    ) -> Executable:
        """Select models for a process and all connected to it, and lay out the program."""

    def build(self, executable: Executable, loglevel: int) -> Runtime:
        """Return a runtime whose models are not built yet."""


_registered: list[Runner] = []


def register(runner: Runner) -> None:
    """Let processes be compiled and run by a runner from now on."""
    _registered[:] = [runner]


def registered() -> Runner:
    """Return the runner."""
    return _registered[0]
