# mypy: allow-untyped-defs, allow-incomplete-defs
"""A barrier: a leaf in which each of several threads waits until all have come.

A thread that waits looks again and again, for so long as a step takes at most when all of them run; then some other
thread needs its processor, and it gives way.
"""

from loihi_emu.jit import add_at, address_of, call_leaf, leaf, look_at, relax
from loihi_emu.models.records import NUMBER, Record, array

# Arrived counts all arrivals ever, by all threads (count); due is what it will be when this thread may go on. The rest
# are addresses of functions of the system: to give way, and to sleep for so long (nap).
BARRIER = Record(
    "Barrier", arrived=array("int64"), count=NUMBER, due=array("int64"), give_way=NUMBER, sleep=NUMBER, nap=NUMBER
)

LOOKS = 2000
"""So often a thread looks before it gives way: some 50 microseconds."""
TURNS = 20
"""So often it gives way before it sleeps."""


@leaf
def wait(address, time):
    """Wait until all threads have come."""
    d = BARRIER(address)
    due = d.due[0] + d.count
    d.due[0] = due
    arrived = address_of(d.arrived, 0)
    add_at(arrived, 1)
    looks = 0
    while look_at(arrived) < due:
        looks += 1
        if looks < LOOKS:
            relax()
        elif looks < LOOKS + TURNS:
            call_leaf(d.give_way, 0, 0)
        else:
            call_leaf(d.sleep, d.nap, 0)
