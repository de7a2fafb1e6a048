"""Spikes as they are read from a recording."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from loihi_emu.keywords import known_keywords_of, missing_attribute
from loihi_emu.read_only import FrozenArrays, read_only


@known_keywords_of
@read_only()
@dataclass(frozen=True, eq=False)
class Spikes(FrozenArrays):
    """Spikes of one population or input, in order of (time, index).

    ``times, indices = recording.spikes("cells")`` takes both at once; ``len()`` is the number of spikes.

    Attributes
    ----------
    times : int64 array
        Steps.
    indices : int32 array
        Neurons.
    payloads : int32 or float64 array or None
        Values of graded spikes; float64 where a model under ``rules="float"`` sends such.
    size : int
        Neurons of the population.
    """

    times: NDArray[np.int64]
    indices: NDArray[np.int32]
    payloads: NDArray[np.int32] | NDArray[np.float64] | None
    size: int

    def __len__(self) -> int:
        return len(self.times)

    def __iter__(self) -> Iterator[NDArray[Any]]:
        return iter((self.times, self.indices))

    if not TYPE_CHECKING:  # type checkers know the attributes

        def __getattr__(self, name: str) -> Any:
            raise missing_attribute(self, name)

    def __repr__(self) -> str:
        return f"<Spikes: {len(self)} of {self.size} neurons>"
