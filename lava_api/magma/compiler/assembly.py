"""Assembly: builds the models, channels and services of a program."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.sparse import csr_matrix, issparse

from lava_api.magma.compiler.losses import tell_lost
from lava_api.magma.compiler.program import Leaf, Link, Program, Reference
from lava_api.magma.compiler.routes import mover
from lava_api.magma.core.model.py.ports import (
    PyInPortVectorSparse,
    PyOutPortVectorSparse,
    VirtualPortTransformer,
)
from lava_api.magma.core.model.py.type import bounded
from lava_api.magma.core.process.ports.ports import create_port_id
from lava_api.magma.core.resources import CPU
from lava_api.magma.kernels.plan import Plan, links_by_target, make_plan
from lava_api.magma.kernels.region import ManagedTurn, make_regions
from lava_api.magma.runtime.channel import Channel, HostChannel, PipeEnd
from lava_api.magma.runtime.control import Control
from lava_api.magma.runtime.isolation import is_isolated, visited
from lava_api.magma.runtime.kernel_service import KernelService
from lava_api.magma.runtime.loihi_service import LoihiService
from lava_api.magma.runtime.own_copy import Copier
from lava_api.magma.runtime.var_link import VarLink


class Assembly:
    """What a runtime runs.

    Attributes
    ----------
    models : dict
        Model of each process.
    services : list
        One per domain.
    variables : dict
        Model, attribute and Var by the id of the Var.
    regions : list
        Kernels that run together.
    """

    def __init__(self) -> None:
        self.models: dict[Any, Any] = {}
        self.services: list[Any] = []
        self.variables: dict[int, tuple[Any, str, Any]] = {}
        self.regions: list[Any] = []

    def where(self, model: Any) -> str:
        """Name a model for errors."""
        for process, candidate in self.models.items():
            if candidate is model:
                return f'process "{process.name}" ({type(model).__name__})'
        return type(model).__name__

    def join(self) -> None:
        """Tell all models that the program has ended."""
        for process, model in self.models.items():
            with visited(model._party):
                model.join()
            process._model = None


def assemble(program: Program, control: Control) -> Assembly:
    """Build the models of a program in order, connect them, and make their services.

    Parameters
    ----------
    program : Program
        The program.
    control : Control
        Its scheduler and requests.
    """
    assembly = Assembly()
    for leaf in program.leaves:
        assembly.models[leaf.process] = leaf.process._model = _model(leaf, assembly, control)
        _bind_host_channels(leaf.process, control)
    plan = make_plan(program, assembly.models)
    channels = _channels(program, control, plan)
    ends: dict[Any, list[tuple[Link, Channel]]] = {}
    for link, channel in channels.items():
        for port in (link.source, link.target):
            ends.setdefault(port, []).append((link, channel))
    pipes: dict[Any, HostChannel] = {}
    for leaf in program.leaves:
        _io_ports(leaf, assembly.models[leaf.process], ends, pipes, control)
    _references(program, assembly)
    _services(program, assembly, control, plan, channels, pipes)
    for model in assembly.models.values():
        with visited(model._party):
            model.start()
    return assembly


def _model(leaf: Leaf, assembly: Assembly, control: Control) -> Any:
    """Build a model with its variables; one that runs code of the user's has all that it gets for itself."""
    process, kind = leaf.process, leaf.model_class
    copier = Copier()
    party, params = None, process.proc_params
    if is_isolated(kind, params):
        party, params = control.scheduler.isolation.party(), copier.copy(params)
    try:
        with visited(party):
            model = kind(params)
    except Exception as error:
        if hasattr(error, "add_note"):  # from Python 3.11 on
            error.add_note(f'It comes from {kind.__name__}, the model of process "{process.name}".')
        raise
    model.model_id, model._party = process.id, party
    for var in process.vars:
        lava_type = getattr(kind, var.name)
        if var.name not in kind.SHOWN:
            tell_lost(var, lava_type)
        odd = var.name in kind.COMPLEX, var.name in kind.UNBOUNDED
        setattr(model, var.name, value_of(var, lava_type, copier, *odd))
        setattr(model, f"_{var.name}_p", lava_type.precision)
        model.var_id_to_var_map[var.id] = var.name
        assembly.variables[var.id] = (model, var.name, var)
    if hasattr(model, "tell_lost"):
        model.tell_lost(process)
    return model


def _io_ports(
    leaf: Leaf,
    model: Any,
    ends: dict[Any, list[tuple[Link, Channel]]],
    pipes: dict[Any, HostChannel],
    control: Control,
) -> None:
    """Build the ports of a model with the channels that end at them; a kernel's messages do not go through ports."""
    kind = leaf.model_class
    for port in leaf.process.out_ports:
        lava_type = getattr(kind, port.name)
        own = [channel for _, channel in ends.get(port, ())]
        if port.external_pipe_flag:
            pipe = pipes[port] = _pipe(port, control)
            port.external_pipe_csp_recv_port = PipeEnd(pipe, port.shape, lava_type.d_type, sends=False)
            own.append(pipe)
        _set_port(model, port.name, lava_type.cls(own, model, port.shape, lava_type.d_type))
    for port in leaf.process.in_ports:
        own_pipe = []
        if port.external_pipe_flag:
            pipe = pipes[port] = _pipe(port, control)
            own_pipe.append(pipe)
            d_type = getattr(kind, port.name).d_type
            port.external_pipe_csp_send_port = PipeEnd(pipe, port.shape, d_type, sends=True)
        _set_port(model, port.name, _in_port(port, model, kind, ends.get(port, ()), own_pipe))


def _pipe(port: Any, control: Control) -> HostChannel:
    """Return the external pipe of a port."""
    pipe = HostChannel(port.process.name, port.name, port.external_pipe_buffer_size)
    pipe.scheduler = control.scheduler
    return pipe


def value_of(
    var: Any, lava_type: Any, copier: Copier, may_be_complex: bool = False, may_be_infinite: bool = False
) -> Any:
    """Return the initial value of a variable as its model holds it: its own, whatever the type.

    Parameters
    ----------
    var : Var
        The variable.
    lava_type : LavaPyType
        Its implementation.
    copier : Copier
        Copies for this model.
    may_be_complex : bool
        Whether complex values stay complex in a variable of real numbers.
    may_be_infinite : bool
        Whether integers hold the largest number of their type for infinity.
    """
    kind = lava_type.cls
    if isinstance(kind, type) and issubclass(kind, np.ndarray):
        given = np.asarray(var.init.toarray() if issparse(var.init) else var.init)
        keeps = may_be_complex and np.iscomplexobj(given)
        array = np.empty(var.shape, complex if keeps else lava_type.d_type)
        if may_be_infinite:
            given = bounded(given, array.dtype)
        if array.dtype.kind in "iu" and given.dtype.kind == "f" and not np.isfinite(given).all():
            found = given[~np.isfinite(given)].flat[0]
            raise ValueError(f"{var._where()}: init holds {found}, the model needs integers")
        for x in given.flat if given.dtype.kind == "O" else ():
            if not isinstance(x, (int, float, complex, np.number, np.bool_)):
                raise TypeError(f"{var._where()}: init holds {x!r}, which is no number")
        try:
            array[...] = given
        except ValueError as error:
            raise ValueError(f"{var._where()}: init does not fit into shape {var.shape}: {error}") from error
        return array
    if isinstance(kind, type) and issubclass(kind, int | float | str):
        return copier.copy(var.init)
    if isinstance(kind, type) and issubclass(kind, csr_matrix):
        if issparse(var.init):
            return csr_matrix(var.init, copy=True)
        return csr_matrix(np.broadcast_to(np.asarray(var.init, lava_type.d_type), var.shape))
    raise NotImplementedError(
        f"{var._where()}: LavaPyType({kind!r}, ...) is not supported; use np.ndarray, csr_matrix, int, float or str."
    )


def _channels(program: Program, control: Control, plan: Plan) -> dict[Link, Channel]:
    """Make a channel for each link, but for those between kernels that run together."""
    group = {process: number for number, (_, members) in enumerate(plan.groups) for process in members}
    channels = {}
    for link in program.links:
        ends = [group.get(port.process) for port in (link.source, link.target)]
        if ends[0] is not None and ends[0] == ends[1]:
            continue
        source, target = ((port.process.name, port.name) for port in (link.source, link.target))
        channel = channels[link] = Channel(source, target, program.channel_messages)
        channel.scheduler = control.scheduler
    return channels


def _set_port(model: Any, name: str, port: Any) -> None:
    """Make a port an attribute of a model."""
    setattr(model, name, port)
    model.py_ports.append(port)


def _in_port(port: Any, model: Any, kind: Any, links: Any, pipes: list[HostChannel]) -> Any:
    """Build an input with the functions that reorder its messages."""
    lava_type = getattr(kind, port.name)
    names: dict[str, Channel] = {f"pipe#{number}": pipe for number, pipe in enumerate(pipes)}
    functions = {}
    for number, (link, channel) in enumerate(links):
        name = f"{create_port_id(link.source.process.id, link.source.name)}#{number}"
        names[name] = channel
        steps = []
        sends_pairs = issubclass(getattr(_model_class(link.source), link.source.name).cls, PyOutPortVectorSparse)
        if sends_pairs and not issubclass(lava_type.cls, PyInPortVectorSparse):
            steps.append(_densify(link.source.shape))
        if link.index is not None:
            steps.append(mover(link.index, link.source.shape))
        if steps:
            functions[name] = steps
    transformer = VirtualPortTransformer(names, functions) if functions else None
    return lava_type.cls(list(names.values()), model, port.shape, lava_type.d_type, transformer)


def _model_class(port: Any) -> Any:
    """Return the class of the model that has a port."""
    return port.process.model_class


def _densify(shape: tuple[int, ...]) -> Any:
    """Return the function that writes values with indices into an array."""

    def dense(message: Any) -> Any:
        values, index = message
        out = np.zeros(shape, values.dtype)
        out.reshape(-1)[index] = values
        return out

    return dense


def _bind_host_channels(process: Any, control: Control) -> None:
    """Give the scheduler to the channels that a process hands to its model."""
    for value in process.proc_params.values():
        if isinstance(value, HostChannel):
            value.scheduler = control.scheduler


def _references(program: Program, assembly: Assembly) -> None:
    """Give every RefPort its link."""
    links: dict[Any, Reference] = {reference.port: reference for reference in program.references}
    for leaf in program.leaves:
        model = assembly.models[leaf.process]
        for port in leaf.process.ref_ports:
            lava_type = getattr(leaf.model_class, port.name)
            way = links.get(port)
            link = None if way is None else _link(way, assembly)
            _set_port(model, port.name, lava_type.cls(link, link, model, port.shape, lava_type.d_type))


def _link(way: Reference, assembly: Assembly) -> VarLink:
    """Return the link to a variable."""
    model, name, var = assembly.variables[way.var.id]
    lava_type = getattr(type(model), name)
    typed = isinstance(lava_type.cls, type) and issubclass(lava_type.cls, np.ndarray)
    return VarLink(model, name, lava_type.d_type if typed else None, var.shape, way.port.shape, way.index)


def _services(
    program: Program,
    assembly: Assembly,
    control: Control,
    plan: Plan,
    channels: dict[Link, Channel],
    pipes: dict[Any, HostChannel],
) -> None:
    """Make the service of each domain."""
    models = assembly.models
    incoming = links_by_target(program.links)
    for domain in program.domains:
        inside = set(domain.processes)
        members = [leaf.process for leaf in program.leaves if leaf.process in inside]
        ordered = variables_first(members, program.references)
        groups = [group for group in plan.groups if group[1][0] in inside]
        if not groups:
            service = domain.protocol.runtime_service[CPU]  # type: ignore[union-attr]
            assembly.services.append(service([models[p] for p in members], [models[p] for p in ordered], control))
            continue
        regions = make_regions(groups, plan.kernels, incoming, channels, pipes, ordered)
        assembly.regions += [region for _, region in regions]
        python = [p for p in members if p not in plan.kernels]
        if not python and len(regions) == 1 and regions[0][1].alone:
            assembly.services.append(KernelService(regions[0][1], control))
            continue
        home = {process: region for _, region in regions for process in region.kernels}
        managed = [ManagedTurn(home[p], p) if p in home else models[p] for p in ordered]
        managed = [turn for turn in managed if not isinstance(turn, ManagedTurn) or turn.wanted]
        is_alone = len(program.domains) == 1
        rest = [models[p] for p in python]
        assembly.services.append(LoihiService(rest, managed, control, regions, is_alone=is_alone))


def variables_first(processes: list[Any], references: tuple[Reference, ...]) -> list[Any]:
    """Return processes in an order in which one comes before those that refer to its variables, else as they were."""
    needs: dict[Any, list[Any]] = {process: [] for process in processes}
    for reference in references:
        if reference.port.process in needs and reference.var.process in needs:
            needs[reference.port.process].append(reference.var.process)
    order: list[Any] = []
    begun: set[Any] = set()

    def place(process: Any) -> None:
        if process not in begun:
            begun.add(process)
            for needed in needs[process]:
                place(needed)
            order.append(process)

    for process in processes:
        place(process)
    return order
