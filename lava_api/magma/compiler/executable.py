"""Executable: the result of a compilation."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from lava_api.magma.compiler.node import NodeConfig
from lava_api.magma.compiler.process_graph import LeafProcess, ProcessGraph
from lava_api.magma.core.callback_fx import CallbackFx
from lava_api.magma.core.sync.domain import SyncDomain
from lava_api.magma.runtime.used_config import UsedConfig

if TYPE_CHECKING:
    from lava_api.magma.core.process.process import AbstractProcess
    from lava_api.magma.core.process.runner import ProgramRuntime
    from loihi_emu.mapping import Placement


@dataclass
class Executable:
    """A program, all processes it belongs to (also those made of others), and what is called before and after each run.

    `placement` is where the program is on the chips of a hardware configuration; None for others, and for programs
    without neurons. It is not saved with the processes, nor is `used_config`, what chose the models.
    """

    process_list: list[AbstractProcess]
    program: ProcessGraph
    sync_domains: list[SyncDomain] = field(default_factory=list)
    callbacks: list[CallbackFx] = field(default_factory=list)
    node_configs: list[NodeConfig] = field(default_factory=list)
    placement: Placement | None = None
    used_config: UsedConfig | None = None

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "placement": None, "used_config": None}

    @property
    def proc_builders(self) -> dict[AbstractProcess, LeafProcess]:
        """The processes that run as such, with the model class of each (``.model_class``)."""
        return {leaf.process: leaf for leaf in self.program.leaves}

    def assign_runtime_to_all_processes(self, runtime: ProgramRuntime) -> None:
        """Tell every process by which runtime it runs."""
        for process in self.process_list:
            process.runtime = runtime
