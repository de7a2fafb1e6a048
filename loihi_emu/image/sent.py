"""What an input sends in one step, in place of what is listed for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from loihi_emu.jit import directly
from loihi_emu.models import inputs as at
from loihi_emu.models.inputs import takes
from loihi_emu.models.memory import Array, Table

STEP, TOTAL, VALUED = (at.SENT.starts[name] for name in ("step", "total", "valued"))


class Sent:
    """The events that an input sends in the step that is to come.

    Parameters
    ----------
    size : int
        Neurons of the input.
    payloads : bool
        Whether its events have values.
    zeros : bool
        Whether an event of value 0 is one.
    """

    def __init__(self, size: int, payloads: bool, zeros: bool) -> None:
        self.size, self.zeros = size, zeros
        self.neurons: NDArray[np.int64] = np.zeros(size, np.int64)
        self.payloads: NDArray[np.float64] | None = np.zeros(size) if payloads else None
        self._known = np.array([np.inf, -np.inf])  # the range of values that were looked at
        self.table = Table(at.SENT, 1)
        d = self.table[0]
        d.step, d.size, d.neurons, d.payloads = at.NO_STEP, size, self.neurons, self.payloads
        d.known, d.zeros = self._known, int(zeros)
        self._words: Any = d.words.data  # quicker to write to than an array
        self._address = d.address
        self._takes: Callable[[int, int], bool] | None = None

    def take(self, neurons: Array, payloads: Array | None = None) -> bool:
        """Have these integers sent, if they are neurons in rising order, with payloads that are known: whether so."""
        count = len(neurons)
        if count > self.size:
            return False
        self.neurons[:count] = neurons
        if self.payloads is not None:
            self._words[VALUED] = payloads is not None
            if payloads is not None:
                self.payloads[:count] = payloads
        if self._takes is None:  # what is never sent to compiles nothing
            self._takes = directly(takes)
        return self._takes(self._address, count)

    def put(self, neurons: Array, payloads: Array | None = None) -> None:
        """Have events sent that were looked at."""
        count = self._words[TOTAL] = len(neurons)
        self.neurons[:count] = neurons
        if self.payloads is not None:
            self.payloads[:count] = 1 if payloads is None else payloads

    def at(self, step: int) -> None:
        """Send them in this step; or never, if it is NO_STEP."""
        self._words[STEP] = step

    def knows(self, values: Array) -> bool:
        """Whether values lie within those that were looked at before (:meth:`know`)."""
        low, high = self._known
        return bool(low <= values.min() and values.max() <= high)

    def know(self, values: Array) -> None:
        """These values were looked at."""
        if len(values):
            low, high = self._known
            self._known[:] = min(low, values.min()), max(high, values.max())
