"""T."""

from loihi_emu.jit import int32s, int64s, kernel
from loihi_emu.models import layout as at


@kernel
def count_spikes(description, count):
    """Store the step's number of spikes and add them to their populations' counters."""
    int64s(description[at.S_COUNT], 1)[0] = count
    populations = description[at.G_POPULATIONS]
    counters = int64s(description[at.G_COUNTERS], populations * at.COUNTERS)
    if populations == 1:
        counters[at.SPIKES] += count
        return
    bounds = int64s(description[at.G_BOUNDS], populations + 1)
    index = int32s(description[at.S_INDEX], count)
    p = 0
    for k in range(count):
        while index[k] >= bounds[p + 1]:
            p += 1
        counters[p * at.COUNTERS + at.SPIKES] += 1


@kernel
def count_flags(description, mask, first):
    """Add the overflow bits of one block's mask to the counters of the populations they belong to."""
    populations = description[at.G_POPULATIONS]
    counters = int64s(description[at.G_COUNTERS], populations * at.COUNTERS)
    bounds = int64s(description[at.G_BOUNDS], populations + 1)
    p = 0
    for i in range(mask.shape[0]):
        bits = mask[i]
        if bits > at.NEGATIVE + at.SPIKED:
            while first + i >= bounds[p + 1]:
                p += 1
            row = p * at.COUNTERS
            counters[row + at.Q_OVERFLOW] += (bits & at.Q_BIT) != 0
            counters[row + at.U_OVERFLOW] += (bits & at.U_BIT) != 0
            counters[row + at.X_OVERFLOW] += (bits & at.X_BIT) != 0
            counters[row + at.V_SATURATION] += (bits & at.V_BIT) != 0


@kernel
def varies(description, number):
    """Whether a parameter has one value per neuron."""
    return description[at.G_PARAMETERS + 2 * number + 1] != 0


@kernel
def parameter(description, number, block):
    """Address of one block of a parameter."""
    at_word = at.G_PARAMETERS + 2 * number
    return description[at_word] + block * description[at_word + 1]
