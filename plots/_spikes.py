"""Spike events for a plot, brought into one form from whatever the user gave."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from loihi_emu.errors import ValidationError, invalid, unknown
from loihi_emu.plots._source import (
    IntArray,
    Neurons,
    RecordingLike,
    SpikesLike,
    Window,
    check_names_in,
    choose,
    resolve_window,
    whole_numbers,
)
from loihi_emu.room import count_nonzero, room_for

MOST_UNASKED = 1 << 24
"""An index alone makes no more rows than this: a number of neurons must be given for more."""
ROW_BYTES = 24
"""Bytes that a row takes while it is drawn."""
SPIKES_SUFFIX = ".spikes"

SpikeSource: TypeAlias = "SpikesLike | tuple[Any, ...] | NDArray[Any] | list[list[int]]"


@dataclass(frozen=True)
class Events:
    """All spikes of one population: step and neuron of each, the number of neurons, and the steps they span.

    ``recorded`` is which neurons were recorded, None for all of them.
    """

    times: IntArray
    indices: IntArray
    size: int
    steps: tuple[int, int]
    recorded: IntArray | None = None


@dataclass(frozen=True)
class Group:
    """The spikes of one band of a raster.

    ``neurons`` is the neuron number of each row, (size,); ``times`` and ``rows`` are the step and the row of each
    spike, (k,), within the window and the selection.
    """

    name: str
    neurons: IntArray
    times: IntArray
    rows: IntArray

    @property
    def size(self) -> int:
        return int(self.neurons.size)


def read_events(source: SpikeSource, where: str = "") -> Events:
    """Read spikes from a Spikes object, a tuple (times, indices[, size]) or a dense array (steps, neurons)."""
    if isinstance(source, tuple):
        if len(source) not in (2, 3):
            raise invalid(where, "spikes", f"a tuple of {len(source)}", "(times, indices) or (times, indices, size)")
        times, indices = (whole_numbers(part, where, "spikes") for part in source[:2])
        size = int(source[2]) if len(source) == 3 else int(indices.max(initial=0)) + 1
        if len(source) == 2 and size > MOST_UNASKED:
            allowed = f"0..{MOST_UNASKED - 1}, unless their number is given: (times, indices, size)"
            raise invalid(where, "spikes", f"the neuron index {size - 1}", allowed)
    elif isinstance(source, SpikesLike) and not isinstance(source, np.ndarray):
        times = whole_numbers(source.times, where, "spikes")
        indices = whole_numbers(source.indices, where, "spikes")
        size = int(source.size)
    else:
        dense = np.asarray(source)
        if dense.ndim != 2 or dense.dtype.kind not in "biuf":
            given = f"an array of shape {dense.shape} and dtype {dense.dtype}" if dense.ndim else type(source).__name__
            allowed = "a recording, a tuple (times, indices), or a dense array of numbers (steps, neurons)"
            raise invalid(where, "spikes", given, allowed)
        spikes = count_nonzero(dense)
        room_for(where or "spikes", {f"{spikes:,} spikes": 16 * spikes})
        found = np.nonzero(dense) if spikes else (np.zeros(0, np.int64), np.zeros(0, np.int64))
        return Events(found[0].astype(np.int64), found[1].astype(np.int64), dense.shape[1], (0, dense.shape[0]))
    if times.size != indices.size:
        raise invalid(where, "spikes", f"{times.size} times and {indices.size} indices", "as many of each")
    if indices.size and (indices.min() < 0 or indices.max() >= size):
        wrong = int(indices.min()) if indices.min() < 0 else int(indices.max())
        raise invalid(where, "spikes", f"the neuron index {wrong}", f"0..{size - 1}")
    return Events(times, indices, size, (int(times.min(initial=0)), int(times.max(initial=0)) + 1))


def gather(
    source: RecordingLike | Mapping[str, SpikeSource] | SpikeSource,
    populations: str | Sequence[str] | None,
    neurons: Neurons | None,
    window: Window | None,
) -> tuple[list[Group], int, int]:
    """Groups to draw, in order, and the window ``[start, stop)`` in steps.

    Raises
    ------
    UnknownNameError
        For a population without recorded spikes; the message lists near names.
    ValidationError
        For arrays, neurons or a window that do not fit; the message says which.
    """
    found: dict[str, Events] = {}
    if isinstance(source, RecordingLike):
        known = [name.removesuffix(SPIKES_SUFFIX) for name in source.names if name.endswith(SPIKES_SUFFIX)]
        if not known:
            raise ValidationError('The recording holds no spikes. Probe them, as in net.probe(hidden, ["spikes"]).')
        for name in picked(populations, known):
            events = read_events(source.spikes(name), f'population "{name}"')
            found[name] = replace(events, recorded=np.asarray(source.neurons(name + SPIKES_SUFFIX), np.int64))
        steps = (int(source.start), int(source.start) + int(source.steps))
    else:
        sources = source if isinstance(source, Mapping) else {"": source}
        if not sources:
            raise invalid("", "spikes", "an empty mapping", "at least one population")
        for name in picked(populations, list(sources)):
            found[name] = read_events(sources[name], f'population "{name}"' if name else "")
        steps = (min(e.steps[0] for e in found.values()), max(e.steps[1] for e in found.values()))
    check_names_in(neurons, found)
    start, stop = resolve_window(window, *steps, clip=isinstance(source, RecordingLike))
    return [_group(name, events, neurons, start, stop) for name, events in found.items()], start, stop


def picked(names: str | Sequence[str] | None, known: Sequence[str]) -> list[str]:
    """The names asked for, each once, in the order given; all that are known for None."""
    if names is None:
        return list(known)
    asked = [names] if isinstance(names, str) else list(dict.fromkeys(names))
    if not asked:
        raise invalid("", "populations", "an empty list", "names, or None for all")
    for name in asked:
        if name not in known:
            raise unknown("population with recorded spikes", name, known)
    return asked


def _group(name: str, events: Events, neurons: Neurons | None, start: int, stop: int) -> Group:
    room_for(name or "spikes", {f"rows of {events.size:,} neurons": ROW_BYTES * events.size}, "Give fewer neurons.")
    whole = np.arange(max(events.size, 1), dtype=np.int64)
    chosen = choose(neurons, name, whole if events.recorded is None else events.recorded)
    keep = (events.times >= start) & (events.times < stop)
    times, indices = (events.times, events.indices) if keep.all() else (events.times[keep], events.indices[keep])
    if chosen.size == events.size and np.all(np.diff(chosen) == 1):
        return Group(name, chosen, times, indices)
    row_of = np.full(max(events.size, 1), -1, np.int64)
    row_of[chosen] = np.arange(chosen.size)
    rows = row_of[indices]
    return Group(name, chosen, times[rows >= 0], rows[rows >= 0])
