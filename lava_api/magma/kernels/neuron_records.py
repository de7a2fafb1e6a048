"""The record of a kernel of neurons: what it has in common with a network's, and its parameters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from loihi_emu.models import layout as at
from loihi_emu.models.memory import Array, Description, SourceLists, aligned
from loihi_emu.models.records import Record


class Parameters:
    """Parameter arrays of so many neurons in the form of kernels: one block of equal values, or a value per neuron."""

    def __init__(self, description: Description, n: int) -> None:
        self.description = description
        self.n = n

    def put(self, name: str, values: Any) -> None:
        """Write one parameter, a scalar or as many values as neurons."""
        array = np.asarray(values).reshape(-1)
        varies = array.size > 1 and not (array == array[0]).all()
        full = aligned(self.n if varies else min(at.BLOCK, self.n), self.description.record.field(name).of)
        full[:] = array if varies else array[0]
        self.description.parameter(name, full, varies)


def neuron_description(
    record: Record,
    n: int,
    lists: SourceLists | None,
    states: Mapping[str, Array],
    arrives: Array,
    sends: Array | None,
) -> Description:
    """Return the description of a kernel of neurons; its record is made by :func:`loihi_emu.models.layout.neurons`.

    Parameters
    ----------
    record, n
        What is described, of how many neurons.
    lists : SourceLists or None
        Where it lists who spiked.
    states : dict
        State variables by their names in the record.
    arrives, sends : ndarray
        The message that arrives and the one that is sent; None when nobody reads it as an array.
    """
    d = Description(record)
    if lists is None:
        d.count = np.zeros(1, np.int64)
    else:
        lists.describe(d)
    d.n, d.slots, d.flags = n, 1, at.MESSAGE
    d.mask, d.ring, d.message = aligned(at.SCRATCH, np.uint8), arrives, sends
    d.bounds, d.populations, d.counters = np.array([0, n], np.int64), 1, np.zeros(at.COUNTERS, np.int64)
    d.paths = np.ones(-(-n // at.BLOCK), np.uint8)
    for name, array in states.items():
        d.point(name, array)
    return d
