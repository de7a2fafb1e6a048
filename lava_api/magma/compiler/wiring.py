"""Wiring: processes that only connect others are passed through, as if their ports were not there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lava_api.magma.compiler.discovery import find_models
from lava_api.magma.core.process.ports.ports import InPort, VarPort

if TYPE_CHECKING:
    from lava_api.magma.core.process.ports.abstract import AbstractPort
    from lava_api.magma.core.process.process import AbstractProcess
    from lava_api.magma.core.run_config import RunConfig


class Wiring:
    """Tells which processes only connect others.

    Such a process has no model, and its constructor connected its ports to those of processes that it made. One that
    `run_cfg` gives a model in its `exception_proc_model_map` is none.
    """

    def __init__(self, run_cfg: RunConfig | None = None) -> None:
        self._given = getattr(run_cfg, "exception_proc_model_map", None) or {}
        self._known: dict[AbstractProcess, bool] = {}

    def passes(self, port: AbstractPort) -> bool:
        """Return whether ways lead through a port of wiring: into the process, or out of it."""
        return _leads_inside(port) and port.process is not None and self.is_wiring(port.process)

    def is_wiring(self, process: AbstractProcess) -> bool:
        """Return whether a process only connects others."""
        if process not in self._known:
            collections = (process.in_ports, process.out_ports, process.ref_ports, process.var_ports)
            has_inside = any(_leads_inside(port) for collection in collections for port in collection)
            has_model = process in self._given or type(process) in self._given
            self._known[process] = has_inside and not has_model and not find_models(process)
        return self._known[process]


def _leads_inside(port: AbstractPort) -> bool:
    """Return whether a port of a process is connected to a port of a process within."""
    return bool(port.out_connections if isinstance(port, InPort | VarPort) else port.in_connections)
