"""Spikes as columns with names: structured arrays of event cameras and microphones, dicts, data frames.

There is a time (``t``, ``ts``, ``time``, ``times``, ``timestamp``), and either a neuron (``i``, ``idx``, ``index``,
``indices``, ``neuron``, ``neurons``, ``id``, ``ids``) or places: ``x``, ``y``, ``p`` (``polarity``, ``pol``). Places
go onto the shape of the neurons: (height, width) takes x and y, (height, width, 2) and (2, height, width) also the
polarity (where both fit, the polarity is the last axis), (n,) takes x alone, (n, 2) and (2, n) x and the polarity.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from loihi_emu.errors import ValidationError
from loihi_emu.network.shapes import Shape
from loihi_emu.numeric import ranged, whole
from loihi_emu.user_warnings import warn

Integers = NDArray[np.int64]
Refuse = Callable[..., ValidationError]

MEANS = {
    "t": "t", "ts": "t", "time": "t", "times": "t", "timestamp": "t", "timestamps": "t", "spike_times": "t",
    "i": "i", "idx": "i", "index": "i", "indices": "i", "neuron": "i", "neurons": "i", "id": "i", "ids": "i",
    "x": "x", "y": "y", "p": "p", "pol": "p", "polarity": "p", "polarities": "p",
    "payload": "payload", "payloads": "payload",
}  # fmt: skip
KNOWN = "Fields are t with i, or t with x, y and p (polarity); payloads are a field payload."
MICROSECONDS = 100_000
"""A last event in this step or later: cameras count microseconds."""


def named(names: Iterable[str]) -> bool:
    """Whether some of these name a time and some a neuron or a place."""
    found = {MEANS.get(name.lower()) for name in names}
    return "t" in found and bool(found & {"i", "x"})


def events(
    columns: Mapping[str, Any], where: str, shape: Shape | None, refuse: Refuse
) -> tuple[Integers, Integers, Integers | None]:
    """Times, indices and payloads of columns by name.

    Raises
    ------
    ValidationError
        An unknown or a doubled field, a field that nothing reads, places without a shape that takes them.
    """
    fields: dict[str, Any] = {}
    for name, values in columns.items():
        meaning = MEANS.get(str(name).lower())
        if meaning is None or meaning in fields:
            what = "unknown" if meaning is None else "second"
            raise refuse(f'events with the {what} field "{name}"', f"{KNOWN} Leave the others out.")
        fields[meaning] = _column(values, where, str(name), refuse)
    if "t" not in fields or not fields.keys() & {"i", "x"}:
        raise refuse(f"events with fields {', '.join(columns)}", KNOWN)
    lengths = {name: len(values) for name, values in fields.items()}
    if len(set(lengths.values())) > 1:
        raise refuse(
            "events with " + ", ".join(f"{n} {name}" for name, n in lengths.items()), "Fields are equally long."
        )
    times = fields["t"]
    if "i" in fields:
        unread = fields.keys() & {"x", "y", "p"}
        if unread:
            given = f"events with i and {', '.join(sorted(unread))}"
            raise refuse(given, "Neurons are numbered or have places, not both.")
        indices = fields["i"]
    else:
        indices = _placed(fields, where, shape, refuse)
        _warn_of_microseconds(times, where)
    return times, indices, fields.get("payload")


def _column(values: Any, where: str, name: str, refuse: Refuse) -> Integers:
    array = np.asarray(values)
    if array.ndim != 1:
        raise refuse(f'events with a field "{name}" of shape {array.shape}', "A field has one value per event.")
    if array.dtype.kind in "mM":
        raise refuse(f'events with a field "{name}" in units of time', "Times are whole steps.")
    advice = "Times are whole steps: np.round(t / dt).astype(int)." if MEANS[name.lower()] == "t" else ""
    return whole(where, f'spikes, field "{name}"', array, advice)


def _placed(fields: Mapping[str, Integers], where: str, shape: Shape | None, refuse: Refuse) -> Integers:
    """Indices of places: row y, column x, channel p."""
    both = "p" in fields and len(np.unique(fields["p"])) > 1
    wanted = [name for name in ("y", "x") if name in fields]
    if shape is None:
        raise refuse("events with x and y", "Without a shape of the neurons use (times, indices).")
    long = tuple(shape)
    axes: list[str] | None = None
    if len(long) == len(wanted):
        axes = wanted
    elif len(long) == len(wanted) + 1:
        if long[-1] == 2:
            axes = [*wanted, "p"]
        elif long[0] == 2:
            axes = ["p", *wanted]
        elif long[-1] == 1:
            axes, long = wanted, long[:-1]
    if axes is None:
        advice = f"Give the input a shape: {'(height, width)' if 'y' in fields else '(n,)'}, with 2 for the polarity."
        raise refuse(f"events with {', '.join(k for k in ('x', 'y', 'p') if k in fields)} for shape {shape}", advice)
    if "p" in axes and "p" not in fields:
        raise refuse(f"events without a polarity for shape {shape}", "Give them a field p, or the input another shape.")
    if both and "p" not in axes:
        advice = f"Shape {(*shape, 2)} keeps the polarities apart; without the field p they are added."
        raise refuse(f"events of two polarities for shape {shape}", advice)
    places = []
    for axis, name in enumerate(axes):
        values = _polarity(fields[name], refuse) if name == "p" else fields[name]
        ranged(where, f"spikes, field {name}", values, 0, long[axis] - 1, f"The input has shape {shape}.")
        places.append(values)
    return np.ravel_multi_index(tuple(places), long).astype(np.int64) if places[0].size else places[0]


def _polarity(values: Integers, refuse: Refuse) -> Integers:
    found = np.unique(values)
    if not (np.isin(found, (0, 1)).all() or np.isin(found, (-1, 1)).all()):
        raise refuse(f"polarities {', '.join(map(str, found[:5]))}", "Polarities are 0 and 1, or -1 and 1.")
    return (values > 0).astype(np.int64)


def _warn_of_microseconds(times: Integers, where: str) -> None:
    last = int(times.max(initial=0))
    if last >= MICROSECONDS:
        warn(
            f"{where}: the last event comes in step {last}. Times count steps; those of cameras are often "
            "microseconds, of which events['t'] // 1000 makes steps of 1 ms."
        )
