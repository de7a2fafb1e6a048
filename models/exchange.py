# mypy: allow-untyped-defs, allow-incomplete-defs
"""What ranks send each other in a step: who spiked, and state that is recorded. MPI is called by its address.

A rank's message is a list of words of 32 bits: their number; whether its recorders are short of room; then of each part
of a group that the rank owns the number of spikes, their indices, and their payloads. Everybody gets everybody's
message, in blocks of one size; where one is longer, all are sent again in full.
"""

import numpy as np

from loihi_emu.jit import address_of, call_function, disjoint, int32s, kernel, leaf, part, whole
from loihi_emu.models.records import NUMBER, Record, array

# A part of a group: its list of spikes, and the words of a payload (0: spikes have none).
SENT = Record("Sent", count=array("int64"), index=array("int32"), payload=NUMBER, payload_words=NUMBER)

# Addresses of MPI_Allgather and MPI_Allgatherv, the communicator and the type of a word as C knows them. Of all ranks
# there are the parts, one rank after the other, and where each rank's begin. A block has so many words (room); mine is
# this rank's message, blocks are the beginnings of all, full are all, counts and places tell their lengths. Recorders
# are short of room when the next two steps may not fit (limits, as the time loop has them); stop is the limit at which
# the loops of all ranks end then.
EXCHANGE = Record(
    "Exchange",
    gather=NUMBER,
    gather_full=NUMBER,
    comm=NUMBER,
    word=NUMBER,
    rank=NUMBER,
    ranks=NUMBER,
    parts=array(SENT),
    begins=array("int64"),
    room=NUMBER,
    mine=array("int32"),
    blocks=array("int32"),
    full=array("int32"),
    counts=array("int32"),
    places=array("int32"),
    limits=NUMBER,
    filled=array("int64"),
    capacity=array("int64"),
    needed=array("int64"),
    stop=array("int64"),
)

# State of which every rank has a part (counts and places, in elements of a type): in every EVERY-th step all get all.
STATE = Record(
    "StateExchange",
    gather_full=NUMBER,
    in_place=NUMBER,
    comm=NUMBER,
    type=NUMBER,
    every=NUMBER,
    values=NUMBER,
    counts=array("int32"),
    places=array("int32"),
)


BEGIN = 2
"""Words of a message before the first part."""


@disjoint
def copy(out, words):
    """Copy words."""
    for k in range(out.shape[0]):
        out[k] = words[k]


@kernel
def is_short(d):
    """Whether a recorder may lack room after the next step."""
    for k in range(d.limits):
        if d.filled[k] + 2 * d.needed[k] > d.capacity[k]:
            return 1
    return 0


@kernel
def write(d):
    """Write this rank's message; returns its length."""
    d.mine[1] = np.int32(is_short(d))
    end = BEGIN
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
    d.mine[0] = np.int32(end)
    return end


@kernel
def read(d, rank, message):
    """Read another rank's message, at an address."""
    words = int32s(message, 1)
    words = int32s(message, np.int64(words[0]))
    end = BEGIN
    for p in range(d.begins[rank], d.begins[rank + 1]):
        one = d.parts[p]
        n = np.int64(words[end])
        one.count[0] = n
        copy(whole(one.index, n), words[end + 1 : end + 1 + n])
        end += 1 + n
        if one.payload_words:
            n *= one.payload_words
            copy(int32s(one.payload, n), words[end : end + n])
            end += n


@leaf
def spikes(address, time):
    """Send this step's spikes of this rank's neurons, and list those of all others."""
    d = EXCHANGE(address)
    length = write(d)
    mine, blocks, full = address_of(d.mine, 0), address_of(d.blocks, 0), address_of(d.full, 0)
    call_function(d.gather, (mine, d.room, d.word, blocks, d.room, d.word, d.comm))
    end, fits = 0, True
    for rank in range(d.ranks):
        count = d.blocks[rank * d.room]
        d.counts[rank], d.places[rank] = count, np.int32(end)
        end += np.int64(count)
        fits = fits and np.int64(count) <= d.room
        if d.blocks[rank * d.room + 1]:
            d.stop[0] = 1
    if not fits:
        counts, places = address_of(d.counts, 0), address_of(d.places, 0)
        call_function(d.gather_full, (mine, length, d.word, full, counts, places, d.word, d.comm))
    for rank in range(d.ranks):
        if rank != d.rank:
            at = blocks + 4 * rank * d.room if fits else full + 4 * np.int64(d.places[rank])
            read(d, rank, at)


@leaf
def state(address, time):
    """Get the state of other ranks' neurons, in its place."""
    d = STATE(address)
    if time % d.every == 0:
        counts, places = address_of(d.counts, 0), address_of(d.places, 0)
        call_function(d.gather_full, (d.in_place, 0, d.type, d.values, counts, places, d.type, d.comm))
