"""Recorders: spikes as lists of events with a count per step, state as rows at an interval."""

from loihi_emu.jit import int16s, int32s, int64s, kernel, leaf, uint8s
from loihi_emu.models import layout as at
from loihi_emu.models.dense import lower_bound

# Spikes: source fields, then
K_FIRST = 3  # neurons FIRST <= i < END of the source are recorded
K_END = 4
K_CHOSEN = 5  # address of one byte a neuron: recorded or not; 0 for all
K_BUFFER = 6  # address of neuron indices, int32
K_PAYLOAD = 7  # address of payloads, int32, or 0
K_COUNTS = 8  # address of the number of spikes of each step, int32
K_FILL = 9  # address of (spikes so far, steps so far), int64
SPIKE_WORDS = 10

# State.
V_SOURCE = 0  # address of the first neuron's value
V_WIDTH = 1  # bytes a value
V_N = 2  # values a row
V_CHOSEN = 3  # address of the chosen neurons, int64; 0 for all
V_EVERY = 4
V_BUFFER = 5
V_FILL = 6  # address of (rows so far), int64
STATE_WORDS = 7


@leaf
def spikes(address, time):
    """Append this step's spikes."""
    d = int64s(address, SPIKE_WORDS)
    count = int64s(d[at.S_COUNT], 1)[0]
    index = int32s(d[at.S_INDEX], count)
    filled = int64s(d[K_FILL], 2)
    position, row = filled[0], filled[1]
    first = d[K_FIRST]
    low = lower_bound(index, count, first) if first > 0 else 0
    high = lower_bound(index, count, d[K_END])
    buffer = int32s(d[K_BUFFER] + 4 * position, high - low)
    graded = d[K_PAYLOAD] != 0
    payload = int32s(d[at.S_PAYLOAD] if graded else d[at.S_INDEX], count)
    payloads = int32s(d[K_PAYLOAD] + 4 * position if graded else d[K_BUFFER], high - low)
    taken = 0
    if d[K_CHOSEN] == 0:
        for k in range(low, high):
            buffer[k - low] = index[k] - first
        taken = high - low
        if graded:
            for k in range(low, high):
                payloads[k - low] = payload[k]
    else:
        chosen = uint8s(d[K_CHOSEN], d[K_END] - first)
        for k in range(low, high):
            if chosen[index[k] - first]:
                buffer[taken] = index[k] - first
                if graded:
                    payloads[taken] = payload[k]
                taken += 1
    int32s(d[K_COUNTS] + 4 * row, 1)[0] = taken
    filled[0] = position + taken
    filled[1] = row + 1


@kernel
def copy_row(out, values, chosen, every_one):
    """Copy all, or the chosen, values."""
    if every_one:
        for i in range(out.shape[0]):
            out[i] = values[i]
    else:
        for i in range(out.shape[0]):
            out[i] = values[chosen[i]]


@leaf
def state(address, time):
    """Append one row of state in every EVERY-th step."""
    d = int64s(address, STATE_WORDS)
    if time % d[V_EVERY] != 0:
        return
    filled = int64s(d[V_FILL], 1)
    n, width, every_one = d[V_N], d[V_WIDTH], d[V_CHOSEN] == 0
    chosen = int64s(d[V_CHOSEN] if not every_one else d[V_FILL], 1 if every_one else n)
    reach = n
    if not every_one:
        for i in range(n):
            reach = max(reach, chosen[i] + 1)
    row = d[V_BUFFER] + width * n * filled[0]
    if width == 8:
        copy_row(int64s(row, n), int64s(d[V_SOURCE], reach), chosen, every_one)
    elif width == 4:
        copy_row(int32s(row, n), int32s(d[V_SOURCE], reach), chosen, every_one)
    elif width == 2:
        copy_row(int16s(row, n), int16s(d[V_SOURCE], reach), chosen, every_one)
    else:
        copy_row(uint8s(row, n), uint8s(d[V_SOURCE], reach), chosen, every_one)
    filled[0] += 1
