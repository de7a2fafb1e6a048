"""Assembly: builds the models, channels and services of a program."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.sparse import csr_matrix, issparse

from lava_api.magma.compiler.program import Link, Program, Reference
from lava_api.magma.compiler.routes import mover
from lava_api.magma.core.model.py.ports import (
    PyInPortVectorSparse,
    PyOutPortVectorSparse,
    VirtualPortTransformer,
)
from lava_api.magma.core.process.ports.ports import create_port_id
from lava_api.magma.core.resources import CPU
from lava_api.magma.runtime.channel import Channel, HostChannel
from lava_api.magma.runtime.control import Control
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
    """

    def __init__(self) -> None:
        self.models: dict[Any, Any] = {}
        self.services: list[Any] = []
        self.variables: dict[int, tuple[Any, str, Any]] = {}

    def where(self, model: Any) -> str:
        """Name a model for errors."""
        for process, candidate in self.models.items():
            if candidate is model:
                return f'process "{process.name}" ({type(model).__name__})'
        return type(model).__name__

    def join(self) -> None:
        """Tell all models that the program has ended."""
        for process, model in self.models.items():
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
    incoming, outgoing = _channels(program, control)
    for leaf in program.leaves:
        process, kind = leaf.process, leaf.model_class
        model = kind(process.proc_params)
        model.model_id = process.id
        for port in process.out_ports:
            lava_type = getattr(kind, port.name)
            channels = [channel for _, channel in outgoing.get(port, ())]
            _set_port(model, port.name, lava_type.cls(channels, model, port.shape, lava_type.d_type))
        for port in process.in_ports:
            _set_port(model, port.name, _in_port(port, model, kind, incoming.get(port, ())))
        for var in process.vars:
            lava_type = getattr(kind, var.name)
            setattr(model, var.name, value_of(var, lava_type))
            setattr(model, f"_{var.name}_p", lava_type.precision)
            model.var_id_to_var_map[var.id] = var.name
            assembly.variables[var.id] = (model, var.name, var)
        _bind_host_channels(process, control)
        assembly.models[process] = process._model = model
    _references(program, assembly)
    _services(program, assembly, control)
    for model in assembly.models.values():
        model.start()
    return assembly


def value_of(var: Any, lava_type: Any) -> Any:
    """Return the initial value of a variable as its model holds it.

    Parameters
    ----------
    var : Var
        The variable.
    lava_type : LavaPyType
        Its implementation.
    """
    kind = lava_type.cls
    if isinstance(kind, type) and issubclass(kind, np.ndarray):
        array = np.empty(var.shape, lava_type.d_type)
        try:
            array[...] = var.init.toarray() if issparse(var.init) else var.init
        except ValueError as error:
            raise ValueError(f"{var._where()}: init does not fit into shape {var.shape}: {error}") from error
        return array
    if isinstance(kind, type) and issubclass(kind, int | float | str):
        return var.init
    if isinstance(kind, type) and issubclass(kind, csr_matrix):
        if issparse(var.init):
            return csr_matrix(var.init, copy=True)
        return csr_matrix(np.broadcast_to(np.asarray(var.init, lava_type.d_type), var.shape))
    raise NotImplementedError(
        f"{var._where()}: LavaPyType({kind!r}, ...) is not supported; use np.ndarray, csr_matrix, int, float or str."
    )


def _channels(program: Program, control: Control) -> tuple[Any, Any]:
    """Make a channel per link; return them by target and by source."""
    incoming: dict[Any, list[tuple[Link, Channel]]] = {}
    outgoing: dict[Any, list[tuple[Link, Channel]]] = {}
    for link in program.links:
        source, target = ((port.process.name, port.name) for port in (link.source, link.target))
        channel = Channel(source, target, program.channel_messages)
        channel.scheduler = control.scheduler
        incoming.setdefault(link.target, []).append((link, channel))
        outgoing.setdefault(link.source, []).append((link, channel))
    return incoming, outgoing


def _set_port(model: Any, name: str, port: Any) -> None:
    """Make a port an attribute of a model."""
    setattr(model, name, port)
    model.py_ports.append(port)


def _in_port(port: Any, model: Any, kind: Any, links: Any) -> Any:
    """Build an input with the functions that reorder its messages."""
    lava_type = getattr(kind, port.name)
    names, functions = {}, {}
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


def _services(program: Program, assembly: Assembly, control: Control) -> None:
    """Make the service of each domain."""
    for domain in program.domains:
        members = [leaf.process for leaf in program.leaves if leaf.process in domain.processes]
        ordered = variables_first(members, program.references)
        service = domain.protocol.runtime_service[CPU]  # type: ignore[union-attr]
        models = assembly.models
        assembly.services.append(service([models[p] for p in members], [models[p] for p in ordered], control))


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
