# mypy: allow-untyped-defs, allow-incomplete-defs
"""Boards: in every step each of several threads writes who of its neurons spiked on one, which the others read.

It has two, used in turns: while others still read what it wrote in one step, it writes what happened in the next. None
begins a third step before all have read the first, since it meets them in the second; so one meeting a step is enough.
On a board there are also the turn, written last; whether all stop before the next step, which the first thread decides;
and where the spikes of each part end.
"""

from loihi_emu.jit import address_of, claim, int32s, kernel, leaf, part, prefetch, put_at, whole
from loihi_emu.models.barrier import BARRIER, await_turn
from loihi_emu.models.gather import PART, copy, copy_from
from loihi_emu.models.layout import SOURCE
from loihi_emu.models.records import NUMBER, Record, array

# Both boards of a thread, so many words each, with so many parts; and those of all, the first thread's first.
BOARD = Record("Board", board=array("int64"), size=NUMBER, parts=NUMBER)
# What a thread writes: the spikes of its parts, by neurons counted from their first on. With limits, as the time loop
# has them, it says whether there is room for one more step than this one.
PUBLISH = BOARD.extended(
    "Publish",
    turn=array("int64"),
    spikes=array(PART),
    filled=array("int64"),
    capacity=array("int64"),
    needed=array("int64"),
    limits=NUMBER,
)
# Where it waits for all; stop is where its time loop looks whether to stop.
MEET = BARRIER.extended("Meet", turn=array("int64"), boards=array(BOARD), stop=array("int64"))
# What it reads: the lists of some parts, each by its number on a board.
PUBLISHED = BOARD.extended("Published", number=NUMBER)
JOIN = SOURCE.extended("Join", turn=array("int64"), part_count=NUMBER, parts=array(PUBLISHED))

TURN, STOP, ENDS = 0, 1, 2
"""Words of a board; behind the ends of all parts are the neurons that spiked."""
LINE, LINES = 8, 3
"""Words of a cache line; so many are asked for at once."""


@kernel
def lacks_room(filled, capacity, needed, steps):
    """1 if so many steps may not find room, else 0."""
    for k in range(filled.shape[0]):
        if filled[k] + steps * needed[k] > capacity[k]:
            return 1
    return 0


@leaf
def publish(address, time):
    """Write the spikes of this step to a board, and come to the next turn."""
    d = PUBLISH(address)
    turn, parts, limits = d.turn[0] + 1, d.parts, d.limits
    d.turn[0] = turn
    start = (turn & 1) * d.size
    first = start + ENDS + parts
    room = 2 * (d.size - ENDS - parts)
    count = 0
    for p in range(parts):
        one = d.spikes[p]
        n = one.count[0]
        copy_from(part(int32s(address_of(d.board, first), room), count, n), whole(one.index, n), one.first)
        count += n
        d.board[start + ENDS + p] = count
    if limits:
        d.board[start + STOP] = lacks_room(
            whole(d.filled, limits), whole(d.capacity, limits), whole(d.needed, limits), 2
        )
    put_at(address_of(d.board, start), turn)


@leaf
def meet(address, time):
    """Wait until all have written to their boards."""
    d = MEET(address)
    turn = d.turn[0]
    side, looks = turn & 1, 0
    for k in range(d.count):  # all come at the same time
        one = d.boards[k]
        if k != d.me:
            for line in range(min(LINES, one.size // LINE)):
                prefetch(address_of(one.board, side * one.size + line * LINE))
    for k in range(d.count):
        one = d.boards[k]
        looks = await_turn(d, k, address_of(one.board, side * one.size), turn, looks)
    first, mine = d.boards[0], d.boards[d.me]
    d.stop[0] = first.board[side * first.size + STOP]
    for line in range(min(LINES, mine.size // LINE)):  # nobody reads the other one any more
        claim(address_of(mine.board, (1 - side) * mine.size + line * LINE))


@leaf
def join(address, time):
    """Join the lists of some parts in one."""
    d = JOIN(address)
    side, count = d.turn[0] & 1, 0
    for p in range(d.part_count):
        one = d.parts[p]
        start, number = side * one.size, one.number
        low = one.board[start + ENDS + number - 1] if number else 0
        n = one.board[start + ENDS + number] - low
        spikes = int32s(address_of(one.board, start + ENDS + one.parts) + 4 * low, n)
        copy(part(d.index, count, n), spikes)
        count += n
    d.count[0] = count
