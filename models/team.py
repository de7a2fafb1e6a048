# mypy: allow-untyped-defs, allow-incomplete-defs
"""Several threads that run the shares of one network, each its own list of calls in a time loop of its own.

They meet at barriers, which are leaves among the calls. Between two runs all but the first, the leader, sleep at locks.
From the moment when the leader wakes them until the last has come to its end, no line of Python runs.
"""

from loihi_emu.jit import add_at, address_of, call_leaf, kernel, leaf, look_at, whole
from loihi_emu.models.barrier import LOOKS, look_again
from loihi_emu.models.boards import lacks_room
from loihi_emu.models.loop import LOOP, steps_of
from loihi_emu.models.records import NUMBER, Record, array

# One thread: the calls of its share; limits that its loop looks at; a word of its own where the loop looks whether to
# stop, if it does not look at the recorders' limits; its clocks; how many steps to run and how
# many were run; how many runs it was told of and has not begun; the lock at which it sleeps, and the functions that
# take and give that; whether it is to end.
MEMBER = LOOP.extended(
    "Member",
    stop=array("int64"),
    steps=NUMBER,
    ran=NUMBER,
    told=array("int64"),
    lock=NUMBER,
    take=NUMBER,
    give=NUMBER,
    ended=NUMBER,
    finished=array("int64"),
    give_way=NUMBER,
)

# All of them, the leader first; finished counts all who ever came to the end of a run, and due is what it will be; the
# recorders' limits.
TEAM = Record(
    "Team",
    members=array(MEMBER),
    count=NUMBER,
    finished=array("int64"),
    due=NUMBER,
    give_way=NUMBER,
    filled=array("int64"),
    capacity=array("int64"),
    needed=array("int64"),
    limits=NUMBER,
)

PATIENCE = LOOKS + 2000
"""So often a thread looks for another run before it sleeps: about a millisecond."""


@kernel
def run_member(m):
    """Run the steps of one thread."""
    m.ran = steps_of(m, m.steps)


@kernel
def await_run(m):
    """Wait until told of a run: look for a while, since most runs come in rows; then sleep."""
    told, looks = address_of(m.told, 0), 0
    while look_at(told) <= 0 and looks < PATIENCE:
        looks = look_again(m, looks)
    if add_at(told, -1) <= 0:
        call_leaf(m.take, m.lock, 1)


@kernel
def notify(m):
    """Tell a thread of a run, and wake it if it sleeps."""
    if add_at(address_of(m.told, 0), 1) < 0:
        call_leaf(m.give, m.lock, 0)


@leaf
def serve(address, time):
    """What all threads but the leader do until they are to end: wait, run."""
    m = MEMBER(address)
    await_run(m)
    while m.ended == 0:
        run_member(m)
        add_at(address_of(m.finished, 0), 1)
        await_run(m)


@leaf
def notify_alone(address, time):
    """Tell one thread of a run, which is its end."""
    notify(MEMBER(address))


@leaf
def lead(address, steps):
    """Run at most so many steps with all threads."""
    team = TEAM(address)
    leader, finished, limits = team.members[0], address_of(team.finished, 0), team.limits
    stop = lacks_room(whole(team.filled, limits), whole(team.capacity, limits), whole(team.needed, limits), 1)
    for k in range(team.count):
        m = team.members[k]
        if m.stop:
            m.stop[0] = stop
    for k in range(1, team.count):
        m = team.members[k]
        m.clock[0], m.steps = leader.clock[0], steps
        notify(m)
    team.due += team.count - 1
    leader.steps = steps
    run_member(leader)
    looks = 0
    while look_at(finished) < team.due:
        looks = look_again(team, looks)
