"""What a plot accepts: the parts of a recording that plots read, and the choices of neurons and time window."""

from __future__ import annotations

import operator
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol, TypeAlias, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from loihi_emu.errors import invalid, unknown
from loihi_emu.numeric import whole

IntArray: TypeAlias = NDArray[np.int64]
Window: TypeAlias = "tuple[int | None, int | None]"
Selection: TypeAlias = "int | slice | Sequence[int] | NDArray[Any]"
Neurons: TypeAlias = "Selection | Mapping[str, Selection]"


@runtime_checkable
class SpikesLike(Protocol):
    """Spike events of one population: ``times`` and ``indices`` of shape (k,), and the population's ``size``."""

    @property
    def times(self) -> NDArray[Any]: ...
    @property
    def indices(self) -> NDArray[Any]: ...
    @property
    def size(self) -> int: ...


@runtime_checkable
class RecordingLike(Protocol):
    """The part of a Recording that plots read."""

    @property
    def start(self) -> int: ...
    @property
    def steps(self) -> int: ...
    @property
    def names(self) -> Sequence[str]: ...
    @property
    def populations(self) -> Mapping[str, Mapping[str, Any]]: ...
    def spikes(self, name: str, /) -> SpikesLike: ...
    def times(self, name: str, /) -> NDArray[Any]: ...
    def neurons(self, name: str, /) -> NDArray[Any]: ...
    def __getitem__(self, name: str, /) -> NDArray[Any]: ...


def whole_numbers(values: Any, where: str, name: str) -> IntArray:
    """Return `values` as a one-dimensional int64 array; floats are taken only where each is a whole number."""
    array = np.asarray(whole(where, name, values), dtype=np.int64)
    if array.ndim != 1:
        raise invalid(where, name, f"an array of shape {array.shape}", "a one-dimensional array of whole numbers")
    return array


def choose(neurons: Neurons | None, name: str, available: IntArray) -> IntArray:
    """Neuron numbers to draw from one population, in the order asked for.

    Parameters
    ----------
    neurons
        None for all; a number, slice, sequence of numbers or boolean mask, counted over the population's neurons;
        or a mapping from population names to such selections (populations it leaves out are drawn whole).
    name
        The population's name, for messages and for a mapping.
    available
        Neuron numbers there are to draw: 0..size-1, or those that were probed.

    Raises
    ------
    ValidationError
        For a number that is not available, one given twice, an empty selection or a mask of the wrong length.
    """
    if isinstance(neurons, Mapping):
        neurons = neurons.get(name)
    if neurons is None:
        return available
    where = f'population "{name}"' if name else ""
    count = int(available.max(initial=-1)) + 1
    if isinstance(neurons, slice):
        chosen = np.intersect1d(available, np.arange(count)[neurons])
    elif np.asarray(neurons).dtype == bool:
        mask = np.asarray(neurons)
        if mask.ndim != 1 or mask.size < count:
            raise invalid(where, "neurons", f"a mask of shape {mask.shape}", f"one entry a neuron, shape ({count},)")
        chosen = available[mask[available]]
    else:
        chosen = whole_numbers(np.atleast_1d(np.asarray(neurons)), where, "neurons")
    if chosen.size == 0:
        raise invalid(where, "neurons", "a selection without a neuron", listed(available))
    missing = chosen[~np.isin(chosen, available)]
    if missing.size:
        raise invalid(where, "neurons", int(missing[0]), listed(available), advice="Only these have data.")
    if np.unique(chosen).size != chosen.size:
        raise invalid(where, "neurons", "a neuron twice", "each neuron once")
    return chosen


def check_names_in(neurons: Neurons | None, known: Iterable[str]) -> None:
    """Raise UnknownNameError if a mapping of selections names a population that is not drawn."""
    if isinstance(neurons, Mapping):
        names = list(known)
        for name in neurons:
            if name not in names:
                raise unknown("population", name, names)


def listed(numbers: IntArray) -> str:
    """Neuron numbers in few words: ``0..99``, ``3, 5, 8`` or ``0, 7, 14, ... 693``."""
    if numbers.size == 0:
        return "none"
    if numbers.size > 2 and np.all(np.diff(numbers) == 1):
        return f"{numbers[0]}..{numbers[-1]}"
    shown = ", ".join(str(number) for number in numbers[:8])
    return shown if numbers.size <= 8 else f"{shown}, ... {numbers[-1]}"


def resolve_window(window: Window | None, first: int, last: int, *, clip: bool) -> tuple[int, int]:
    """Time window as whole steps ``[start, stop)``.

    Parameters
    ----------
    window
        (start, stop), either of them None for the end of the data, or None for all of it.
    first, last
        The data's first step and the step after its last.
    clip
        Whether the data end there for certain (a recording): then the window is cut to them and has to meet them.
    """
    if window is None:
        return first, max(last, first + 1)
    try:
        low, high = window
        start = first if low is None else operator.index(low)
        stop = last if high is None else operator.index(high)
    except (TypeError, ValueError):
        raise invalid("", "window", window, "(start, stop) in whole steps, None for an end of the data") from None
    if start >= stop:
        raise invalid("", "window", (start, stop), "start < stop", advice="The step stop itself is not shown.")
    if clip:
        if start >= last or stop <= first:
            raise invalid("", "window", (start, stop), f"steps within the recorded {first}..{last - 1}")
        start, stop = max(start, first), min(stop, last)
    return start, stop
