# mypy: allow-untyped-defs, allow-incomplete-defs
"""Kernels that sort synapses by target."""

import numpy as np

from loihi_emu.jit import entry


@entry
def transpose(indptr, targets, starts, synapses, stop):
    """Sort the synapses of sources by target.

    Parameters
    ----------
    indptr, targets : int64, int32 arrays
        Targets by source.
    starts : int64 array (targets + 1)
        Begins with where the first synapse goes, then zeros; filled with where those of each target begin.
    synapses : int32 array
        Filled with sources, target by target.
    stop : uint8 array of one
        Ends it when it becomes 1.
    """
    for e in range(targets.shape[0]):
        starts[targets[e] + 1] += 1
    places = np.empty(starts.shape[0] - 1, np.int64)
    for t in range(places.shape[0]):
        places[t] = starts[t]
        starts[t + 1] += starts[t]
    for i in range(indptr.shape[0] - 1):
        if stop[0]:
            return
        for e in range(indptr[i], indptr[i + 1]):
            t = targets[e]
            synapses[places[t]] = i
            places[t] += 1
