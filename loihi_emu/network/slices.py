"""Parts of a population or an input: slices, and neurons that are chosen one by one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from loihi_emu.errors import invalid, shown_of
from loihi_emu.keywords import known_keywords_of, missing_attribute
from loihi_emu.network.shapes import Shape
from loihi_emu.numeric import ranged, whole
from loihi_emu.read_only import FrozenArrays, read_only

SHOWN = 4
"""Of so many chosen neurons the name tells all."""
ALLOWED = "an integer, a slice such as population[10:20], a list of neurons, or a boolean for each"


@known_keywords_of
@read_only()
@dataclass(frozen=True, eq=False)
class Slice(FrozenArrays):
    """Neurons ``start, start + step, ... < stop`` of a population or an input."""

    target: Any
    start: int
    stop: int
    step: int = 1

    if not TYPE_CHECKING:  # type checkers know the attributes

        def __getattr__(self, name: str) -> Any:
            raise missing_attribute(self, name)

    @property
    def size(self) -> int:
        """Number of neurons."""
        return len(range(self.start, self.stop, self.step))

    @property
    def name(self) -> str:
        """Name of the whole it is a part of, with the part."""
        if self.size == self.target.size:
            return str(self.target.name)
        step = f":{self.step}" if self.step > 1 else ""
        return f"{self.target.name}[{self.start}:{self.stop}{step}]"

    @property
    def indices(self) -> NDArray[np.int64]:
        """Flat indices of the neurons."""
        return np.arange(self.start, self.stop, self.step, dtype=np.int64)


@dataclass(frozen=True, eq=False)
class Selection(Slice):
    """Neurons of a population or an input in any order, each once: ``population[[0, 9]]``."""

    chosen: NDArray[np.int64] | None = None

    @property
    def size(self) -> int:
        return len(self.indices)

    @property
    def name(self) -> str:
        shown = ", ".join(map(str, self.indices[:SHOWN].tolist()))
        rest = f", ... {self.size} neurons" if self.size > SHOWN else ""
        return f"{self.target.name}[[{shown}{rest}]]"

    @property
    def indices(self) -> NDArray[np.int64]:
        assert self.chosen is not None
        return self.chosen


def part_of(node: Any, key: Any) -> Slice:
    """The neurons of a population or an input that an index means.

    Raises
    ------
    ValidationError
        For what is no index, a neuron beyond the last, and one that is named twice.
    """
    where, size = f'"{node.name}"', int(node.size)
    if isinstance(key, (int, np.integer)) and not isinstance(key, bool):
        if not -size <= key < size:
            raise invalid(where, "index", int(key), f"{-size}..{size - 1}")
        key = slice(int(key) % size, int(key) % size + 1)
    if not isinstance(key, slice):
        return _chosen(node, _neurons(where, key, size, node.shape))
    try:
        start, stop, step = key.indices(size)
    except TypeError:
        raise invalid(where, "slice", key, "integers, such as population[10:20]") from None
    if step < 1:
        raise invalid(where, "slice", key, "a positive step")
    return Slice(node, start, max(start, stop), step)


def _neurons(where: str, key: Any, size: int, shape: Shape) -> NDArray[np.int64]:
    """Numbers of the neurons that a list or a mask of booleans names."""
    if isinstance(key, tuple) or not (isinstance(key, list) or hasattr(key, "__array__")):
        raise invalid(where, "index", shown_of(key), ALLOWED)
    given = np.asarray(key)
    if given.dtype.kind == "b":
        if given.shape not in ((size,), shape):
            raise invalid(where, "index", f"booleans of shape {given.shape}", f"one for each of the {size} neurons")
        return np.flatnonzero(given)
    found = whole(where, "index", key)
    if found.ndim != 1:
        raise invalid(where, "index", f"an array of shape {found.shape}", ALLOWED)
    ranged(where, "index", found, -size, size - 1)
    found = np.where(found < 0, found + size, found)
    known, times = np.unique(found, return_counts=True)
    if known.size < found.size:
        given_twice = f"neuron {known[np.argmax(times > 1)]} twice"
        raise invalid(
            where, "index", given_twice, "each neuron once", advice="Synapses that count twice are given by lists."
        )
    return found


def _chosen(node: Any, neurons: NDArray[np.int64]) -> Slice:
    """A slice where the neurons follow each other at equal distances, else a selection."""
    steps = np.diff(neurons)
    if not neurons.size:
        return Slice(node, 0, 0)
    if not steps.size or (steps[0] > 0 and np.all(steps == steps[0])):
        step = int(steps[0]) if steps.size else 1
        return Slice(node, int(neurons[0]), int(neurons[-1]) + 1, step)
    return Selection(node, 0, int(node.size), chosen=neurons)
