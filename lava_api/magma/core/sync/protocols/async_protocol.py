"""AsyncProtocol: models that run on their own, and meet only through messages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from lava_api.magma.core.resources import CPU
from lava_api.magma.core.sync.protocol import AbstractSyncProtocol


@dataclass
class AsyncProtocol(AbstractSyncProtocol):
    """No phases: ``run_async()`` is called once per run."""

    phases: ClassVar[list[Any]] = []
    proc_functions: ClassVar[list[Any]] = []

    @property
    def runtime_service(self) -> Any:
        from lava_api.magma.runtime.async_service import AsyncService

        return {CPU: AsyncService}
