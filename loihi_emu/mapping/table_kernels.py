"""Kernels that sort synapses by target, and count what sources reach and send."""

from loihi_emu.jit import entry


@entry
def count_targets(indptr, indices, start, step, counts, first, last):
    """Count the synapses of sources first..last - 1 by target neuron."""
    for k in range(indptr[first], indptr[last]):
        counts[start + indices[k] * step] += 1


@entry
def sort_by_target(indptr, indices, start, step, places, sources, first, last):
    """Put sources first..last - 1 into the rows of their targets; `places` holds where the next one of a row goes."""
    for i in range(first, last):
        for k in range(indptr[i], indptr[i + 1]):
            t = start + indices[k] * step
            sources[places[t]] = i
            places[t] += 1


@entry
def sources_of(present, at, columns, sources):
    """List the sources of the synapses of a matrix (targets, sources) in `present` from `at` on, target by target."""
    n = 0
    while n < sources.shape[0]:
        for i in range(columns):
            if present[at + i]:
                sources[n] = i
                n += 1
        at += columns


@entry
def count_lists(indptr, indices, start, step, part, fanout, lists):
    """Add to each source the number of parts that its targets lie in, and to each part the number of its lists.

    Targets ascend, and parts with them.
    """
    for i in range(indptr.shape[0] - 1):
        last = -1
        found = 0
        for k in range(indptr[i], indptr[i + 1]):
            p = part[start + indices[k] * step]
            new = p != last
            found += new
            lists[p] += new
            last = p
        fanout[i] += found


@entry
def count_messages(core, sources, rates, cores, chip, x, y, sent, received, by_chip, sums):
    """Count what sources send to a core in a step.

    Parameters
    ----------
    core : int
    sources : int64 array
        Neurons of a population.
    rates : float64 array
        Spikes per step of all its neurons.
    cores : int32 array
        Their cores.
    chip, x, y : int32 arrays
        Chip, and column and row of the tile, of each core.
    sent, received : float64 arrays
        By core, messages between cores.
    by_chip : float64 array (chips, chips)
    sums : float64 array
        Messages within cores, tiles passed east-west and north-south within chips.
    """
    for i in sources:
        rate, before = rates[i], cores[i]
        if before == core:
            sums[0] += rate
            continue
        sent[before] += rate
        received[core] += rate
        by_chip[chip[before], chip[core]] += rate
        if chip[before] == chip[core]:
            sums[1] += rate * abs(x[before] - x[core])
            sums[2] += rate * abs(y[before] - y[core])
