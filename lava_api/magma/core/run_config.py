"""RunConfig: what all run configurations have in common."""

from __future__ import annotations

import logging
from abc import ABC
from typing import Any

from lava_api.magma.core.sync.domain import SyncDomain
from loihi_emu.keywords import known_keywords_of


@known_keywords_of
class RunConfig(ABC):  # noqa: B024
    """Base of run configurations; override :meth:`select`.

    Processes that are in none of the `custom_sync_domains` share one domain per protocol.
    """

    def __init__(self, custom_sync_domains: list[SyncDomain] | None = None, loglevel: int = logging.WARNING) -> None:
        self.log = logging.getLogger("lava_api.run_config")
        self.log.setLevel(loglevel)
        if custom_sync_domains is not None and not isinstance(custom_sync_domains, list):
            raise AssertionError(f"'custom_sync_domains' must be a list. Got {custom_sync_domains!r}.")
        for domain in custom_sync_domains or []:
            if not isinstance(domain, SyncDomain):
                raise AssertionError(f"'custom_sync_domains' must be a list of SyncDomains. Found {domain!r}.")
        self.custom_sync_domains: list[SyncDomain] = list(custom_sync_domains or [])

    def exclude_nodes(self, nodes: list[object]) -> None:  # noqa: B027
        """Do nothing: there is one machine."""

    def require_nodes(self, nodes: list[object]) -> None:  # noqa: B027
        """Do nothing: there is one machine."""

    def select(self, process: Any, proc_model: list[Any]) -> Any:  # noqa: B027
        """Return one of the process models found for a process."""
