"""What was counted in each sample of a recording of samples."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

FIELDS = ("q", "u", "x", "v")
"""Overflow counters, in the order of columns."""
PREFIX = "counted."
"""Begins the names of these arrays in files."""


@dataclass(frozen=True, eq=False)
class SampleCounts:
    """Counters of samples, one row each; the last may be of an unfinished one.

    Attributes
    ----------
    nodes : sequence of str
        Populations and inputs, the columns of `spikes`.
    neurons : sequence of str
        Populations alone, of `overflow`.
    spikes : int64 array (samples, nodes)
    overflow : int64 array (samples, neurons, 4)
        q, u, x, v.
    events, wraps : int64 array (samples,)
        Synaptic events, and sums of convolutions that wrapped.
    wall_s : float64 array (samples,)
        Wall time in seconds.
    """

    nodes: Sequence[str]
    neurons: Sequence[str]
    spikes: NDArray[np.int64]
    overflow: NDArray[np.int64]
    events: NDArray[np.int64]
    wraps: NDArray[np.int64]
    wall_s: NDArray[np.float64]

    def stats(self, k: int) -> dict[str, Any]:
        """The counters of sample k, as in ``Recording.stats``."""
        rows = zip(self.neurons, self.overflow[k].tolist(), strict=True)
        return {
            "spikes": dict(zip(self.nodes, self.spikes[k].tolist(), strict=True)),
            "synaptic_events": int(self.events[k]),
            "overflow": {name: dict(zip(FIELDS, row, strict=True)) for name, row in rows},
            "convolution_wraps": int(self.wraps[k]),
        }

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Everything but the names, by its name in files."""
        parts = ("spikes", "overflow", "events", "wraps", "wall_s")
        return {PREFIX + part: getattr(self, part) for part in parts}
