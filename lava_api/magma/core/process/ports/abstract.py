"""What all ports share: the graph of connections, and the virtual ports that reorder what passes."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from functools import partial, partialmethod
from typing import Any, TypeAlias

import numpy as np

import lava_api.magma.core.process.ports.exceptions as pe
from lava_api.magma.core.process.interfaces import AbstractProcessMember
from lava_api.magma.core.process.ports.connection_config import ConnectionConfig
from loihi_emu.keywords import known_keywords_of
from loihi_emu.models.memory import Array

Transform = Callable[[Any], Any]
Ports: TypeAlias = "AbstractPort | list[Any]"
"""One port, or a list of them."""
Configs: TypeAlias = "ConnectionConfig | list[ConnectionConfig | None] | None"
"""Options of all connections, or of each."""


def to_list(obj: object) -> list[Any]:
    """Return a list as it is, anything else as its one element."""
    return obj if isinstance(obj, list) else [obj]


def is_disjoint(a: Sequence[object], b: Sequence[object]) -> bool:
    """Return whether two lists share no element."""
    return set(a).isdisjoint(b)


def create_port_id(proc_id: int, port_name: str) -> str:
    """Name of a port that no other port has."""
    return f"{proc_id}_{port_name}"


@known_keywords_of
class AbstractPort(AbstractProcessMember):
    """A port; `in_connections` and `out_connections` are the edges of the graph."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        super().__init__(shape)
        self.in_connections: list[AbstractPort] = []
        self.out_connections: list[AbstractPort] = []
        self.connection_configs: dict[AbstractPort, ConnectionConfig] = {}

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {port_label(self)} {self.shape}>"

    def _check(self, ports: list[AbstractPort], kind: type[AbstractPort], same_shape: bool) -> None:
        for port in ports:
            if not isinstance(port, kind):
                raise AssertionError(
                    f"{port_label(self)} ({type(self).__name__}) connects to {kind.__name__}s; got {port!r}."
                )
            if same_shape and port.shape != self.shape:
                raise AssertionError(
                    f"Shapes {self.shape} and {port.shape} are incompatible: {port_label(self)} and"
                    f" {port_label(port)}. Use reshape(), flatten() or transpose() between them."
                )

    def _connect(
        self,
        ports: Ports,
        port_type: type[AbstractPort],
        connection_configs: Configs = None,
        assert_same_shape: bool = True,
        *,
        forward: bool = True,
    ) -> None:
        """Add edges to (or, backwards, from) each of `ports`."""
        others = to_list(ports)
        self._check(others, port_type, assert_same_shape)
        settings = to_list(connection_configs)
        if len(settings) == 1:
            settings = settings * len(others)
        for other in others:
            src, dst = (self, other) if forward else (other, self)
            if dst in src.out_connections or others.count(other) > 1:
                raise pe.DuplicateConnectionError(f"{port_label(src)} -> {port_label(dst)}")
        for other, setting in zip(others, settings, strict=False):
            src, dst = (self, other) if forward else (other, self)
            src.out_connections.append(dst)
            dst.in_connections.append(src)
            if setting is not None:
                src.connection_configs[dst] = setting
                dst.connection_configs[src] = setting

    _connect_forward = _connect  # by these names ports of users' own kinds connect
    _connect_backward = partialmethod(_connect, forward=False)

    def get_src_ports(self, _include_self: bool = False) -> list[AbstractPort]:
        """Return the ports at the far end of all incoming paths."""
        if not self.in_connections:
            return [self] if _include_self else []
        return [src for port in self.in_connections for src in port.get_src_ports(True)]

    def get_dst_ports(self, _include_self: bool = False) -> list[Any]:
        """Return the ports at the far end of all outgoing paths."""
        if not self.out_connections:
            return [self] if _include_self else []
        return [dst for port in self.out_connections for dst in port.get_dst_ports(True)]

    def reshape(self, new_shape: tuple[int, ...]) -> ReshapePort:
        """Return a port that passes as many elements on in another shape, in C order; else a ReshapeError."""
        if self.size != math.prod(new_shape):
            raise pe.ReshapeError(self.shape, new_shape)
        port = ReshapePort(tuple(new_shape), old_shape=self.shape)
        self._connect(port, AbstractPort, assert_same_shape=False)
        return port

    def flatten(self) -> ReshapePort:
        """Return a port that passes the elements on in one dimension."""
        return self.reshape((self.size,))

    def concat_with(self, ports: Ports, axis: int) -> ConcatPort:
        """Return a port that joins this port and others of its kind along an axis.

        Raises
        ------
        AssertionError
            When a port is of another kind.
        ConcatShapeError, ConcatIndexError
            When the other axes differ, or there is no such axis.
        """
        joined = [self, *to_list(ports)]
        for port in joined:
            if _kind(port) is not _kind(self):
                raise AssertionError(f"concat_with() joins ports of one kind; got {self!r} and {port!r}.")
        return ConcatPort(joined, axis)

    def transpose(self, axes: Sequence[int] | None = None) -> TransposePort:
        """Return a port that passes the axes on in another order, by default reversed.

        Raises
        ------
        TransposeShapeError, TransposeIndexError
            When there are not as many axes as dimensions, or one does not exist.
        """
        dims = len(self.shape)
        order = tuple(reversed(range(dims))) if axes is None else tuple(axes)
        if len(order) != dims:
            raise pe.TransposeShapeError(self.shape, order)
        for axis in order:
            if not -dims <= axis < dims:
                raise pe.TransposeIndexError(self.shape, order, axis)
        port = TransposePort(tuple(self.shape[axis] for axis in order), order)
        self._connect(port, AbstractPort, assert_same_shape=False)
        return port


def port_label(port: AbstractPort) -> str:
    """``"process".port`` for errors; a virtual port is named after the port before it."""
    while isinstance(port, AbstractVirtualPort) and port.in_connections:
        port = port.in_connections[0]
    owner = port.process
    return f'"{owner.name}".{port.name}' if owner is not None else f"{port.name or type(port).__name__}"


KINDS: dict[type[AbstractPort], type[AbstractPort]] = {}
"""Kinds of ports of a process, with what each connects to through a virtual port; their module fills it in."""


def _kind(port: AbstractPort) -> type[AbstractPort] | None:
    """Return the kind of a port, for a virtual port that of the port where its path begins; None for others."""
    begin = port._parent_port if isinstance(port, AbstractVirtualPort) and port.in_connections else port
    return next((kind for kind in KINDS if isinstance(begin, kind)), None)


class AbstractIOPort(AbstractPort):
    """A port through which messages go."""


class AbstractRVPort(AbstractPort):
    """A port through which variables are read and written."""


class AbstractSrcPort(ABC):  # noqa: B024
    """A port where a connection may begin."""


class AbstractDstPort(ABC):  # noqa: B024
    """A port where a connection may end."""


class AbstractVirtualPort(AbstractPort):
    """A port between ports, that changes the order of elements."""

    @property
    def _parent_port(self) -> AbstractPort:
        begin: AbstractPort = self.get_src_ports()[0]
        return begin

    @property
    def process(self) -> Any:
        """Process of the port where the path begins."""
        return self._parent_port.process

    @process.setter
    def process(self, val: object) -> None:
        """Ignore a process that holds this port as an attribute."""

    def connect(self, ports: Ports, connection_configs: Configs = None) -> None:
        """Connect onwards, to what the port where the path begins may connect to."""
        kind = _kind(self)
        self._connect(ports, AbstractPort if kind is None else KINDS[kind], connection_configs)

    @abstractmethod
    def get_transform_func_fwd(self) -> Transform:
        """Return the function that puts elements in this port's order."""

    @abstractmethod
    def get_transform_func_bwd(self) -> Transform:
        """Return the function back."""

    def forward(self, source: AbstractPort, index: Array) -> Array:
        """Pass an array of indices, shaped like `source`, through this port; -1 is where nothing comes from.

        An AssertionError when the port's function does something else than to put the elements in another order.
        """
        moved = np.asarray(self.get_transform_func_fwd()(index))
        if moved.shape != self.shape or not np.isin(moved, np.append(index, -1)).all():
            raise AssertionError(
                f"{port_label(self)}: get_transform_func_fwd() of a {type(self).__name__} must put the elements of an"
                f" array of shape {index.shape} in another order, of shape {self.shape}; it returned an array of shape"
                f" {moved.shape} with other elements or of another shape."
            )
        return moved


class ReshapePort(AbstractVirtualPort):
    """Another shape of the same elements."""

    def __init__(self, new_shape: tuple[int, ...], old_shape: tuple[int, ...]) -> None:
        super().__init__(new_shape)
        self.old_shape = old_shape

    def get_transform_func_fwd(self) -> Transform:
        return lambda data: np.reshape(data, self.shape)

    def get_transform_func_bwd(self) -> Transform:
        return lambda data: np.reshape(data, self.old_shape)


class ConcatPort(AbstractVirtualPort):
    """Several ports joined along an axis."""

    def __init__(self, ports: list[AbstractPort], axis: int) -> None:
        for port in ports:
            if not -len(port.shape) <= axis < len(port.shape):
                raise pe.ConcatIndexError(port.shape, axis)
        self.concat_axis = axis % len(ports[0].shape)
        rests = [p.shape[: self.concat_axis] + p.shape[self.concat_axis + 1 :] for p in ports]
        if any(rest != rests[0] for rest in rests) or any(len(p.shape) != len(ports[0].shape) for p in ports):
            raise pe.ConcatShapeError(rests, axis)
        total = sum(port.shape[self.concat_axis] for port in ports)
        super().__init__((*rests[0][: self.concat_axis], total, *rests[0][self.concat_axis :]))
        self._connect(ports, AbstractPort, forward=False, assert_same_shape=False)

    def forward(self, source: AbstractPort, index: Array) -> Array:
        """Put the indices of one of the joined ports in their place."""
        start = 0
        for port in self.in_connections:
            if port is source:
                break
            start += port.shape[self.concat_axis]
        whole = np.full(self.shape, -1, np.int64)
        place = [slice(None)] * len(self.shape)
        place[self.concat_axis] = slice(start, start + source.shape[self.concat_axis])
        whole[tuple(place)] = index
        return whole

    def get_transform_func_fwd(self) -> Transform:
        """Return the function from a list of the joined ports' arrays to one array."""
        return partial(np.concatenate, axis=self.concat_axis)

    def get_transform_func_bwd(self) -> Transform:
        ends = np.cumsum([port.shape[self.concat_axis] for port in self.in_connections])
        return partial(np.split, indices_or_sections=ends[:-1], axis=self.concat_axis)


class TransposePort(AbstractVirtualPort):
    """The same elements with axes in another order."""

    def __init__(self, new_shape: tuple[int, ...], axes: Sequence[int]) -> None:
        super().__init__(new_shape)
        self.axes = tuple(axes)

    def get_transform_func_fwd(self) -> Transform:
        return partial(np.transpose, axes=self.axes)

    def get_transform_func_bwd(self) -> Transform:
        return partial(np.transpose, axes=tuple(np.argsort([axis % len(self.axes) for axis in self.axes])))
