# mypy: allow-untyped-defs, allow-incomplete-defs
"""A barrier: a leaf in which each of several threads waits until all have come; or two, one to come and one to wait.

Who waits looks again and again. Where the others do not come for longer than they need while all of them run, something
else has their processor; then it gives its own away between two looks. Measured on two cores that other programs want
too: sleeping costs more.
"""

import numpy as np

from loihi_emu.jit import address_of, call_function, call_leaf, kernel, leaf, look_at, put_at, relax
from loihi_emu.models.records import NUMBER, WORD, Record, array

# How many turns each of so many threads has come to, numbers apart from each other (``memory.counters``); which of
# them is this thread's. Behind each stands 1 + the processor on which it last gave way, and how often it did so to
# one on the same. Addresses of functions of the system: to give way, and, or 0, which processor this is, and those that
# tell and set the processors on which a thread may run, as bits; room for two such sets.
BARRIER = Record(
    "Barrier",
    turns=array("int64"),
    count=NUMBER,
    me=NUMBER,
    give_way=NUMBER,
    place=NUMBER,
    allowed=NUMBER,
    allow=NUMBER,
    sets=array("int64"),
)

APART = 16
"""Numbers from one thread's to the next one's."""
QUICK_LOOKS = 50
LOOKS = 500
"""So often a thread looks without a pause, and before it gives way: some 10 microseconds."""
TOGETHER = 16
"""Every so many times a thread that gives way to one on the same processor moves to another."""
SET = 16
"""64-bit words of a set of processors."""


@kernel
def look_again(d, looks):
    """Wait a little before another look; returns how many there were."""
    if looks >= LOOKS:
        call_leaf(d.give_way, 0, 0)
    elif looks >= QUICK_LOOKS:
        relax()
    return looks + 1


@kernel
def move(d):
    """Move this thread to a processor on which no other of these was last, if it may run on one.

    The system leaves alone two threads that take turns on one processor: neither ever waits for long.
    """
    own, free, size = address_of(d.sets, 0), address_of(d.sets, SET), WORD * SET
    if call_function(d.allowed, (0, size, own)) < 0:
        return
    for w in range(SET):
        d.sets[SET + w] = d.sets[w]
    for k in range(d.count):
        place = d.turns[APART * k + 1] - 1
        if k != d.me and 0 <= place < 64 * SET:
            d.sets[SET + (place >> 6)] &= ~(np.int64(1) << (place & 63))
    some = np.int64(0)
    for w in range(SET):
        some |= d.sets[SET + w]
    if some != 0:
        call_function(d.allow, (0, size, free))
        call_function(d.allow, (0, size, own))


@kernel
def part(d, other, looks):
    """Give way to another thread; where both are on one processor, so that they come to be on two, if one is free."""
    if d.place:
        here = 1 + call_function(d.place, (0,))
        mine = APART * d.me
        d.turns[mine + 1] = here
        if d.turns[APART * other + 1] == here:
            d.turns[mine + 2] += 1
            if d.turns[mine + 2] % TOGETHER == 0:
                move(d)
                return looks
    return look_again(d, looks)


@kernel
def await_turn(d, k, place, turn, looks):
    """Wait until another thread, which writes at a place, has come to a turn; returns how many looks there were."""
    while look_at(place) < turn:
        looks = look_again(d, looks) if looks < LOOKS else part(d, k, looks)
    return looks


@kernel
def come(d):
    """Come to the next turn; returns which that is. Nobody else writes there, so nothing need be locked."""
    mine = APART * d.me
    turn = d.turns[mine] + 1
    put_at(address_of(d.turns, mine), turn)
    return turn


@kernel
def await_others(d, turn):
    """Wait until all threads have come to a turn."""
    looks = 0
    for k in range(d.count):
        looks = await_turn(d, k, address_of(d.turns, APART * k), turn, looks)


@leaf
def wait(address, time):
    """Come to the next turn, and wait until all threads have."""
    d = BARRIER(address)
    await_others(d, come(d))


@leaf
def arrive(address, time):
    """Come to the next turn, and go on."""
    come(BARRIER(address))


@leaf
def await_all(address, time):
    """Wait until all threads have come to the turn to which this one came last."""
    d = BARRIER(address)
    await_others(d, d.turns[APART * d.me])
