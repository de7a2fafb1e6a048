"""Recorded arrays for a plot, brought into one form from whatever the user gave."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from loihi_emu.errors import ValidationError, invalid, unknown
from loihi_emu.numeric import numbers
from loihi_emu.plots._source import (
    IntArray,
    Neurons,
    RecordingLike,
    Window,
    check_names_in,
    choose,
    listed,
    resolve_window,
)
from loihi_emu.plots._spikes import SPIKES_SUFFIX, Names, SpikeSource, names_of, read_events

VOLTAGE = "v"
PER_SYNAPSE = ("weights", "delays", "tags")
"""What probes of connections record one value a synapse of."""
MOST_BY_DEFAULT = 10


@dataclass(frozen=True)
class Signal:
    """One recorded array, cut to the window and to the neurons to draw.

    ``times`` is (rows,), ``values`` (rows, neurons), ``neurons`` the neuron number of each column; ``thresholds`` is
    None or one for each column, in the unit of the values; ``spikes`` is None or the spike steps of each column.
    ``whole`` is how many neurons there are to choose from. ``unit`` names what a column is of: "neuron" or "synapse".
    """

    label: str
    times: NDArray[Any]
    values: NDArray[Any]
    neurons: IntArray
    whole: int
    unit: str
    thresholds: NDArray[Any] | None
    spikes: list[IntArray] | None


@dataclass(frozen=True)
class _Found:
    """A whole array with its times and neuron numbers, before the choice of what to draw."""

    population: str
    variable: str
    label: str
    times: NDArray[Any]
    values: NDArray[Any]
    neurons: IntArray
    unit: str = "neuron"


def gather_signals(
    source: RecordingLike | Mapping[str, ArrayLike] | ArrayLike,
    names: Names | None,
    times: ArrayLike | None,
    neurons: Neurons | None,
    window: Window | None,
    threshold: bool | ArrayLike,
    spikes: bool | SpikeSource,
) -> tuple[list[Signal], int, int]:
    """Signals to draw, from the top down, and the window ``[start, stop)`` in steps.

    Raises
    ------
    UnknownNameError
        For an array or a population that was not recorded.
    ValidationError
        For arrays, neurons, thresholds, spikes or a window that do not fit.
    """
    recording = source if isinstance(source, RecordingLike) else None
    if recording is not None:
        if times is not None:
            raise invalid("", "times", "times for a recording", "times with plain arrays only")
        found = [_recorded(recording, name) for name in _expand(names, recording)]
        first, last = int(recording.start), int(recording.start) + int(recording.steps)
    else:
        found = _plain(source, names, times)
        filled = [f.times for f in found if f.times.size]
        first = int(np.floor(min((t[0] for t in filled), default=0)))
        last = int(np.floor(max((t[-1] for t in filled), default=0))) + 1
    start, stop = resolve_window(window, first, last, clip=recording is not None)
    check_names_in(neurons, [f.population for f in found])
    return [_signal(f, recording, neurons, start, stop, threshold, spikes, len(found) == 1) for f in found], start, stop


def _expand(names: Names | None, recording: RecordingLike) -> list[str]:
    """Names of recorded arrays; the name of a population stands for all of its arrays."""
    known = [name for name in recording.names if not name.endswith(SPIKES_SUFFIX)]
    if not known:
        raise ValidationError('The recording holds spikes only. Probe a variable, as in net.probe(hidden, ["v"]).')
    if names is None:
        return known
    out: list[str] = []
    for name in names_of(names, "names"):
        if name in known:
            out.append(name)
            continue
        own = [array for array in known if array.rpartition(".")[0] == name]
        if not own:
            raise unknown("recorded array", name, [*known, *dict.fromkeys(n.rpartition(".")[0] for n in known)])
        out.extend(own)
    if not out:
        raise invalid("", "names", "an empty list", "names, or None for all")
    return list(dict.fromkeys(out))


def _recorded(recording: RecordingLike, name: str) -> _Found:
    population, _, variable = name.rpartition(".")
    neurons = np.asarray(recording.neurons(name), np.int64)
    values = np.asarray(recording[name])
    values = values.reshape(len(values), neurons.size)  # rows of weights may have axes
    unit = "synapse" if variable in PER_SYNAPSE else "neuron"
    return _Found(population, variable, name, np.asarray(recording.times(name)), values, neurons, unit)


def _plain(source: Any, names: Names | None, times: ArrayLike | None) -> list[_Found]:
    arrays = dict(source) if isinstance(source, Mapping) else {"": source}
    if names is not None:
        picked = names_of(names, "names")
        for name in picked:
            if name not in arrays:
                raise unknown("array", name, [name for name in arrays if name])
        arrays = {name: arrays[name] for name in picked}
    if not arrays:
        raise invalid("", "source", "no array", "at least one array (steps, neurons)")
    out = []
    for name, array in arrays.items():
        where = f'array "{name}"' if name else ""
        values = numbers(where, "values", array)
        if values.ndim == 1:
            values = values[:, None]
        if values.ndim != 2 or values.shape[1] == 0:
            raise invalid(where, "values", f"an array of shape {values.shape}", "(steps,) or (steps, neurons)")
        at = np.arange(values.shape[0]) if times is None else numbers(where, "times", times)
        if at.shape != values.shape[:1]:
            raise invalid(where, "times", f"{at.size} times", f"one for each of the {values.shape[0]} rows")
        if np.any(np.diff(at) < 0):
            raise invalid(where, "times", "times that fall", "times in rising order", advice="Sort them with the rows.")
        population, _, variable = name.rpartition(".")
        neurons = np.arange(values.shape[1], dtype=np.int64)
        out.append(_Found(population, variable, name or "value", at, values, neurons))
    return out


def _signal(
    found: _Found,
    recording: RecordingLike | None,
    neurons: Neurons | None,
    start: int,
    stop: int,
    threshold: bool | ArrayLike,
    spikes: bool | SpikeSource,
    alone: bool,
) -> Signal:
    chosen = choose(neurons, found.population, found.neurons)
    asked = neurons is not None and not (isinstance(neurons, Mapping) and found.population not in neurons)
    if not asked:
        chosen = chosen[:MOST_BY_DEFAULT]
    column_of = {int(neuron): column for column, neuron in enumerate(found.neurons)}
    columns = [column_of[int(neuron)] for neuron in chosen]
    begin, end = np.searchsorted(found.times, [start, stop], side="left")
    marked = alone or found.variable == VOLTAGE
    return Signal(
        label=found.label,
        times=found.times[begin:end],
        values=found.values[begin:end, columns],
        neurons=chosen,
        whole=int(chosen.size if asked else found.neurons.size),
        unit=found.unit,
        thresholds=_thresholds(threshold, found, recording, chosen) if marked else None,
        spikes=_spike_steps(spikes, found, recording, chosen, start, stop) if marked else None,
    )


def _thresholds(
    given: bool | ArrayLike, found: _Found, recording: RecordingLike | None, chosen: IntArray
) -> NDArray[Any] | None:
    """Threshold of each neuron: the one given, or with True that of the recorded population for its v."""
    if isinstance(given, np.bool_):
        given = bool(given)
    if given is False:
        return None
    size = int(found.neurons.max(initial=-1)) + 1
    if given is True:
        if recording is None or found.variable != VOLTAGE or found.population not in recording.populations:
            return None
        about = recording.populations[found.population]
        if about.get("vth") is None:
            return None
        size = int(about.get("size", size))
        given = np.asarray(about["vth"])
    levels = numbers("", "threshold", given)
    if levels.ndim > 1 or (levels.ndim == 1 and levels.size not in (1, size)):
        raise invalid("", "threshold", f"an array of shape {levels.shape}", f"one number, or one a neuron, ({size},)")
    return np.broadcast_to(levels, (size,))[chosen]


def _spike_steps(
    given: bool | SpikeSource, found: _Found, recording: RecordingLike | None, chosen: IntArray, start: int, stop: int
) -> list[IntArray] | None:
    """Spike steps of each neuron: of those given, or with True of those recorded of the population for its v."""
    if isinstance(given, np.bool_):
        given = bool(given)
    if given is False:
        return None
    if given is True:
        name = found.population
        if recording is None or found.variable != VOLTAGE or name + SPIKES_SUFFIX not in recording.names:
            return None
        given = recording.spikes(name)
    events = read_events(given)
    if isinstance(given, np.ndarray) and events.size <= chosen.max(initial=-1):
        raise invalid("", "spikes", f"spikes of {events.size} neurons", f"those of neurons {listed(chosen)}")
    keep = (events.times >= start) & (events.times < stop) & np.isin(events.indices, chosen)
    times, indices = events.times[keep], events.indices[keep]
    return [np.sort(times[indices == neuron]) for neuron in chosen]
