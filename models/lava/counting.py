"""Counts of what a port sends."""

from loihi_emu.jit import int32s, int64s, leaf
from loihi_emu.models import layout as at

COUNTS = 3  # address of three int64: steps, messages that are not zero, synapses that they reach
SYNAPSES = 4  # address of the synapses of each element, int64; 0 when they are not counted
N = 5
COUNTING_WORDS = 6


@leaf
def count(address, time):
    """Count the events of a step."""
    d = int64s(address, COUNTING_WORDS)
    counts = int64s(d[COUNTS], 3)
    events = int64s(d[at.S_COUNT], 1)[0]
    counts[0] += 1
    counts[1] += events
    if d[SYNAPSES]:
        index, synapses = int32s(d[at.S_INDEX], events), int64s(d[SYNAPSES], d[N])
        for k in range(events):
            counts[2] += synapses[index[k]]
