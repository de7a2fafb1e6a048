"""Spike events for a plot, brought into one form from whatever the user gave."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from loihi_emu.errors import ValidationError, invalid, unknown
from loihi_emu.memory.room import room_for
from loihi_emu.network import spike_forms, spike_words
from loihi_emu.network.checks import MAX_NEURONS
from loihi_emu.network.elements import Connection, Input, Population, name_of
from loihi_emu.network.slices import Selection, Slice
from loihi_emu.numeric import integer
from loihi_emu.plots._source import (
    IntArray,
    Neurons,
    RecordingLike,
    SpikesLike,
    Window,
    check_names_in,
    choose,
    resolve_window,
)

MOST_UNASKED = 1 << 24
"""An index alone makes no more rows than this: a number of neurons must be given for more."""
ROW_BYTES = 24
"""Bytes that a row takes while it is drawn."""
SPIKES_SUFFIX = ".spikes"

Named: TypeAlias = "str | Population | Input | Connection"
Names: TypeAlias = "Named | Sequence[Named]"
SpikeSource: TypeAlias = "SpikesLike | tuple[Any, ...] | NDArray[Any] | Sequence[Any] | Mapping[Any, Any]"


@dataclass(frozen=True)
class PopulationSpikes:
    """All spikes of one population: step and neuron of each, the number of neurons, and the steps they span.

    ``recorded`` is which neurons were recorded, None for all of them.
    """

    times: IntArray
    indices: IntArray
    size: int
    steps: tuple[int, int]
    recorded: IntArray | None = None


@dataclass(frozen=True)
class RasterBand:
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


def read_events(source: SpikeSource, where: str = "") -> PopulationSpikes:
    """Read spikes in any form of :mod:`loihi_emu.network.spike_forms`, or as a tuple (times, indices, size)."""
    size: int | None = None
    if isinstance(source, tuple) and len(source) == 3:
        size = integer(where, "size", source[2], 0, MAX_NEURONS, "A third entry is the number of neurons.")
        source = source[:2]
    found = spike_forms.read(source, where)
    indices, size = found.indices, found.size if size is None else size
    if size is None:
        size = int(indices.max(initial=-1)) + 1 if indices.size else 1
        if size > MOST_UNASKED:
            allowed = f"0..{MOST_UNASKED - 1}, unless their number is given: (times, indices, size)"
            raise invalid(where, "spikes", f"the neuron index {size - 1}", allowed)
    if indices.size and (indices.min() < 0 or indices.max() >= size):
        wrong = int(indices.min()) if indices.min() < 0 else int(indices.max())
        raise invalid(where, "spikes", f"the neuron index {wrong}", f"0..{size - 1}")
    times = found.times
    steps = (int(times.min(initial=0)), int(times.max(initial=0)) + 1) if found.steps is None else (0, found.steps)
    return PopulationSpikes(times, indices, size, steps)


def gather(
    source: RecordingLike | Mapping[str, SpikeSource] | SpikeSource,
    populations: Names | None,
    neurons: Neurons | None,
    window: Window | None,
) -> tuple[list[RasterBand], int, int]:
    """Groups to draw, in order, and the window ``[start, stop)`` in steps.

    Raises
    ------
    UnknownNameError
        For a population without recorded spikes; the message lists near names.
    ValidationError
        For arrays, neurons or a window that do not fit; the message says which.
    """
    found: dict[str, PopulationSpikes] = {}
    if isinstance(source, RecordingLike):
        known = [name.removesuffix(SPIKES_SUFFIX) for name in source.names if name.endswith(SPIKES_SUFFIX)]
        if not known:
            raise ValidationError('The recording holds no spikes. Probe them, as in net.probe(hidden, ["spikes"]).')
        for name in picked(populations, known):
            events = read_events(source.spikes(name), f'population "{name}"')
            found[name] = replace(events, recorded=np.asarray(source.neurons(name + SPIKES_SUFFIX), np.int64))
        steps = (int(source.start), int(source.start) + int(source.steps))
    else:
        if isinstance(source, str):
            raise invalid("", "spikes", source, f"a recording, {spike_words.ways(None)}")
        named = isinstance(source, Mapping) and not spike_forms.is_one(source)
        sources: Mapping[str, Any] = source if named else {"": source}  # type: ignore[assignment]
        if not sources:
            raise invalid("", "spikes", "an empty mapping", "at least one population")
        for name in picked(populations, list(sources)):
            found[name] = read_events(sources[name], f'population "{name}"' if name else "")
        steps = (min(e.steps[0] for e in found.values()), max(e.steps[1] for e in found.values()))
    check_names_in(neurons, found)
    start, stop = resolve_window(window, *steps, clip=isinstance(source, RecordingLike))
    return [_group(name, events, neurons, start, stop) for name, events in found.items()], start, stop


def names_of(given: Names, argument: str) -> list[str]:
    """A name or several, or what has one (a population, an input, a connection), as a list; each once."""
    several = given if isinstance(given, Iterable) and not isinstance(given, str) else [given]
    for one in several:
        if not isinstance(one, (str, Population, Input, Connection)):
            advice = ""
            if isinstance(one, Slice):
                part = f"slice({one.start}, {one.stop}, {one.step})"
                if isinstance(one, Selection):
                    part = f"[{', '.join(map(str, one.indices[:3].tolist()))}{', ...' if one.size > 3 else ''}]"
                advice = f'For part of "{one.target.name}" give neurons={part}.'
            raise invalid(
                "",
                argument,
                repr(one),
                "a population, an input, a connection, a name, or a list of such",
                advice=advice,
            )
    return list(dict.fromkeys(name_of(name) for name in several))


def picked(names: Names | None, known: Sequence[str]) -> list[str]:
    """The names asked for, each once, in the order given; all that are known for None."""
    if names is None:
        return list(known)
    asked = names_of(names, "populations")
    if not asked:
        raise invalid("", "populations", "an empty list", "names, or None for all")
    for name in asked:
        if name not in known:
            raise unknown("population with recorded spikes", name, known)
    return asked


def _group(name: str, events: PopulationSpikes, neurons: Neurons | None, start: int, stop: int) -> RasterBand:
    room_for(name or "spikes", {f"rows of {events.size:,} neurons": ROW_BYTES * events.size}, "Give fewer neurons.")
    whole = np.arange(max(events.size, 1), dtype=np.int64)
    chosen = choose(neurons, name, whole if events.recorded is None else events.recorded)
    keep = (events.times >= start) & (events.times < stop)
    times, indices = (events.times, events.indices) if keep.all() else (events.times[keep], events.indices[keep])
    if chosen.size == events.size and np.all(np.diff(chosen) == 1):
        return RasterBand(name, chosen, times, indices)
    row_of = np.full(max(events.size, 1), -1, np.int64)
    row_of[chosen] = np.arange(chosen.size)
    rows = row_of[indices]
    return RasterBand(name, chosen, times[rows >= 0], rows[rows >= 0])
