# mypy: allow-untyped-defs, allow-incomplete-defs
"""The time loop: one, compiled once, for every network."""

from loihi_emu.jit import call_leaf, entry, kernel, whole
from loihi_emu.models.records import NUMBER, Record, array

# What a loop does in a step: so many leaves, each with a description. A step begins only while filled + needed <=
# capacity for all limits. The clock is the step about to run, advanced by the loop, so that it is right whenever Python
# looks; total counts the steps run so far, and is never set back.
LOOP = Record(
    "Loop",
    leaves=array("int64"),
    descriptions=array("int64"),
    calls=NUMBER,
    filled=array("int64"),
    capacity=array("int64"),
    needed=array("int64"),
    limits=NUMBER,
    clock=array("int64"),
    total=array("int64"),
)


@entry
def run(address, steps):
    """Call all leaves in order, step by step; stop early when a recorder may run out of room.

    Parameters
    ----------
    address : int
        Of a loop.
    steps : int
        How many to run at most.

    Returns
    -------
    int
        How many were run.
    """
    return steps_of(LOOP(address), steps)


@kernel
def steps_of(loop, steps):
    """The same, for leaves that call leaves."""
    leaves, descriptions = whole(loop.leaves, loop.calls), whole(loop.descriptions, loop.calls)
    filled, capacity = whole(loop.filled, loop.limits), whole(loop.capacity, loop.limits)
    needed, clock, total = whole(loop.needed, loop.limits), whole(loop.clock, 1), whole(loop.total, 1)
    for done in range(steps):
        for k in range(filled.shape[0]):
            if filled[k] + needed[k] > capacity[k]:
                return done
        time = clock[0]
        for k in range(leaves.shape[0]):
            call_leaf(leaves[k], descriptions[k], time)
        clock[0] = time + 1
        total[0] += 1
    return steps
