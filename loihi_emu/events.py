"""Input spikes as users give them, turned into sorted lists of events."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from loihi_emu.elements import Shape, fits, one_or_each
from loihi_emu.errors import LoihiInputWarning, finite, invalid, ranged, whole
from loihi_emu.user_warnings import warn

Integers = NDArray[np.int64]
LATEST = 1 << 62
"""Largest step of an event."""
PAYLOAD_MAX = (1 << 23) - 1
"""Graded payloads are 24-bit signed integers, as Lava has them; the press gives up to 32 bits for Loihi 2."""


def sorted_events(spikes: Any, payloads: Any, shape: Shape, where: str) -> tuple[Integers, Integers, Integers | None]:
    """Sort and check events.

    Parameters
    ----------
    spikes : (times, indices) or array of shape (steps, size)
        Event lists in any order, or a dense array: an entry that is not 0 is an event; entries other than 0 and 1 are
        payloads.
    payloads : array or None
        One integer per event of the lists.
    shape : tuple of int
        Of the input.
    where : str
        For messages.

    Returns
    -------
    times, indices, payloads : int64 arrays
        In order of (time, index); payloads None when all are 1.

    Raises
    ------
    ValidationError
        Negative times, indices out of range, lists of different lengths, wrong shapes.

    Examples
    --------
    >>> sorted_events(([3, 1], [0, 2]), None, (4,), "input")[0].tolist()
    [1, 3]
    """
    size = prod(shape)
    if spikes is None:
        raise invalid(where, "spikes", "nothing", f"(times, indices) or an array (steps, {size})")
    if is_pair(spikes, where):
        times, indices = whole(where, "spike times", spikes[0]), whole(where, "spike indices", spikes[1])
        if times.shape != indices.shape:
            raise invalid(where, "spikes", f"{times.size} times and {indices.size} indices", "one index per time")
        values = None
        if payloads is not None:
            values = whole(where, "payloads", payloads)
            if values.shape != times.shape:
                raise invalid(where, "payloads", f"{values.size} for {times.size} events", "one per event")
    else:
        times, indices, values = _from_dense(spikes, payloads, shape, where)
    if times.ndim != 1:
        raise invalid(where, "spikes", f"times of shape {times.shape}", "flat lists of times and indices")
    ranged(where, "spike times", times, 0, LATEST, "The first step is 0.")
    ranged(where, "spike indices", indices, 0, size - 1, f"The input has {size} neurons.")
    if values is not None:
        ranged(where, "payloads", values, -PAYLOAD_MAX - 1, PAYLOAD_MAX, "Payloads are 24-bit signed integers.")
        keep = values != 0
        if not keep.all():
            times, indices, values = times[keep], indices[keep], values[keep]
    if times.size and not _in_order(times, indices):
        order = np.lexsort((indices, times))
        times, indices = times[order], indices[order]
        values = None if values is None else values[order]
    if values is not None and np.all(values == 1):
        values = None
    return times, indices, values


def per_step(shape: Shape, before: str = "") -> str:
    """The shapes that a dense array of events may have."""
    flat = f"({before}steps, {prod(shape)})"
    return flat if len(shape) == 1 else f"{flat}, ({before}steps, {', '.join(map(str, shape))})"


def is_pair(spikes: Any, where: str) -> bool:
    """Whether these are (times, indices) rather than a dense array.

    A tuple of two is. A plain list of two rows may as well be meant as two steps, so it is neither.
    """
    if isinstance(spikes, list) and len(spikes) == 2:
        raise invalid(
            where, "spikes", "a list of two", "a tuple (times, indices), or an array",
            "Write (times, indices) for events, np.array(spikes) for two steps.",
        )  # fmt: skip
    if isinstance(spikes, tuple) and len(spikes) == 3:
        raise invalid(where, "spikes", "a tuple of three", "(times, indices)", "Payloads are an argument of their own.")
    return isinstance(spikes, tuple) and len(spikes) == 2


def _from_dense(spikes: Any, payloads: Any, shape: Shape, where: str) -> tuple[Integers, Integers, Integers | None]:
    array = whole(where, "spikes", finite(where, "spikes", spikes))
    size = prod(shape)
    if array.ndim < 2 or not fits(array.shape[1:], shape):
        raise invalid(
            where, "spikes", f"an array of shape {array.shape}", f"{per_step(shape)}, or a pair (times, indices)",
            "This is the transpose: pass it with .T." if array.ndim == 2 and len(array) == size else "",
        )  # fmt: skip
    if payloads is not None:
        raise invalid(where, "payloads", "payloads beside a dense array", "payloads in the array itself")
    flat = array.reshape(len(array), size)
    times, indices = np.nonzero(flat)
    return times.astype(np.int64), indices.astype(np.int64), flat[times, indices]


def check_sorted(times: Integers, indices: Integers, payloads: Integers | None, size: int, where: str) -> None:
    """Raise unless these are events as :func:`sorted_events` returns them, for an input of so many neurons."""
    ranged(where, "spike times", times, 0, LATEST, "The first step is 0.")
    ranged(where, "spike indices", indices, 0, size - 1, f"The input has {size} neurons.")
    if not _in_order(times, indices):
        raise invalid(where, "spikes", "events out of order", "events in order of (time, index)")
    if payloads is not None:
        ranged(where, "payloads", payloads, -PAYLOAD_MAX - 1, PAYLOAD_MAX, "Payloads are 24-bit signed integers.")
        if not payloads.all():
            raise invalid(where, "payloads", "some that are 0", "payloads other than 0")


def _in_order(times: Integers, indices: Integers) -> bool:
    later = times[1:] > times[:-1]
    return bool(np.all(later | ((times[1:] == times[:-1]) & (indices[1:] >= indices[:-1]))))


def warn_of_past(times: Integers, step: int, where: str) -> None:
    """Warn if events (their times ascend) that are given before a step are all over by then."""
    if len(times) and times[-1] < step:
        warn(
            f"{where}: all {len(times)} events come before step {step}, which is next. Times count from step 0: add "
            "Emulator.step to them, or reset().",
            LoihiInputWarning,
        )


def event_rate(rate: Any, shape: Shape, where: str) -> NDArray[np.float64]:
    """Check the probabilities of a Poisson input: 0..1, a scalar or one per neuron."""
    array = finite(where, "rate", rate).astype(np.float64)
    array = one_or_each(where, "rate", array, shape)
    ranged(where, "rate", array, 0.0, 1.0, "It is a probability per step: divide a rate in Hz by 1000 for 1 ms steps.")
    return array
