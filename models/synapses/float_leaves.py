"""The leaves of a kind of synapses in float64: of events whose payloads are integers, and float64 themselves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from loihi_emu.jit import Leaf, leaf, whole
from loihi_emu.models.by_name import plain
from loihi_emu.models.records import Record


def float_leaves(deliver: Callable[..., None], record: Record, valued: Record) -> tuple[Leaf, Leaf]:
    """Make the leaves ``step_float`` and ``step_valued`` of a module.

    Parameters
    ----------
    deliver : kernel
        ``(d, time, graded, payload)``: deliver this step's events, multiplied by their payloads if `graded`.
    record, valued : Record
        What they read.
    """

    def step_float(address: int, time: int) -> None:
        """Deliver this step's events through float64 weights."""
        d: Any = record(address)
        graded = d.graded != 0 and bool(d.payload)
        deliver(d, time, graded, whole(d.payload if graded else d.index, d.count[0]))

    def step_valued(address: int, time: int) -> None:
        """Deliver this step's events, whose payloads are float64, through float64 weights."""
        d: Any = valued(address)
        deliver(d, time, d.graded != 0, whole(d.payload, d.count[0]))

    for step in (step_float, step_valued):
        step.__module__, step.__qualname__ = plain(deliver).__module__, step.__name__
    return leaf(step_float), leaf(step_valued)
