# mypy: allow-untyped-defs, allow-incomplete-defs
"""How much work spikes make, added up: a run looks at Python early when more than was foreseen comes together."""

from loihi_emu.jit import leaf
from loihi_emu.models.records import NUMBER, Record, array

# A source: how many of its neurons spiked, and the work of a spike in nanoseconds.
WATCHED = Record("Watched", count=array("int64"), cost=NUMBER)
WATCH = Record("Watch", parts=array(WATCHED), part_count=NUMBER, done=array("int64"))


@leaf
def step(address, time):
    """Add the work of this step's spikes."""
    d = WATCH(address)
    work = 0
    for p in range(d.part_count):
        one = d.parts[p]
        work += one.count[0] * one.cost
    d.done[0] += work
