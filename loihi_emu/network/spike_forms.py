"""The forms in which spikes are written, here and by the field's tools; each has one meaning or is refused.

- ``(times, indices)``: a tuple, one neuron per time;
- ``[times, times, ...]``: a list (or an iterator) with the times of each neuron;
- ``{neuron: times}``: the times of some neurons, also as a series of lists by their labels;
- an array of frames ``(steps, neurons)``, also a scipy.sparse matrix: 0 no spike, 1 a spike, anything else a payload;
  where its axes have names, these say which one is time (:mod:`loihi_emu.network.spike_axes`);
- events with named fields (a structured array, a dict, a data frame): :mod:`loihi_emu.network.spike_fields`;
- an object with ``times``, ``indices`` and ``size``, such as the Spikes of a Recording.

Times are whole steps. What carries a unit (neo, Brian, pint) is refused: only its owner knows how long a step is.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, ValuesView
from dataclasses import dataclass
from itertools import islice
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from loihi_emu.errors import invalid
from loihi_emu.memory.room import count_nonzero, room_for
from loihi_emu.network import spike_fields
from loihi_emu.network.shapes import Shape, fits
from loihi_emu.network.spike_axes import time_first
from loihi_emu.network.spike_words import FLAT, NO_LABEL, STEPS, naming_ways, refused, refusing
from loihi_emu.numeric import finite, ranged, whole
from loihi_emu.units import unit_of

Integers = NDArray[np.int64]

EVENT_BYTES = 48
"""Bytes that an event takes while frames are read: its sample, time, index and value."""
MOST_NEURONS = 1 << 24
"""An iterator gives the times of so many neurons at most where their number is not known."""


@dataclass(frozen=True)
class Events:
    """Spikes in the order in which they were given.

    ``times``, ``indices`` and ``payloads`` (None: all 1) are one-dimensional; ``size`` and ``steps`` are how many
    neurons and steps the form itself has, None if it does not tell.
    """

    times: Integers
    indices: Integers
    payloads: NDArray[Any] | None = None
    size: int | None = None
    steps: int | None = None


def read(spikes: Any, where: str, shape: Shape | None = None, floats: bool = False) -> Events:
    """Spikes in any form, as times, indices and payloads.

    Parameters
    ----------
    spikes : object
        In a form of the module's text.
    where : str
        For messages.
    shape : tuple of int, optional
        Of the neurons. None if not known, as for a plot.
    floats : bool
        Whether payloads in frames may have fractions.

    Raises
    ------
    ValidationError
        Another form, or one that could mean two things; names all forms.

    Examples
    --------
    >>> read([[1, 5], [], [3]], "input").indices.tolist()
    [0, 0, 2]
    """
    with naming_ways(shape):
        return _read(spikes, where, shape, floats)


def _read(spikes: Any, where: str, shape: Shape | None, floats: bool) -> Events:
    if isinstance(spikes, Events):
        return spikes
    if spikes is None:
        raise refused(where, "nothing", shape)
    if isinstance(spikes, (str, bytes, bytearray, bool, int, float, complex, set, frozenset)):
        raise refused(where, spikes if isinstance(spikes, str) else repr(spikes)[:60], shape)
    if _has(spikes, "index", "to_dict", "dtype") and spikes.dtype == object:  # a series: its labels are neurons
        labelled = spikes.to_dict()
        if len(labelled) < len(spikes):
            raise refused(where, "a series with a label twice", shape, "Labels are neurons.")
        return _mapping(labelled, where, shape)
    if not hasattr(spikes, "columns"):
        spikes = time_first(spikes, refusing(where, shape))
    spikes = unwrapped(spikes, where, shape)
    if _has(spikes, "times", "indices", "size") and not isinstance(spikes, np.ndarray):
        return _of_object(spikes, where, shape)
    if isinstance(spikes, tuple):
        names = getattr(spikes, "_fields", ())  # of a named tuple, whose order is its own
        named = spike_fields.named(names)
        return _mapping(dict(zip(names, spikes, strict=True)), where, shape) if named else _pair(spikes, where, shape)
    if is_sparse(spikes):
        return _sparse(spikes, where, shape, floats)
    if isinstance(spikes, Mapping):
        return _mapping(spikes, where, shape)
    if hasattr(spikes, "columns") and hasattr(spikes, "to_numpy"):
        names = [str(name) for name in spikes.columns]
        if spike_fields.named(names):
            columns = {name: spikes[column] for name, column in zip(names, spikes.columns, strict=True)}
            return Events(*spike_fields.events(columns, where, shape, refusing(where, shape)))
        spikes = time_first(spikes, refusing(where, shape))
        if list(spikes.columns) != list(range(len(names))):
            raise refused(where, f"a data frame of {', '.join(names[:6])}", shape, spike_fields.KNOWN)
        if list(getattr(spikes, "index", range(len(spikes)))) != list(range(len(spikes))):
            advice = "Rows are steps: .to_numpy() drops the labels, .reindex(range(steps), fill_value=0) adds rows."
            raise refused(where, "a data frame whose rows have other labels than 0, 1, 2 ...", shape, advice)
        spikes = spikes.to_numpy()
    if isinstance(spikes, np.ndarray):
        if spikes.dtype.names is not None:
            fields = {name: spikes[name] for name in spikes.dtype.names}
            return Events(*spike_fields.events(fields, where, shape, refusing(where, shape)))
        if spikes.dtype.kind == "O" and spikes.ndim == 1 and spikes.size and not np.isscalar(spikes[0]):
            return _trains(list(spikes), where, shape)
        return frames(spikes, where, shape, floats)
    if _has(spikes, "__len__", "__getitem__", "__iter__") and not _has(spikes, "tobytes"):
        spikes = list(spikes)  # another kind of list
        if unit_of(spikes) is not None:
            return _read(spikes, where, shape, floats)
    if isinstance(spikes, (list, Iterator, ValuesView, range)):
        most = MOST_NEURONS if shape is None else prod(shape)
        if isinstance(spikes, list):
            return _trains(spikes, where, shape)
        trains = list(islice(iter(spikes), most + 1))
        if len(trains) > most:
            raise refused(where, f"a {type(spikes).__name__} of more than {most}", shape)
        return _trains(trains, where, shape)
    raise refused(where, f"a {type(spikes).__name__}", shape)


def is_one(spikes: Mapping[Any, Any]) -> bool:
    """Whether a mapping is spikes itself, {neuron: times} or fields, rather than spikes by the names of populations."""
    whole_keys = all(isinstance(name, (int, np.integer)) for name in spikes)
    return bool(spikes) and (whole_keys or spike_fields.named(name for name in spikes if isinstance(name, str)))


def is_sparse(values: Any) -> bool:
    """Whether these are a scipy.sparse matrix or array; scipy is not imported to find out."""
    module = sys.modules.get("scipy.sparse")
    return module is not None and bool(module.issparse(values))


def _has(values: Any, *names: str) -> bool:
    return all(hasattr(values, name) for name in names)


def unwrapped(values: Any, where: str, shape: Shape | None) -> Any:
    """Tensors and other arrays as NumPy arrays; an error for what carries a unit."""
    unit = unit_of(values)
    if unit is not None or _has(values, "spiketrains") or _has(values, "segments"):
        neo = " np.round((train / dt).simplified.magnitude) with dt a quantity." if unit is None else ""
        raise refused(where, f"a {type(values).__name__} with times in {unit or 'a unit'}", shape, STEPS + neo)
    if _has(values, "spike_trains", "t", "i"):
        advice = "np.round(monitor.t / dt).astype(int) with monitor.i gives (times, indices)."
        raise refused(where, f"a {type(values).__name__} with times in seconds", shape, advice)
    if isinstance(values, (np.ndarray, tuple, list, Mapping)) or is_sparse(values):
        if isinstance(values, np.ma.MaskedArray) and np.any(values.mask):
            raise refused(where, "an array with masked values", shape, "array.filled(0) gives one without.")
        return values
    if hasattr(values, "columns") or _has(values, "times", "indices", "size"):
        return values
    try:
        if hasattr(values, "detach"):  # torch
            values = values.detach()
            values = values.to_dense() if getattr(values, "is_sparse", False) else values
            values = values.cpu() if hasattr(values, "cpu") else values
        if callable(getattr(values, "numpy", None)):
            return np.asarray(values.numpy())
        if hasattr(values, "__array__") or hasattr(values, "__array_interface__"):
            return np.asarray(values)
        return np.from_dlpack(values) if hasattr(values, "__dlpack__") else values
    except Exception as problem:
        advice = ".todense() makes an array of it." if hasattr(values, "todense") else ""
        raise refused(where, f"a {type(values).__name__} that is no array", shape, advice) from problem


def _numbers(values: Any, where: str, name: str, shape: Shape | None, advice: str) -> Integers:
    """Whole numbers of a flat list, an array, a tensor or a series; one clear error for anything else."""
    values = unwrapped(values, where, shape)
    if isinstance(values, Iterator):
        raise refused(where, f"{name} of a {type(values).__name__}", shape, "list(...) makes a list of it.")
    if values is None or isinstance(values, (str, bytes, Mapping, set)):
        raise refused(where, f"{name} {values!r}"[:80], shape)
    try:
        array = np.asarray(values)
    except ValueError:
        raise refused(where, f"{name} as lists of different lengths", shape) from None
    if array.dtype.names is not None:
        raise refused(where, f"{name} with fields {', '.join(array.dtype.names)}", shape, NO_LABEL)
    if array.ndim != 1:
        raise refused(where, f"{name} of shape {array.shape}", shape, "Times and indices are flat lists.")
    if array.dtype.kind == "b":
        advice = "np.array(spikes) makes frames of a list of steps; np.flatnonzero(mask) gives numbers of a mask."
        raise refused(where, f"{name} that are True or False", shape, advice)
    if array.dtype.kind not in "iufO" or (array.dtype.kind == "O" and not all(map(_is_number, array))):
        raise refused(where, f"{name} that are no numbers ({array.dtype})", shape)
    return whole(where, f"spike {name}", array, advice)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float, np.integer, np.floating)) and not isinstance(value, bool)


def _of_object(spikes: Any, where: str, shape: Shape | None) -> Events:
    times = _numbers(spikes.times, where, "times", shape, STEPS)
    indices = _numbers(spikes.indices, where, "indices", shape, "")
    _same_length(times, indices, where)
    size = int(spikes.size)
    if shape is not None and size != prod(shape):
        raise refused(where, f"spikes of {size} neurons", shape, f"There are {prod(shape)} neurons.")
    values = getattr(spikes, "payloads", None)
    return Events(times, indices, None if values is None else finite(where, "payloads", values), size)


def _same_length(times: Integers, indices: Integers, where: str) -> None:
    if times.shape != indices.shape:
        given = f"{times.size} times and {indices.size} indices"
        advice = "The times of each neuron, one list after the other, are a list, not a tuple."
        raise invalid(where, "spikes", given, "one index per time in (times, indices)", advice=advice)


def _pair(spikes: tuple[Any, ...], where: str, shape: Shape | None) -> Events:
    if len(spikes) == 3:
        raise refused(where, "a tuple of three", shape, "Payloads are an argument, or values of frames.")
    if len(spikes) != 2:
        advice = "A list, not a tuple, has the times of each neuron." if spikes else ""
        raise refused(where, f"a tuple of {len(spikes)}", shape, advice)
    times = _numbers(spikes[0], where, "times", shape, STEPS)
    indices = _numbers(spikes[1], where, "indices", shape, "Times come first: (times, indices).")
    _same_length(times, indices, where)
    return Events(times, indices)


def _mapping(spikes: Mapping[Any, Any], where: str, shape: Shape | None) -> Events:
    names = list(spikes)
    if names and all(isinstance(name, str) for name in names):
        fields = {name: unwrapped(spikes[name], where, shape) for name in names}
        if not spike_fields.named(names):
            raise refused(where, f"a dict of {', '.join(map(repr, names[:6]))}", shape, _advice_on(names))
        return Events(*spike_fields.events(fields, where, shape, refusing(where, shape)))
    if not all(isinstance(name, (int, np.integer)) and not isinstance(name, bool) for name in names):
        raise refused(where, f"a dict with the key {next(n for n in names if type(n) is not int)!r}"[:80], shape)
    if names:
        advice = "" if shape is None else f"There are {prod(shape)} neurons."
        ranged(where, "spikes, neurons", names, 0, (MOST_NEURONS if shape is None else prod(shape)) - 1, advice)
    return _joined({int(name): spikes[name] for name in names}, where, shape, None if shape is None else prod(shape))


def _advice_on(names: list[str]) -> str:
    """What to do about a dict with these names."""
    if {"senders", "times"} <= set(names):  # NEST
        return "Senders are ids of nodes: (np.round(times / dt).astype(int), senders - nodes[0].global_id)."
    if all(name.isdecimal() for name in names):
        return "Neurons are whole numbers, without quotes."
    return spike_fields.KNOWN


def _joined(trains: Mapping[int, Any], where: str, shape: Shape | None, size: int | None) -> Events:
    """The times of each neuron one after the other."""
    found = [_numbers(t, where, f"times of neuron {n}", shape, STEPS) for n, t in trains.items()]
    times = np.concatenate(found) if found else np.zeros(0, np.int64)
    indices = np.repeat(np.array(list(trains), np.int64), [len(t) for t in found])
    return Events(times, indices, size=size)


def _trains(trains: list[Any], where: str, shape: Shape | None) -> Events:
    """A list with the times of each neuron, unless its form could mean something else."""
    size = None if shape is None else prod(shape)
    if not trains:
        return Events(np.zeros(0, np.int64), np.zeros(0, np.int64), size=size)
    if isinstance(trains[0], np.void):
        raise refused(where, "a list of events", shape, "np.array(events) puts them into one array.")
    if isinstance(trains[0], Mapping):
        raise refused(where, "a list of dicts", shape, "One dict has all events: {'t': times, 'i': neurons}.")
    if all(isinstance(t, (int, float, complex, np.generic)) or getattr(t, "ndim", None) == 0 for t in trains):
        raise refused(where, "a flat list", shape, FLAT)
    equal = {_length(t) for t in trains}
    length = equal.pop() if len(equal) == 1 else None
    if len(trains) == 2 and length:
        advice = (
            "Write (times, indices) for events, {0: times, 1: times} for the times of two neurons, np.array(spikes) "
            "for two steps."
        )
        raise refused(where, "a list of two lists of equal length", shape, advice)
    if length in (2, 3, 4) and all(isinstance(t, tuple) for t in trains):
        advice = "Rows of (time, index): times, indices = zip(*spikes). The times of each neuron: lists, not tuples."
        raise refused(where, "a list of tuples", shape, advice)
    if size is not None and len(trains) != size:
        advice = "np.array(spikes) makes frames of a list of steps." if length == size else ""
        raise refused(where, f"a list of {len(trains)} for {size} neurons", shape, advice)
    found = {n: _numbers(t, where, f"times of neuron {n}", shape, STEPS) for n, t in enumerate(trains)}
    if length:
        table = np.array(list(found.values()))
        rising = bool(np.all(table[:, 1:] > table[:, :-1]))
        square = length == len(trains) or size is None
        if not rising or (square and np.all((table == 0) | (table == 1))):
            advice = (
                "np.array(spikes) makes frames of a list of steps, dict(enumerate(spikes)) says that they are the "
                "times of each neuron."
            )
            given = f"lists of {length} that could be times, frames or rows of events"
            raise refused(where, given, shape, advice)
        if _could_be_events(table, size):
            advice = (
                "Write (times, indices) and payloads= for events, {0: times, 1: times, 2: times} for the times of "
                "three neurons."
            )
            given = "a list of three that could be times, indices and payloads, or the times of three neurons"
            raise refused(where, given, shape, advice)
    return _joined(found, where, shape, len(trains))


def _could_be_events(table: NDArray[Any], size: int | None) -> bool:
    """Whether three lists of equal length may be times, indices of neurons, and payloads."""
    return len(table) == 3 and size in (None, 3) and bool(np.all((table[1] >= 0) & (table[1] < 3)))


def _length(train: Any) -> int | None:
    """Number of entries; None for what has none."""
    try:
        return len(train)
    except TypeError:
        return None


def _sparse(spikes: Any, where: str, shape: Shape | None, floats: bool) -> Events:
    if len(spikes.shape) != 2 or (shape is not None and spikes.shape[1] != prod(shape)):
        turned = shape is not None and len(spikes.shape) == 2 and spikes.shape[0] == prod(shape)
        advice = "This is the transpose: pass it with .T." if turned else ""
        raise refused(where, f"a sparse matrix of shape {spikes.shape}", shape, advice)
    matrix = spikes.tocoo(copy=True)
    matrix.data = _payloads(matrix.data, where, shape, floats)  # before they are added: small types would wrap
    matrix.sum_duplicates()
    keep = matrix.data != 0
    rows, columns = matrix.row[keep].astype(np.int64), matrix.col[keep].astype(np.int64)
    return Events(rows, columns, matrix.data[keep], int(spikes.shape[1]), int(spikes.shape[0]))


def _payloads(values: NDArray[Any], where: str, shape: Shape | None, floats: bool) -> NDArray[Any]:
    if values.dtype.kind not in "biufO":
        raise refused(where, f"an array of dtype {values.dtype}", shape)
    if floats and values.dtype.kind == "f" and np.any(finite(where, "spikes", values) % 1):
        return values.astype(np.float64)
    return whole(where, "spikes", values, "Frames hold 0, 1 or whole payloads; probabilities go to rate=.")


def frames(array: NDArray[Any], where: str, shape: Shape | None, floats: bool = False) -> Events:
    """Events of an array (steps, neurons): an entry that is not 0 is a spike, one that is not 1 a payload."""
    if array.ndim < 2 or (shape is None and array.ndim != 2) or (shape and not fits(array.shape[1:], shape)):
        advice = ""
        if shape is not None and array.ndim == 2 and len(array) == prod(shape):
            advice = "This is the transpose: pass it with .T."
        elif array.ndim == 1 and array.size and array.dtype.kind in "iuf":
            advice = FLAT
        if array.ndim == 2 and 2 in array.shape:
            rows = "array[0], array[1]" if len(array) == 2 else "array[:, 0], array[:, 1]"
            advice += f" If these are times and indices: ({rows})."
        given = f"an array of shape {array.shape}" if array.ndim else f"a {array.dtype} of shape ()"
        raise refused(where, given, shape, advice.strip())
    size = prod(array.shape[1:])
    # whole numbers are looked at as they are: frames may be large, and mostly 0
    flat = (array if array.dtype.kind in "biu" else _payloads(array, where, shape, floats)).reshape(len(array), size)
    check_frames(flat, where, shape)
    events = count_nonzero(flat)
    room_for(where or "spikes", {f"{events:,} events": EVENT_BYTES * events})
    times, indices = np.nonzero(flat) if events else (np.zeros(0, np.int64), np.zeros(0, np.int64))
    values = _payloads(flat[times, indices], where, shape, floats)
    return Events(times.astype(np.int64), indices.astype(np.int64), values, size, len(array))


def check_frames(flat: NDArray[Any], where: str, shape: Shape | None) -> None:
    """Refuse frames that could as well be a table of times and indices: two rows or two columns, not only 0 and 1.

    A table has no negative entries and no fractions, and the column of its indices holds 0 and 1 where there are two
    neurons.
    """
    steps, size = flat.shape[-2:]
    if flat.dtype.kind == "f":
        return
    if (steps != 2 and size != 2) or flat.dtype.kind == "b" or np.all((flat == 0) | (flat == 1)) or flat.min() < 0:
        return
    if steps == 2 or np.any(flat.reshape(-1, size).max(axis=0) <= 1):
        pair = "array[0], array[1]" if steps == 2 else "array[:, 0], array[:, 1]"
        advice = f"Times and indices: ({pair}). Frames with payloads: the pair from np.nonzero(array), and payloads=."
        given = f"an array of shape {flat.shape} that could be frames or times and indices"
        raise refused(where, given, shape, advice)
