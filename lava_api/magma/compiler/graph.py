"""Collects connected processes, chooses a model for each, and takes apart those made of others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lava_api.magma.compiler.discovery import find_models
from lava_api.magma.compiler.exceptions import NoProcessModelFound, ProcessAlreadyCompiled
from lava_api.magma.compiler.process_graph import LeafProcess
from lava_api.magma.compiler.wiring import Wiring
from lava_api.magma.core.model.c.model import AbstractCProcessModel
from lava_api.magma.core.model.model import AbstractProcessModel
from lava_api.magma.core.model.nc.lowering import lower
from lava_api.magma.core.model.nc.model import STANDS_FOR, AbstractNcProcessModel
from lava_api.magma.core.model.sub.model import AbstractSubProcessModel
from lava_api.magma.core.process.ports.abstract import AbstractPort, AbstractVirtualPort
from loihi_emu.errors import UnsupportedError

if TYPE_CHECKING:
    from lava_api.magma.core.process.process import AbstractProcess
    from lava_api.magma.core.run_config import RunConfig

Models = dict[type, list[type[AbstractProcessModel]]]
"""Classes of processes with the models found for them."""


def connected(
    first: AbstractProcess, known: set[AbstractProcess] | None = None, wiring: Wiring | None = None
) -> list[AbstractProcess]:
    """Return a process and all that are connected to it, in order of creation, but for those that are known.

    The first one is listed even if it is wiring, which is passed through.
    """
    wiring = wiring or Wiring()
    found, waiting = set(known or ()), [first]
    order = []
    while waiting:
        process = waiting.pop()
        if process in found:
            continue
        found.add(process)
        order.append(process)
        for ports in (process.in_ports, process.out_ports, process.ref_ports, process.var_ports):
            for port in ports:
                waiting += [other.process for other in _neighbours(port, wiring) if other.process is not None]
    return sorted(order, key=lambda process: int(process.id))


def _neighbours(port: AbstractPort, wiring: Wiring) -> list[AbstractPort]:
    """Return the ports of processes next to a port, seen through virtual ports and through those of wiring."""
    found: list[AbstractPort] = []
    seen, waiting = {id(port)}, [port]
    while waiting:
        here = waiting.pop()
        for other in (*here.in_connections, *here.out_connections):
            if id(other) in seen:
                continue
            seen.add(id(other))
            passed = isinstance(other, AbstractVirtualPort) or wiring.passes(other)
            (waiting if passed else found).append(other)
    return found


def expand(
    processes: list[AbstractProcess], run_cfg: RunConfig, wiring: Wiring
) -> tuple[list[AbstractProcess], list[LeafProcess]]:
    """Choose models, and replace processes by what their models are made of.

    Returns all processes, and those with a model that runs; both in order of creation.
    """
    everyone = set(processes)
    waiting, leaves = list(processes), []
    decided: dict[AbstractProcess, type[AbstractProcessModel]] = {}
    known: Models = {}
    while waiting:
        process = waiting.pop(0)
        if process.is_compiled:
            raise ProcessAlreadyCompiled(process)
        chosen = decided.get(process) or choose(process, run_cfg, known)
        chosen = vars(chosen).get(STANDS_FOR, chosen)
        if issubclass(chosen, AbstractNcProcessModel):
            parts, models = lower(process, chosen)
            decided |= models
        elif issubclass(chosen, AbstractSubProcessModel):
            parts = {name: part for name, part in chosen(process).find_sub_procs().items() if part is not process}
        else:
            if issubclass(chosen, AbstractCProcessModel):
                raise UnsupportedError(
                    f'process "{process.name}": {chosen.__name__} is a model in C for the processors embedded in a'
                    " chip, which are not emulated. Give the process a Python model, beside it or by"
                    " exception_proc_model_map."
                )
            leaves.append(LeafProcess(process, chosen))
            continue
        process.register_sub_procs(parts)
        process.validate_var_aliases()
        process.model_class = chosen
        for part in parts.values():
            for other in connected(part, everyone, wiring):
                if other.parent_proc is None:
                    other.parent_proc = process
                if not wiring.is_wiring(other):
                    everyone.add(other)
                    waiting.append(other)
    leaves.sort(key=lambda leaf: int(leaf.process.id))  # models run in order of creation, as in Lava's phases
    return sorted(everyone, key=lambda process: int(process.id)), leaves


def choose(process: AbstractProcess, run_cfg: RunConfig, known: Models | None = None) -> type[AbstractProcessModel]:
    """Return the model class that a run configuration selects for a process.

    `known` has the models of classes of processes that were looked for already; what is found is added.
    """
    known = {} if known is None else known
    exceptions = getattr(run_cfg, "exception_proc_model_map", {})
    if process in exceptions:
        chosen = exceptions[process]
    else:
        if type(process) not in known:
            known[type(process)] = find_models(process)
        models = list(known[type(process)])
        if not models and type(process) not in exceptions:
            raise NoProcessModelFound(process)
        chosen = run_cfg.select(process, models) if models else exceptions[type(process)]
    if not (isinstance(chosen, type) and issubclass(chosen, AbstractProcessModel)):
        raise AssertionError(
            f"{type(run_cfg).__name__}.select() must return a ProcessModel class; for process"
            f' "{process.name}" it returned {chosen!r}.'
        )
    return chosen
