"""Which core and compartment each neuron is in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Index = NDArray[np.int32]


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
        """Core, population, and neurons (ascending) with their compartments (ascending), core by core."""
        found: list[tuple[int, int, str, Index]] = []
        for number, (name, cores) in enumerate(self.cores.items()):
            if not cores.size:
                continue
            steps = np.flatnonzero(np.diff(cores)) + 1
            ordered = bool(np.all(cores[1:] >= cores[:-1]))
            order = np.arange(len(cores), dtype=np.int32) if ordered else np.argsort(cores, kind="stable")
            if not ordered:
                steps = np.flatnonzero(np.diff(cores[order])) + 1
            for neurons in np.split(order.astype(np.int32), steps):
                found.append((int(cores[neurons[0]]), number, name, neurons))
        found.sort(key=lambda part: part[:2])
        for core, _, name, neurons in found:
            yield core, name, neurons, self.slots[name][neurons]


def assigned(cores: dict[str, Index], count: int | None = None) -> Assignment:
    """Give compartments to neurons with known cores: by population in order, then by neuron."""
    cores = {name: np.ascontiguousarray(a, np.int32) for name, a in cores.items()}
    number = int(max((int(a.max()) for a in cores.values() if a.size), default=-1)) + 1
    filled = np.zeros(max(number, count or 0), np.int64)
    slots = {}
    for name, a in cores.items():
        order = np.argsort(a, kind="stable")
        of_core = np.bincount(a, minlength=len(filled))
        first = np.cumsum(of_core) - of_core
        rank = np.empty(len(a), np.int64)
        rank[order] = np.arange(len(a)) - np.repeat(first, of_core)
        slots[name] = (filled[a] + rank).astype(np.int32)
        filled += of_core
    return Assignment(cores, slots, len(filled))
