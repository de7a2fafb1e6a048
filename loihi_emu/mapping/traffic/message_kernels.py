# mypy: allow-untyped-defs, allow-incomplete-defs
"""Kernels that count messages."""

from loihi_emu.jit import entry


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
        rate, home = rates[i], cores[i]
        if home == core:
            sums[0] += rate
            continue
        sent[home] += rate
        received[core] += rate
        by_chip[chip[home], chip[core]] += rate
        if chip[home] == chip[core]:
            sums[1] += rate * abs(x[home] - x[core])
            sums[2] += rate * abs(y[home] - y[core])
