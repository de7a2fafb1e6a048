"""The ports of a process: messages out and in, references to variables and what they refer to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import lava_api.magma.core.process.ports.exceptions as pe
from lava_api.magma.core.process.ports.abstract import (
    KINDS,
    AbstractDstPort,
    AbstractIOPort,
    AbstractPort,
    AbstractRVPort,
    AbstractSrcPort,
    AbstractVirtualPort,
    ConcatPort,
    Configs,
    Ports,
    ReshapePort,
    TransposePort,
    create_port_id,
    is_disjoint,
    port_label,
    to_list,
)
from lava_api.magma.core.process.variable import Var, var_label
from loihi_emu.keywords import known_keywords_of

if TYPE_CHECKING:
    from lava_api.magma.core.process.ports.reduce_ops import AbstractReduceOp
    from lava_api.magma.runtime.channel import PipeEnd

__all__ = [
    "AbstractDstPort",
    "AbstractIOPort",
    "AbstractPort",
    "AbstractRVPort",
    "AbstractSrcPort",
    "AbstractVirtualPort",
    "ConcatPort",
    "ImplicitVarPort",
    "InPort",
    "OutPort",
    "RefPort",
    "ReshapePort",
    "TransposePort",
    "VarPort",
    "create_port_id",
    "is_disjoint",
    "to_list",
]

PIPE_MESSAGES = 64
"""Messages that an external pipe of Lava holds unless told otherwise."""


@known_keywords_of
class _Piped(AbstractIOPort):
    """A message port that may be the end of an external pipe.

    When the network runs, the program around it sends through ``external_pipe_csp_send_port`` of an InPort, and gets
    through ``external_pipe_csp_recv_port`` of an OutPort: ``send(array)`` and ``recv()`` wait, ``probe()`` says whether
    they would not.
    """

    def __init__(self, shape: tuple[int, ...]) -> None:
        super().__init__(shape)
        self.external_pipe_flag = False
        self.external_pipe_buffer_size = PIPE_MESSAGES

    def flag_external_pipe(self, buffer_size: int | None = None) -> None:
        """Make the port an end of an external pipe that holds `buffer_size` messages; call it before the first run."""
        self.external_pipe_flag = True
        if buffer_size is not None:
            self.external_pipe_buffer_size = buffer_size


@known_keywords_of
class OutPort(_Piped, AbstractSrcPort):
    """Sends messages of one shape."""

    external_pipe_csp_recv_port: PipeEnd

    def connect(self, ports: Ports, connection_configs: Configs = None) -> None:
        """Connect to an input, or to an output of the parent process; a list of them fans out.

        Raises
        ------
        AssertionError
            When a port is of another kind or shape.
        DuplicateConnectionError
            When the two are connected already.
        """
        self._connect(ports, AbstractIOPort, connection_configs)

    def connect_from(self, ports: Ports, connection_configs: Configs = None) -> None:
        """Connect from an output of a sub process."""
        self._connect(ports, OutPort, connection_configs, forward=False)


@known_keywords_of
class InPort(_Piped, AbstractDstPort):
    """Receives messages of one shape; several connections are summed, whatever `reduce_op` is."""

    external_pipe_csp_send_port: PipeEnd

    def __init__(self, shape: tuple[int, ...], reduce_op: type[AbstractReduceOp] | None = None) -> None:
        super().__init__(shape)
        self._reduce_op = reduce_op

    def connect(self, ports: Ports, connection_configs: Configs = None) -> None:
        """Connect to an input of a sub process."""
        self._connect(ports, InPort, connection_configs)

    def connect_from(self, ports: Ports, connection_configs: Configs = None) -> None:
        """Connect from an output, or from an input of the parent process; a list of them is summed."""
        self._connect(ports, AbstractIOPort, connection_configs, forward=False)


@known_keywords_of
class _OneToOne(AbstractRVPort):
    """A port of variables: it has one connection on each side at most."""

    def _pair(self, ports: Ports, kinds: tuple[type, ...], configs: Configs, *, forward: bool) -> None:
        """Check that it is one port, of a right kind and not connected on this side yet, and connect."""
        listed = to_list(ports)
        ours = self.out_connections if forward else self.in_connections
        theirs = [
            p for p in listed if isinstance(p, _OneToOne) and (p.in_connections if forward else p.out_connections)
        ]
        if len(listed) != 1 or ours or theirs:
            if len(listed) == 1 and listed[0] in ours:
                raise pe.DuplicateConnectionError(f"{port_label(self)} and {port_label(listed[0])}")
            raise AssertionError(
                f"Currently only 1:1 connections are supported for {type(self).__name__}s: {port_label(self)}."
            )
        if not isinstance(listed[0], kinds):
            raise TypeError(
                f"{port_label(self)}: a {type(self).__name__} connects to"
                f" {' or '.join(kind.__name__ for kind in kinds)}; got {listed[0]!r}."
                " A variable is connected with RefPort.connect_var(var)."
            )
        self._connect(listed, AbstractRVPort, configs, forward=forward)


@known_keywords_of
class RefPort(_OneToOne, AbstractSrcPort):
    """Reads and writes a variable of another process.

    `shape` is that of the variable, or what `reshape()` and the like make of it.
    """

    def connect(self, ports: Ports, connection_configs: Configs = None) -> None:
        """Connect to a VarPort of another process or a RefPort of the parent process.

        Raises
        ------
        AssertionError
            When the port is connected already, or shapes differ.
        TypeError
            When the other is no RefPort or VarPort.
        """
        self._pair(ports, (RefPort, VarPort), connection_configs, forward=True)

    def connect_from(self, ports: Ports, connection_configs: Configs = None) -> None:
        """Connect from a RefPort of a sub process."""
        self._pair(ports, (RefPort,), connection_configs, forward=False)

    def connect_var(self, variables: Var | list[Var], connection_configs: Configs = None) -> None:
        """Connect to a variable of another process; where it stands for one of a sub process, to that one.

        Raises
        ------
        AssertionError
            When it is no variable, belongs to the same process, or shapes differ.
        VarNotSharableError
            When the variable was made with ``shareable=False``.
        """
        listed = to_list(variables)
        for var in listed:
            if not isinstance(var, Var):
                raise AssertionError(f"'variables' must be a Var or list of Vars. Got {var!r}.")
            if self.process is not None and self.process is var.process:
                raise AssertionError(f"RefPort and Var have same parent process: {port_label(self)}, {var.name}.")
        if len(listed) != 1 or self.out_connections:
            raise AssertionError(f"Currently only 1:1 connections are supported for RefPorts: {port_label(self)}.")
        if listed[0].shape != self.shape:
            raise AssertionError(
                f"Shapes {self.shape} and {listed[0].shape} are incompatible: {port_label(self)} and"
                f" {var_label(listed[0])}."
            )
        self.connect(self.create_implicit_var_port(listed[0].resolved), connection_configs)

    def get_dst_vars(self) -> list[Var]:
        """Return the variables at the far end of all paths."""
        return [port.var for port in self.get_dst_ports()]

    @staticmethod
    def create_implicit_var_port(var: Var) -> ImplicitVarPort:
        """Return a new VarPort of a variable, a member of the variable's process."""
        port = ImplicitVarPort(var)
        base = f"_{var.name}_implicit_port"
        port.name = base
        owner = var.process
        if owner is not None:
            count = 1
            while hasattr(owner, port.name):
                port.name = f"{base}_{count}"
                count += 1
            port.process = owner
            setattr(owner, port.name, port)
            owner.var_ports.add_members({port.name: port})
        return port


@known_keywords_of
class VarPort(_OneToOne, AbstractDstPort):
    """Opens a variable of its process to the RefPorts of others.

    A VarNotSharableError when the variable was made with ``shareable=False``.
    """

    def __init__(self, var: Var) -> None:
        if not isinstance(var, Var):
            raise AssertionError(f"'var' must be of type Var. Got {var!r}.")
        if not var.shareable:
            raise pe.VarNotSharableError(var.name)
        super().__init__(var.shape)
        self.var = var

    def connect(self, ports: Ports, connection_configs: Configs = None) -> None:
        """Connect to a VarPort of a sub process."""
        self._pair(ports, (VarPort,), connection_configs, forward=True)

    def connect_from(self, ports: Ports, connection_configs: Configs = None) -> None:
        """Connect from a RefPort, or from a VarPort of the parent process."""
        self._pair(ports, (RefPort, VarPort), connection_configs, forward=False)


class ImplicitVarPort(VarPort):
    """A VarPort made by ``connect_var()``."""


KINDS |= {OutPort: AbstractIOPort, InPort: InPort, RefPort: AbstractRVPort, VarPort: VarPort}
