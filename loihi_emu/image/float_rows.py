"""Sparse synapses in float64 as kernels read them: rows by source neuron in the order of the parts, which sums show."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from loihi_emu.image.rows import Window


class FloatSynapses(NamedTuple):
    """Synapses of one connection, grouped by source neuron.

    Attributes
    ----------
    sources : int64 array
        Source neurons (within the source's list) in ascending order, one per row.
    indptr : int64 array
        Row r holds synapses ``indptr[r]:indptr[r + 1]``.
    targets : int32 array
        Accumulators of a slot of the ring.
    weights, delays : arrays
        Effective weights and delays, one per synapse; delays None when none vary.
    """

    sources: NDArray[np.int64]
    indptr: NDArray[np.int64]
    targets: NDArray[np.int32]
    weights: NDArray[Any]
    delays: NDArray[Any] | None


class FloatRows(NamedTuple):
    """Where rows start (sources + 1), targets, weights and delays."""

    starts: NDArray[np.int64]
    targets: NDArray[np.int32]
    weights: NDArray[np.float64]
    delays: NDArray[np.uint8] | None


def float_rows(parts: list[FloatSynapses], sources: int, window: Window | None) -> FloatRows:
    """Bring the synapses of several connections into one row per source neuron.

    Parameters
    ----------
    parts : list of Synapses
        All with delays, or none.
    sources : int
        Neurons in the source's list.
    window : Window or None
        Accumulators that are asked for; targets are counted from its first.
    """
    keys = np.concatenate([np.repeat(part.sources, np.diff(part.indptr)) for part in parts])
    targets = np.concatenate([part.targets for part in parts])
    order = np.argsort(keys, kind="stable")
    if window is not None:
        order = order[window.holds(targets[order])]
        targets = targets - np.int32(window.first)
    starts = np.zeros(sources + 1, np.int64)
    np.cumsum(np.bincount(keys[order], minlength=sources), out=starts[1:])
    weights = np.concatenate([part.weights for part in parts])[order].astype(np.float64)
    delays = [part.delays for part in parts if part.delays is not None]
    steps = np.concatenate(delays)[order].astype(np.uint8) if delays else None
    return FloatRows(starts, targets[order], weights, steps)
