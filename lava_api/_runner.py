"""Lets processes find the compiler and the runtime, which are imported with the first program that is compiled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lava_api.magma.core.process import runner

if TYPE_CHECKING:
    from lava_api.magma.compiler.executable import Executable
    from lava_api.magma.compiler.process_graph import ProcessGraph
    from lava_api.magma.core.process.process import AbstractProcess
    from lava_api.magma.core.run_config import RunConfig
    from lava_api.magma.runtime.runtime import Runtime
    from loihi_emu.mapping import Placement


class LocalRunner:
    """Compiles and runs in the calling process."""

    def compile(
        self, process: AbstractProcess, run_cfg: RunConfig, options: dict[str, Any] | None, loglevel: int
    ) -> Executable:
        """Select models for a process and all connected to it, and lay out the program."""
        from lava_api.magma.compiler.compiler import Compiler

        return Compiler(options, loglevel).compile(process, run_cfg)

    def place(self, process: AbstractProcess, program: ProcessGraph, run_cfg: RunConfig) -> Placement | None:
        """Place a program that is compiled, if its configuration is one of hardware."""
        from lava_api.magma.compiler.placing import at_compilation

        return at_compilation(process, program, run_cfg)

    def build(self, executable: Executable, loglevel: int) -> Runtime:
        """Return a runtime whose models are not built yet."""
        from lava_api.magma.core.process.message_interface_enum import ActorType
        from lava_api.magma.runtime.runtime import Runtime

        return Runtime(executable, ActorType.MultiProcessing, loglevel=loglevel)


def install() -> None:
    """Register the runner."""
    runner.register(LocalRunner())
