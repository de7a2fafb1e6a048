# mypy: allow-untyped-defs, allow-incomplete-defs
"""Counts of what a port sends."""

from loihi_emu.jit import leaf
from loihi_emu.models.layout import SOURCE
from loihi_emu.models.records import array

# Counts: steps, messages that are not zero, synapses that they reach. Synapses: of each element; none when they are not
# counted.
COUNTING = SOURCE.extended("Counting", counts=array("int64"), synapses=array("int64"))


@leaf
def count(address, time):
    """Count the events of a step."""
    d = COUNTING(address)
    counts, events = d.counts, d.count[0]
    counts[0] += 1
    counts[1] += events
    if d.synapses:
        for k in range(events):
            counts[2] += d.synapses[d.index[k]]
