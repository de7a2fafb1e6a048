# mypy: allow-untyped-defs, allow-incomplete-defs
"""Kernels that count what spikes cause: messages, synaptic events, active neurons, learning.

Spikes are two lists of equal length, the step and the neuron of each, in order of steps. A connection's synapses are
held by unit: neuron i of the presynaptic population belongs to unit ``unit_of[i]`` (-1: none), whose synapses are
``indptr[unit]:indptr[unit + 1]``. On cores, unit k has the lists ``starts[k]:starts[k + 1]``, each a core and the
number of its synapses there.
"""

from loihi_emu.jit import entry


@entry
def split(indptr, targets, cores, stamps, starts, where, counts):
    """Split the synapses of each unit by core; returns the number of lists.

    Parameters
    ----------
    indptr, targets : int64, int32 arrays
        Synapses by unit.
    cores : int32 array
        Core of each target neuron.
    stamps : int64 array (cores)
        Scratch, all -1.
    starts : int64 array (units + 1)
        Filled.
    where, counts : int32 arrays (lists)
        Core and synapses of each list; filled unless empty.
    """
    found = 0
    for unit in range(indptr.shape[0] - 1):
        first = found
        starts[unit] = found
        for s in range(indptr[unit], indptr[unit + 1]):
            core = cores[targets[s]]
            at = stamps[core]
            if at < first:
                at = found
                stamps[core] = at
                found += 1
                if where.shape[0]:
                    where[at] = core
                    counts[at] = 0
            if where.shape[0]:
                counts[at] += 1
    starts[indptr.shape[0] - 1] = found
    return found


@entry
def deliver(
    rows, sources, unit_of, starts, where, counts, home, chip, tile, x, y,
    synapses, received, sent, crossed, network,
):  # fmt: skip
    """Count what the spikes of one connection send.

    Parameters
    ----------
    rows, sources : int64, int32 arrays
        Spikes.
    unit_of, starts, where, counts : arrays
        The connection.
    home : int32 array
        Core of each presynaptic neuron; empty for inputs.
    chip, tile, x, y : int32 arrays
        Of each core; tiles are numbered over all chips. tile, x and y are empty where unknown.
    synapses, received, sent : int64 arrays (steps, cores)
        Added to: synaptic events; messages that arrive and leave.
    crossed : int64 array (steps, tiles)
        Added to: messages between tiles, at both.
    network : int64 array (steps, 5)
        Added to: messages from the host, between cores, between chips, and hops on chips along x and y.
    """
    placed = tile.shape[0] > 0
    for k in range(rows.shape[0]):
        unit = unit_of[sources[k]]
        if unit < 0:
            continue
        row = rows[k]
        source = home[sources[k]] if home.shape[0] else -1
        for e in range(starts[unit], starts[unit + 1]):
            core = where[e]
            synapses[row, core] += counts[e]
            received[row, core] += 1
            if source < 0:
                network[row, 0] += 1
                continue
            sent[row, source] += 1
            if source == core:
                continue
            network[row, 1] += 1
            if chip[source] != chip[core]:
                network[row, 2] += 1
            elif placed:
                network[row, 3] += abs(x[source] - x[core])
                network[row, 4] += abs(y[source] - y[core])
            if placed and tile[source] != tile[core]:
                crossed[row, tile[source]] += 1
                crossed[row, tile[core]] += 1


@entry
def arrive(rows, sources, unit_of, indptr, targets, delays, late, length, active):
    """Mark the neurons at which events arrive.

    Parameters
    ----------
    rows, sources : int64, int32 arrays
        Spikes; rows may be negative: before the first row of `active`.
    unit_of, indptr, targets : arrays
        The connection.
    delays : array
        Of each synapse, or one for all.
    late : int
        Steps until arrival besides the delay.
    length : int64 array (rows, 1)
        Steps from each spike to the end of its sample: what would arrive afterwards is lost.
    active : uint8 array (steps, neurons)
    """
    single = delays.shape[0] == 1
    for k in range(rows.shape[0]):
        unit = unit_of[sources[k]]
        if unit < 0:
            continue
        for s in range(indptr[unit], indptr[unit + 1]):
            wait = late + (delays[0] if single else delays[s])
            row = rows[k] + wait
            if 0 <= row < active.shape[0] and wait < length[k]:
                active[row, targets[s]] = 1


@entry
def touch(active, carry, begins):
    """Let every neuron stay active from its first activity to the end of the sample.

    Parameters
    ----------
    active : uint8 array (steps, neurons)
        Changed.
    carry : uint8 array (neurons)
        Who is active from before; left as it is after the last step.
    begins : bool array (steps)
        Whether a sample begins in this step.
    """
    for row in range(active.shape[0]):
        for i in range(active.shape[1]):
            if begins[row]:
                carry[i] = 0
            carry[i] |= active[row, i]
            active[row, i] = carry[i]


@entry
def add_by_core(active, cores, counts):
    """Add the number of active neurons on each core, step by step."""
    for row in range(active.shape[0]):
        for i in range(active.shape[1]):
            counts[row, cores[i]] += active[row, i]


@entry
def learned(rows, sources, unit_of, starts, where, counts, epochs, ends, stamps, updates):
    """Count the synapses whose presynaptic neuron spiked in the epoch, once each, in the step in which it ends.

    Parameters
    ----------
    rows, sources : int64, int32 arrays
        Spikes.
    unit_of, starts, where, counts : arrays
        The connection.
    epochs, ends : int64 arrays (rows)
        Number of the epoch that each spike counts in and the row of its last step, -1 if it does not end.
    stamps : int64 array (presynaptic neurons)
        The last epoch in which each neuron was seen.
    updates : int64 array (steps, cores)
        Added to.
    """
    for k in range(rows.shape[0]):
        unit = unit_of[sources[k]]
        if unit < 0 or ends[k] < 0 or stamps[sources[k]] == epochs[k]:
            continue
        stamps[sources[k]] = epochs[k]
        for e in range(starts[unit], starts[unit + 1]):
            updates[ends[k], where[e]] += counts[e]
