"""Builds what runs a program: models, kernels, channels between those that need them, and services."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lava_api.magma.compiler.model_building import build_model
from lava_api.magma.compiler.port_building import (
    Models,
    Variables,
    build_channels,
    build_message_ports,
    build_pipes,
    build_references,
)
from lava_api.magma.compiler.process_graph import THREADS, ProcessGraph, Reference
from lava_api.magma.core.resources import CPU
from lava_api.magma.kernels.connections import Connections
from lava_api.magma.kernels.message_types import links_by_target
from lava_api.magma.kernels.plan import KernelPlan, make_plan
from lava_api.magma.kernels.schedule import after
from lava_api.magma.kernels.subgraph import ManagementPhase, Subgraph, make_subgraphs
from lava_api.magma.kernels.threads import warn_of_one
from lava_api.magma.runtime.channel import HostChannel
from lava_api.magma.runtime.control import Control
from lava_api.magma.runtime.isolation import visited
from lava_api.magma.runtime.kernel_service import KernelService
from lava_api.magma.runtime.loihi_service import LoihiService

if TYPE_CHECKING:
    from lava_api.magma.core.process.process import AbstractProcess


class Assembly:
    """What a runtime runs."""

    def __init__(self) -> None:
        self.models: Models = {}
        self.services: list[Any] = []  # one per domain
        self.variables: Variables = {}  # by the id of the Var
        self.subgraphs: list[Subgraph] = []

    def where(self, model: object) -> str:
        """Name a model for errors."""
        for process, candidate in self.models.items():
            if candidate is model:
                return f'process "{process.name}" ({type(model).__name__})'
        return type(model).__name__

    def join(self) -> None:
        """Tell all models that the program has ended."""
        for process, model in self.models.items():
            with visited(model):
                model.join()
            process.model = None


def assemble(program: ProcessGraph, control: Control) -> Assembly:
    """Build the models of a program in order, connect them, and make their services."""
    assembly, scheduler = Assembly(), control.scheduler
    for leaf in program.leaves:
        process = leaf.process
        model = assembly.models[process] = process.model = build_model(leaf, scheduler.isolation)
        assembly.variables.update({var.id: (model, var.name, var) for var in process.vars})
        _bind_host_channels(process, control)
    # Planned before anything is connected: between kernels of one group there are neither ports nor channels.
    plan = make_plan(program, assembly.models)
    channels = build_channels(program, scheduler, plan)
    pipes = build_pipes(program, scheduler)
    build_message_ports(program, assembly.models, plan, channels, pipes)
    build_references(program, assembly.models, plan, assembly.variables)
    _services(program, assembly, control, plan, Connections(links_by_target(program.links), channels, pipes))
    for model in assembly.models.values():
        with visited(model):
            model.start()
    return assembly


def _bind_host_channels(process: AbstractProcess, control: Control) -> None:
    """Give the scheduler to the channels that a process hands to its model."""
    for value in process.proc_params.values():
        if isinstance(value, HostChannel):
            value.scheduler = control.scheduler


def _services(
    program: ProcessGraph, assembly: Assembly, control: Control, plan: KernelPlan, connections: Connections
) -> None:
    models = assembly.models
    asked = program.options[THREADS]
    for domain in program.domains:
        inside = set(domain.processes)
        members = [leaf.process for leaf in program.leaves if leaf.process in inside]
        ordered = variables_first(members, program.references)
        groups = [group for group in plan.groups if group[1][0] in inside]
        if not groups:
            service = domain.protocol.runtime_service[CPU]  # type: ignore[union-attr]
            assembly.services.append(service([models[p] for p in members], [models[p] for p in ordered], control))
            continue
        subgraphs = make_subgraphs(groups, plan.kernels, connections, ordered, asked)
        others = [process for process in members if process not in plan.kernels]
        assembly.subgraphs += [subgraph for _, subgraph in subgraphs]
        if not others and len(subgraphs) == 1 and subgraphs[0][1].alone:
            assembly.services.append(KernelService(subgraphs[0][1], control))
            continue
        home = {process: subgraph for _, subgraph in subgraphs for process in subgraph.kernels}
        managed = [ManagementPhase(home[p], p) if p in home else models[p] for p in ordered]
        managed = [phase for phase in managed if not isinstance(phase, ManagementPhase) or phase.wanted]
        is_alone = len(program.domains) == 1
        rest: list[Any] = [models[p] for p in others]
        assembly.services.append(LoihiService(rest, managed, control, subgraphs, is_alone=is_alone))
    if asked != 1 and not any(subgraph.alone for subgraph in assembly.subgraphs):
        warn_of_one([process for process in models if process not in plan.kernels])


def variables_first(processes: list[AbstractProcess], references: tuple[Reference, ...]) -> list[AbstractProcess]:
    """Return processes in an order in which one comes before those that refer to its variables, else as they were."""
    needs: dict[AbstractProcess, list[AbstractProcess]] = {process: [] for process in processes}
    for reference in references:
        needs.setdefault(reference.port.process, []).append(reference.var.process)
    return after(processes, needs)
