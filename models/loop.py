# mypy: allow-untyped-defs, allow-incomplete-defs
"""The time loop: one, compiled once, for every network."""

from loihi_emu.jit import call_leaf, entry, kernel


@entry
def run(leaves, descriptions, filled, capacity, needed, clock, total, steps):
    """Call all leaves in order, step by step; stop early when a recorder may run out of room.

    Parameters
    ----------
    leaves, descriptions : int64 arrays, one entry a call
        Addresses of machine code and of what it is to work on.
    filled, capacity, needed : int64 arrays, one entry a limit
        A step begins only while ``filled + needed <= capacity`` for all.
    clock : int64 array of one
        The step about to run; advanced here, so that it is right whenever Python looks.
    total : int64 array of one
        Steps run so far; never set back.
    steps : int
        How many to run at most.

    Returns
    -------
    int
        How many were run.
    """
    return steps_of(leaves, descriptions, filled, capacity, needed, clock, total, steps)


@kernel
def steps_of(leaves, descriptions, filled, capacity, needed, clock, total, steps):
    """The same, for leaves that call leaves."""
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
