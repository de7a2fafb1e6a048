"""Builds the ports of models that run in Python, and the channels between them.

Kernels need none of it: their messages are arrays, and variables that they refer to are theirs or other kernels'.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from lava_api.magma.compiler.process_graph import CAPACITY, LeafProcess, Link, ProcessGraph, Reference
from lava_api.magma.compiler.routes import mover
from lava_api.magma.core.model.py.ports import PyInPortVectorSparse, PyOutPortVectorSparse, VirtualPortTransformer
from lava_api.magma.core.process.ports.ports import InPort, create_port_id
from lava_api.magma.kernels.later_phases import Managing
from lava_api.magma.runtime.channel import HostChannel, PipeEnd, PortChannel
from lava_api.magma.runtime.var_link import VarLink

if TYPE_CHECKING:
    from lava_api.magma.core.model.interfaces import AbstractPortImplementation
    from lava_api.magma.core.model.py.model import AbstractPyProcessModel
    from lava_api.magma.core.process.ports.ports import OutPort, RefPort
    from lava_api.magma.core.process.process import AbstractProcess
    from lava_api.magma.core.process.variable import Var
    from lava_api.magma.kernels.plan import KernelPlan
    from lava_api.magma.runtime.scheduler import Scheduler
    from loihi_emu.models.memory import Array

Models = dict["AbstractProcess", "AbstractPyProcessModel"]
Pipes = dict["InPort | OutPort", HostChannel]
Variables = dict[int, tuple["AbstractPyProcessModel", str, "Var"]]


def build_channels(program: ProcessGraph, scheduler: Scheduler, plan: KernelPlan) -> dict[Link, PortChannel]:
    """Make a channel for each link, but for those between kernels that run together."""
    group = {process: number for number, (_, members) in enumerate(plan.groups) for process in members}
    channels = {}
    for link in program.links:
        ends = [group.get(port.process) for port in (link.source, link.target)]
        if ends[0] is not None and ends[0] == ends[1]:
            continue
        source, target = ((port.process.name, port.name) for port in (link.source, link.target))
        channel = channels[link] = PortChannel(source, target, program.options[CAPACITY])
        channel.scheduler = scheduler
    return channels


def build_pipes(program: ProcessGraph, scheduler: Scheduler) -> Pipes:
    """Make the external pipes of all ports that have one, and give their ends to the program around."""
    pipes: Pipes = {}
    for leaf in program.leaves:
        for port in (*leaf.process.out_ports, *leaf.process.in_ports):
            if port.external_pipe_flag:
                pipe = pipes[port] = HostChannel(port.process.name, port.name, port.external_pipe_buffer_size)
                pipe.scheduler = scheduler
                d_type = getattr(leaf.model_class, port.name).d_type
                if isinstance(port, InPort):
                    port.external_pipe_csp_send_port = PipeEnd(pipe, port.shape, d_type, sends=True)
                else:
                    port.external_pipe_csp_recv_port = PipeEnd(pipe, port.shape, d_type, sends=False)
    return pipes


def build_message_ports(
    program: ProcessGraph, models: Models, plan: KernelPlan, channels: dict[Link, PortChannel], pipes: Pipes
) -> None:
    """Build the message ports of Python models with the channels that end at them."""
    ends: dict[InPort | OutPort, list[tuple[Link, PortChannel]]] = {}
    for link, channel in channels.items():
        for port in (link.source, link.target):
            ends.setdefault(port, []).append((link, channel))
    for leaf in program.leaves:
        if leaf.process in plan.kernels:
            continue
        model, kind = models[leaf.process], leaf.model_class
        for port in leaf.process.out_ports:
            lava_type = getattr(kind, port.name)
            out = [channel for _, channel in ends.get(port, ())] + ([pipes[port]] if port in pipes else [])
            _set_port(model, port.name, lava_type.cls(out, model, port.shape, lava_type.d_type))
        for port in leaf.process.in_ports:
            own_pipe = [pipes[port]] if port in pipes else []
            _set_port(model, port.name, _in_port(port, model, kind, ends.get(port, ()), own_pipe))


def build_references(program: ProcessGraph, models: Models, plan: KernelPlan, variables: Variables) -> None:
    """Build the RefPorts of models that reach variables in Python."""
    links: dict[RefPort, Reference] = {reference.port: reference for reference in program.references}
    for leaf in program.leaves:
        if not _refers_in_python(leaf, plan):
            continue
        model = models[leaf.process]
        for port in leaf.process.ref_ports:
            lava_type = getattr(leaf.model_class, port.name)
            way = links.get(port)
            link = None if way is None else _link(way, variables)
            _set_port(model, port.name, lava_type.cls(link, link, model, port.shape, lava_type.d_type))


def _refers_in_python(leaf: LeafProcess, plan: KernelPlan) -> bool:
    """Return whether a model runs in Python, or its management phase does."""
    kernel = plan.kernels.get(leaf.process)
    return kernel is None or (isinstance(kernel, Managing) and kernel.due(1) is not None)


def _link(way: Reference, variables: Variables) -> VarLink:
    model, name, var = variables[way.var.id]
    lava_type = getattr(type(model), name)
    d_type = lava_type.d_type if lava_type.is_one_of(np.ndarray) else None
    return VarLink(model, name, d_type, var.shape, way.port.shape, way.index)


def _set_port(model: AbstractPyProcessModel, name: str, port: AbstractPortImplementation) -> None:
    setattr(model, name, port)
    model.py_ports.append(port)


def _in_port(
    port: InPort,
    model: AbstractPyProcessModel,
    kind: Any,
    links: Iterable[tuple[Link, PortChannel]],
    pipes: list[HostChannel],
) -> Any:
    """Build an input with the functions that reorder its messages."""
    lava_type = getattr(kind, port.name)
    # Pipes come first, as in a kernel's sum: of floating-point numbers it depends on the order.
    names: dict[str, PortChannel] = {f"pipe#{number}": pipe for number, pipe in enumerate(pipes)}
    functions: dict[str, list[Callable[[Any], Array]]] = {}
    for number, (link, channel) in enumerate(links):
        name = f"{create_port_id(link.source.process.id, link.source.name)}#{number}"
        names[name] = channel
        steps: list[Callable[[Any], Array]] = []
        sender = getattr(link.source.process.model_class, link.source.name).cls
        if issubclass(sender, PyOutPortVectorSparse) and not issubclass(lava_type.cls, PyInPortVectorSparse):
            steps.append(_densify(link.source.shape))
        if link.index is not None:
            steps.append(mover(link.index, link.source.shape))
        if steps:
            functions[name] = steps
    transformer = VirtualPortTransformer(names, functions) if functions else None
    return lava_type.cls(list(names.values()), model, port.shape, lava_type.d_type, transformer)


def _densify(shape: tuple[int, ...]) -> Callable[[Any], Array]:
    """Return the function that writes values with indices into an array."""

    def dense(message: tuple[Array, Array]) -> Array:
        values, index = message
        out = np.zeros(shape, values.dtype)
        out.reshape(-1)[index] = values
        return out

    return dense
