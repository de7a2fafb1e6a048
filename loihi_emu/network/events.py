"""Input spikes as users give them, turned into sorted lists of events."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from loihi_emu.chips.chip import LOIHI2
from loihi_emu.errors import invalid
from loihi_emu.network import spike_forms, spike_words
from loihi_emu.network.shapes import Shape, one_or_each
from loihi_emu.numeric import MAX_STEPS, finite, ranged, whole
from loihi_emu.user_warnings import warn

Integers = NDArray[np.int64]
PAYLOAD_BITS = int(LOIHI2.payload_bits or 0)
"""Width of graded payloads, signed: Loihi 2's, with its source in the chip's facts; for Loihi 1 too, which has none."""
PAYLOAD_MAX = (1 << (PAYLOAD_BITS - 1)) - 1
PAYLOAD_ADVICE = f"Payloads are signed integers of {PAYLOAD_BITS} bits (LOIHI2.payload_bits)."


LARGEST = float(1 << 50)
"""Largest magnitude of payloads in float64, as of weights."""


def sorted_events(
    spikes: Any, payloads: Any, shape: Shape, where: str, *, floats: bool = False
) -> tuple[Integers, Integers, Any]:
    """Sort and check events.

    Parameters
    ----------
    spikes : object
        In any form of :mod:`loihi_emu.network.spike_forms`, in any order.
    payloads : array or None
        One number per event, for forms that have none themselves.
    shape : tuple of int
        Of the input.
    where : str
        For messages.
    floats : bool
        Whether payloads may have fractions.

    Returns
    -------
    times, indices, payloads : int64 arrays
        In order of (time, index); payloads None when all are 1, float64 where some are no integers of 32 bits.

    Raises
    ------
    ValidationError
        No form of spikes, or one that could mean two things; negative times, indices out of range.

    Examples
    --------
    >>> sorted_events(([3, 1], [0, 2]), None, (4,), "input")[0].tolist()
    [1, 3]
    """
    given = spike_forms.read(spikes, where, shape, floats)
    times, indices, values = given.times, given.indices, given.payloads
    if payloads is not None:
        if values is not None:
            raise invalid(where, "payloads", "payloads beside spikes that have some", "payloads in the array itself")
        values = np.asarray(payloads)
        if values.shape != times.shape:
            raise invalid(where, "payloads", f"{values.size} for {times.size} events", "one per event")
    size = prod(shape)
    with spike_words.naming_ways(shape):
        ranged(where, "spike times", times, 0, MAX_STEPS, "The first step is 0.")
        ranged(where, "spike indices", indices, 0, size - 1, f"The input has {size} neurons.")
    if values is not None:
        values = checked_payloads(values, where, floats)
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


def checked_payloads(values: Any, where: str, floats: bool) -> Any:
    """Payloads as int64, or as float64 if they may be and are no integers of 32 bits."""
    if floats:
        numbers = finite(where, "payloads", values)
        if np.any(numbers % 1) or np.any(np.abs(numbers) > PAYLOAD_MAX):
            return ranged(where, "payloads", numbers.astype(np.float64), -LARGEST, LARGEST)
    return ranged(where, "payloads", whole(where, "payloads", values), -PAYLOAD_MAX - 1, PAYLOAD_MAX, PAYLOAD_ADVICE)


def check_sorted(times: Integers, indices: Integers, payloads: Any, size: int, where: str) -> None:
    """Raise unless these are events as :func:`sorted_events` returns them, for an input of so many neurons."""
    ranged(where, "spike times", times, 0, MAX_STEPS, "The first step is 0.")
    ranged(where, "spike indices", indices, 0, size - 1, f"The input has {size} neurons.")
    if not _in_order(times, indices):
        raise invalid(where, "spikes", "events out of order", "events in order of (time, index)")
    if payloads is not None:
        checked_payloads(payloads, where, floats=payloads.dtype.kind == "f")
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
            "Emulator.step to them, or reset()."
        )


def event_rate(rate: Any, shape: Shape, where: str) -> NDArray[np.float64]:
    """Check the probabilities of a Poisson input: 0..1, a scalar or one per neuron."""
    array = finite(where, "rate", rate).astype(np.float64)
    array = one_or_each(where, "rate", array, shape)
    ranged(where, "rate", array, 0.0, 1.0, "It is a probability per step: divide a rate in Hz by 1000 for 1 ms steps.")
    return array
