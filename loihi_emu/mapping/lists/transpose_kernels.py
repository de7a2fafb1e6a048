# mypy: allow-untyped-defs, allow-incomplete-defs
"""Kernels that sort synapses by target, and count the lists of parts."""

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
