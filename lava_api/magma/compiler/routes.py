"""Routes: follows connections through hierarchy and virtual ports, and notes where each element goes."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from lava_api.magma.core.process.ports.abstract import AbstractPort, AbstractVirtualPort
from loihi_emu.models.memory import Array


def routes(
    source: AbstractPort, is_end: Callable[[AbstractPort], bool]
) -> Iterator[tuple[AbstractPort, NDArray[np.int64] | None]]:
    """Yield the ports that a port leads to, each with the map of elements.

    Ways end at ports of processes that run as such, which `is_end` says; others are dropped. A map has the shape of its
    port: flat indices into `source`, -1 for none; None when nothing is reordered.
    """
    start = np.arange(source.size, dtype=np.int64).reshape(source.shape)
    for port, index in _onwards(source, start, is_end):
        same = index.shape == start.shape and np.array_equal(index, start)
        yield port, None if same else index


def _onwards(
    port: AbstractPort, index: NDArray[np.int64], is_end: Callable[[AbstractPort], bool]
) -> Iterator[tuple[AbstractPort, NDArray[np.int64]]]:
    """Yield the ends behind a port."""
    for following in port.out_connections:
        if isinstance(following, AbstractVirtualPort):
            yield from _onwards(following, following.forward(port, index), is_end)
        elif is_end(following):
            yield following, index
        else:
            yield from _onwards(following, index, is_end)


def mover(index: NDArray[np.int64], source_shape: tuple[int, ...]) -> Callable[[Array], Array]:
    """Return the function that puts a message of a shape into the order of its target, by the map of a route."""
    shape, flat = index.shape, index.ravel()
    if np.array_equal(flat, np.arange(flat.size)):
        return lambda data: data.reshape(shape)
    places = np.flatnonzero(flat >= 0)
    taken = flat[places]
    if len(places) == len(flat):
        return lambda data: data.ravel()[taken].reshape(shape)

    def scatter(data: Array) -> Array:
        out: Array = np.zeros(shape, data.dtype)
        out.reshape(-1)[places] = data.ravel()[taken]
        return out

    return scatter
