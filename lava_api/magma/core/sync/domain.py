"""SyncDomain: processes that run in step."""

from __future__ import annotations

from typing import Any

from lava_api.magma.core.sync.protocol import AbstractSyncProtocol
from loihi_emu.keywords import known_keywords_of


@known_keywords_of
class SyncDomain:
    """Processes that run in step by one protocol, which the models of all of them implement.

    Its name is unique among the domains of a run configuration.
    """

    def __init__(
        self, name: str, protocol: AbstractSyncProtocol | None = None, processes: list[Any] | None = None
    ) -> None:
        self.name = name
        self.protocol = protocol
        self.processes: list[Any] = [] if processes is None else processes

    def set_protocol(self, protocol: AbstractSyncProtocol) -> None:
        """Set the protocol."""
        if not isinstance(protocol, AbstractSyncProtocol):
            raise AssertionError(f"'protocol' must be an instance of a SyncProtocol. Got {protocol!r}.")
        self.protocol = protocol

    def add_process(self, process: Any) -> None:
        """Add a process, or a list of them."""
        self.processes += process if isinstance(process, list) else [process]

    def __repr__(self) -> str:
        return f"SyncDomain({self.name!r}, {type(self.protocol).__name__}, {len(self.processes)} processes)"
