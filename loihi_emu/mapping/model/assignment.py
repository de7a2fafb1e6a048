"""Which core and compartment each neuron is in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from loihi_emu.errors import invalid
from loihi_emu.keywords import known_keywords, known_keywords_of
from loihi_emu.mapping.arrays import Index, Integers
from loihi_emu.numeric import ranged, whole
from loihi_emu.read_only import read_only

MOST_CORES = 1 << 22
"""Cores are numbered below this: 16 384 chips (all that a mesh addresses) of 256."""


@known_keywords_of
@read_only()
@dataclass(frozen=True, eq=False)
class Assignment:
    """Cores and compartments of all neurons.

    Attributes
    ----------
    cores : dict
        Population name to the core of each neuron, counted over all chips from 0.
    slots : dict
        Population name to the compartment of each neuron within its core.
    count : int
        Number of cores.
    """

    cores: dict[str, Index]
    slots: dict[str, Index]
    count: int

    def parts(self) -> Iterator[tuple[int, str, Index, Index]]:
        """Core, population, and neurons with their compartments (ascending), core by core."""
        pieces: list[tuple[int, str, Index, Index]] = []
        for name in self.cores:
            parts = self.parts_of(name)
            each = (np.split(array, parts.bounds[1:-1]) for array in (parts.order, parts.slots))
            pieces += [(core, name, *arrays) for core, *arrays in zip(parts.cores.tolist(), *each, strict=True)]
        yield from sorted(pieces, key=lambda piece: piece[0])  # which leaves populations in order

    def parts_of(self, name: str) -> Parts:
        """The parts of a population, core by core."""
        cores, slots = self.cores[name], self.slots[name]
        order, place = np.arange(len(cores), dtype=np.int32), cores.astype(np.int64) << 32 | slots
        if np.any(place[1:] < place[:-1]):
            order = np.argsort(place, kind="stable").astype(np.int32)
            cores, slots = cores[order], slots[order]
        bounds = np.concatenate(([0], np.flatnonzero(cores[1:] != cores[:-1]) + 1, [len(cores)]))
        return Parts(cores[bounds[:-1]], order, bounds, slots)


class Parts(NamedTuple):
    """The neurons of a population by core.

    Attributes
    ----------
    cores : int32 array (parts)
        Ascending.
    order, slots : int32 arrays (neurons)
        Neurons part by part, and their compartments, ascending within each.
    bounds : int64 array (parts + 1)
        Where each part begins in `order`.
    """

    cores: Index
    order: Index
    bounds: Integers
    slots: Index


def equal_bounds(size: int, count: int) -> Integers:
    """Where so many equal parts of a population begin, and where the last ends."""
    return np.round(np.linspace(0, size, count + 1)).astype(np.int64)


def equal_parts(size: int, count: int) -> Parts:
    """So many equal parts of a population, each alone on a core."""
    bounds, order = equal_bounds(size, count), np.arange(size, dtype=np.int32)
    first = np.repeat(bounds[:-1].astype(np.int32), np.diff(bounds))
    return Parts(np.arange(count, dtype=np.int32), order, bounds, order - first)


@known_keywords
def assigned(
    cores: dict[str, Index], count: int | None = None, places: dict[str, NDArray[Any]] | None = None
) -> Assignment:
    """Give compartments to neurons with known cores: by population in order, then by neuron.

    Parameters
    ----------
    cores : dict
        Population name to the core of each neuron.
    count : int, optional
        Number of cores. Default: up to the last that is used.
    places : dict, optional
        Population name to numbers by which the neurons of a core are put in order. Default: those of the neurons.

    Raises
    ------
    ValidationError
        Cores that are no whole numbers, below 0, or beyond all that boards can carry.
    """
    cores = {name: _cores(name, a) for name, a in cores.items()}
    number = int(max((int(a.max()) for a in cores.values() if a.size), default=-1)) + 1
    filled = np.zeros(max(number, count or 0), np.int64)
    slots = {}
    for name, a in cores.items():
        order = np.argsort(a, kind="stable") if places is None else np.lexsort((places[name], a))
        of_core = np.bincount(a, minlength=len(filled))
        first = np.cumsum(of_core) - of_core
        rank = np.empty(len(a), np.int64)
        rank[order] = np.arange(len(a)) - np.repeat(first, of_core)
        slots[name] = (filled[a] + rank).astype(np.int32)
        filled += of_core
    return Assignment(cores, slots, len(filled))


def _cores(name: str, given: Any) -> Index:
    where = f'assigned, population "{name}"'
    cores = ranged(where, "cores", whole(where, "cores", given), 0, MOST_CORES - 1)
    if cores.ndim != 1:
        raise invalid(where, "cores", f"shape {cores.shape}", "one core for each neuron")
    return np.ascontiguousarray(cores, np.int32)
