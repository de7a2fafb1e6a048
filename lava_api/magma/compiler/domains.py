"""Puts every process into the domain of those it runs in step with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lava_api.magma.compiler.process_graph import LeafProcess
from lava_api.magma.core.sync.domain import SyncDomain
from lava_api.magma.core.sync.protocol import AbstractSyncProtocol
from lava_api.magma.core.sync.protocols.async_protocol import AsyncProtocol

if TYPE_CHECKING:
    from lava_api.magma.core.process.process import AbstractProcess
    from lava_api.magma.core.run_config import RunConfig


def sync_domains(leaves: list[LeafProcess], run_cfg: RunConfig) -> list[SyncDomain]:
    """Return the domains: those of the run configuration, and one per protocol for all other processes.

    An AssertionError when names repeat, a protocol is not the models', or a process is in two domains.
    """
    protocols = {leaf.process: leaf.model_class.implements_protocol or AsyncProtocol for leaf in leaves}
    classes = {leaf.process: leaf.model_class for leaf in leaves}
    domains: dict[str, SyncDomain] = {}
    home: dict[AbstractProcess, SyncDomain] = {}
    for custom in run_cfg.custom_sync_domains:
        if custom.name in domains:
            raise AssertionError(f"SyncDomain names must be unique but '{custom.name}' is found twice.")
        domain = domains[custom.name] = SyncDomain(custom.name, custom.protocol)
        for process in [part for given in custom.processes for part in _leaves_of(given, protocols)]:
            if not isinstance(custom.protocol, protocols[process]):
                raise AssertionError(
                    f"ProcessModel '{classes[process].__name__}' of Process '{process.name}' implements"
                    f" {protocols[process].__name__}, SyncDomain '{custom.name}' uses {type(custom.protocol).__name__}."
                )
            if process in home:
                raise AssertionError(
                    f"Processes can only be assigned to one sync domain but Process '{process.name}' is in"
                    f" '{home[process].name}' and '{custom.name}'."
                )
            home[process] = domain
    for process, protocol in protocols.items():
        if process not in home:
            name = f"{protocol.__name__}_SyncDomain"
            home[process] = domains.setdefault(name, SyncDomain(name, protocol()))
        home[process].add_process(process)
    return [domain for domain in domains.values() if domain.processes]


def _leaves_of(
    process: AbstractProcess, protocols: dict[AbstractProcess, type[AbstractSyncProtocol]]
) -> list[AbstractProcess]:
    """Return a process, or the processes it is made of."""
    if process in protocols:
        return [process]
    return [leaf for leaf in protocols if leaf.is_sub_proc_of(process)]
