# mypy: allow-untyped-defs, allow-incomplete-defs
"""What ranks send each other: who spiked in the steps of an interval, and state that is recorded. MPI is called by its
address.

A rank's message is a list of words of 32 bits: their number; whether its recorders are short of room; then, step by
step, of each part of a group that the rank owns the number of spikes, their indices, and their payloads. Everybody gets
everybody's message, in blocks of one size; where one is longer, all are sent again in full. What spikes of other ranks
do is done when they have come, in the order of their steps, by leaves that are told the step of the spikes.
"""

import numpy as np

from loihi_emu.jit import address_of, call_function, call_leaf, disjoint, int32s, kernel, leaf, part, whole
from loihi_emu.models.layout import SOURCE
from loihi_emu.models.records import NUMBER, Record, array

# A part of a group: its list of spikes, if this rank owns it, and the words of a payload (0: spikes have none).
SENT = Record("Sent", count=array("int64"), index=array("int32"), payload=NUMBER, payload_words=NUMBER)

# Addresses of MPI_Allgather and MPI_Allgatherv, the communicator and the type of a word as C knows them. Of all ranks
# there are the parts (part_count), one rank after the other, and where each rank's begin. Messages are sent after every
# EVERY-th step, and after the last one of a run; begun is the first step of an interval, held how many are in this
# rank's message, of so many words (length), and come is the number of steps whose spikes all ranks have had just now. A
# block has so many words (room); mine is this rank's message, blocks are the beginnings of all, full are all, counts
# and places tell their lengths. Of each step that came, found has the addresses of all parts. Recorders are short of
# room when the next two intervals may not fit (limits, as the time loop has them); stop is the limit at which the loops
# of all ranks end then.
EXCHANGE = Record(
    "Exchange",
    gather=NUMBER,
    gather_full=NUMBER,
    comm=NUMBER,
    word=NUMBER,
    rank=NUMBER,
    ranks=NUMBER,
    parts=array(SENT),
    part_count=NUMBER,
    begins=array("int64"),
    every=NUMBER,
    last=NUMBER,
    begun=NUMBER,
    held=NUMBER,
    length=NUMBER,
    come=NUMBER,
    room=NUMBER,
    mine=array("int32"),
    blocks=array("int32"),
    full=array("int32"),
    counts=array("int32"),
    places=array("int32"),
    found=array("int64"),
    limits=NUMBER,
    filled=array("int64"),
    capacity=array("int64"),
    needed=array("int64"),
    stop=array("int64"),
)

# The spikes of a source in one step that came, from the parts (their numbers) of all ranks, in one list.
JOINED = Record("Joined", number=NUMBER, first=NUMBER)
JOIN = Record(
    "Join", **{**SOURCE.fields, "payload": NUMBER}, exchange=NUMBER, part_count=NUMBER, parts=array(JOINED)
)  # fmt: skip

# Calls for each step that came: addresses of leaves and of their descriptions.
LATER = Record("Later", exchange=NUMBER, calls=NUMBER, leaves=array("int64"), descriptions=array("int64"))

# State of which every rank has a part (counts and places, in elements of a type): in every EVERY-th step all get all.
STATE = Record(
    "StateExchange",
    gather_full=NUMBER,
    in_place=NUMBER,
    comm=NUMBER,
    type=NUMBER,
    every=NUMBER,
    ahead=NUMBER,
    values=NUMBER,
    counts=array("int32"),
    places=array("int32"),
)


BEGIN = 2
"""Words of a message before the first part."""
WORD = 4
"""Bytes of a word."""


@disjoint
def copy(out, words):
    """Copy words."""
    for k in range(out.shape[0]):
        out[k] = words[k]


@disjoint
def copy_from(out, index, first):
    """Copy indices, from the first neuron on."""
    for k in range(out.shape[0]):
        out[k] = index[k] + first


@kernel
def is_short(d):
    """Whether a recorder may lack room after the next interval."""
    for k in range(d.limits):
        if d.filled[k] + 2 * d.every * d.needed[k] > d.capacity[k]:
            return 1
    return 0


@kernel
def write(d):
    """Write what spiked in this step into this rank's message."""
    end = d.length
    for p in range(d.begins[d.rank], d.begins[d.rank + 1]):
        one = d.parts[p]
        n = one.count[0]
        d.mine[end] = np.int32(n)
        copy(part(d.mine, end + 1, n), whole(one.index, n))
        end += 1 + n
        if one.payload_words:
            n *= one.payload_words
            copy(part(d.mine, end, n), int32s(one.payload, n))
            end += n
    d.length = end


@kernel
def send(d):
    """Send this rank's message and get those of all; returns whether all are in the blocks."""
    d.mine[0], d.mine[1] = np.int32(d.length), np.int32(is_short(d))
    mine, blocks = address_of(d.mine, 0), address_of(d.blocks, 0)
    call_function(d.gather, (mine, d.room, d.word, blocks, d.room, d.word, d.comm))
    end, fits = np.int64(0), True
    for rank in range(d.ranks):
        count = d.blocks[rank * d.room]
        d.counts[rank], d.places[rank] = count, np.int32(end)
        end += np.int64(count)
        fits = fits and np.int64(count) <= d.room
        if d.blocks[rank * d.room + 1]:
            d.stop[0] = 1
    if not fits:
        counts, places = address_of(d.counts, 0), address_of(d.places, 0)
        full = address_of(d.full, 0)
        call_function(d.gather_full, (mine, d.length, d.word, full, counts, places, d.word, d.comm))
    return fits


@kernel
def find(d, rank, address):
    """Find the parts in the message of a rank, at an address."""
    address += WORD * BEGIN
    for step in range(d.held):
        for p in range(d.begins[rank], d.begins[rank + 1]):
            d.found[step * d.part_count + p] = address
            n = np.int64(int32s(address, 1)[0])
            address += WORD * (1 + n * (1 + d.parts[p].payload_words))


@leaf
def spikes(address, time):
    """Keep this step's spikes of this rank's neurons; at the end of an interval, send them and get all others'."""
    d = EXCHANGE(address)
    d.come = 0
    if d.held == 0:
        d.begun, d.length = time, BEGIN
    write(d)
    d.held += 1
    if d.held == d.every or time == d.last:
        fits = send(d)
        blocks, full = address_of(d.blocks, 0), address_of(d.full, 0)
        for rank in range(d.ranks):
            find(d, rank, blocks + WORD * d.room * rank if fits else full + WORD * np.int64(d.places[rank]))
        d.come, d.held = d.held, 0


@leaf
def join(address, time):
    """List the spikes of a source in a step that came."""
    d = JOIN(address)
    x = EXCHANGE(d.exchange)
    base = (time - x.begun) * x.part_count
    count = np.int64(0)
    for p in range(d.part_count):
        one = d.parts[p]
        at = x.found[base + one.number]
        n = np.int64(int32s(at, 1)[0])
        copy_from(part(d.index, count, n), int32s(at + WORD, n), one.first)
        words = x.parts[one.number].payload_words
        if words:
            copy(int32s(d.payload + WORD * words * count, words * n), int32s(at + WORD * (1 + n), words * n))
        count += n
    d.count[0] = count


@leaf
def later(address, time):
    """Do what waited for spikes of all ranks, for each step whose spikes have come."""
    d = LATER(address)
    x = EXCHANGE(d.exchange)
    for step in range(x.come):
        for k in range(d.calls):
            call_leaf(d.leaves[k], d.descriptions[k], x.begun + step)


@leaf
def state(address, time):
    """Get the state of other ranks' neurons, in its place."""
    d = STATE(address)
    if (time + d.ahead) % d.every == 0:
        counts, places = address_of(d.counts, 0), address_of(d.places, 0)
        call_function(d.gather_full, (d.in_place, 0, d.type, d.values, counts, places, d.type, d.comm))
