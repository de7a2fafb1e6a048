"""LoihiProtocol: the phases of a time step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

from lava_api.magma.core.resources import CPU
from lava_api.magma.core.sync.phase import Phase
from lava_api.magma.core.sync.protocol import AbstractSyncProtocol

__all__ = ["GuardedFunction", "LoihiProtocol", "Phase"]


class GuardedFunction(NamedTuple):
    """Name of a phase's method, and of the method that says whether it is wanted."""

    guard: str | None
    func: str


@dataclass
class LoihiProtocol(AbstractSyncProtocol):
    """Time steps of phases; all models finish one before the next begins."""

    phases: ClassVar[list[Phase]] = [Phase.SPK, Phase.PRE_MGMT, Phase.LRN, Phase.POST_MGMT, Phase.HOST]
    proc_functions: ClassVar[list[GuardedFunction]] = [
        GuardedFunction("pre_guard", "run_pre_mgmt"),
        GuardedFunction("lrn_guard", "run_lrn"),
        GuardedFunction("post_guard", "run_post_mgmt"),
        GuardedFunction("host_guard", "run_host_mgmt"),
        GuardedFunction(None, "run_spk"),
    ]

    @property
    def runtime_service(self) -> Any:
        from lava_api.magma.runtime.loihi_service import LoihiService

        return {CPU: LoihiService}
