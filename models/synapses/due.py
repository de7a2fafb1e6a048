# mypy: allow-untyped-defs, allow-incomplete-defs
"""Sparse synapses that are delivered when they are due: a spike waits in a log until its next synapses act.

A row holds the synapses of one source neuron onto one chunk of targets, sorted by delay: for each delay that occurs a
header (how many synapses, and how many steps later the next ones are due; 0 for the last), then packed words, target |
weight << bits, where bits are 16, or as many more as the weights leave. The log has an entry for every spike under way:
the place of the next header, and above it the step in which that is due, modulo 256. So in a step all weights go into
one slot of the ring, which stays in the cache where a ring of all delays does not.
"""

import numpy as np

from loihi_emu.jit import address_of, disjoint, int32s, kernel, leaf, part, prefetch, room, whole
from loihi_emu.models.layout import PROJECTION
from loihi_emu.models.records import NUMBER, array

i32 = np.int32
i64 = np.int64
u32 = np.uint32
u64 = np.uint64

# Rows (chunks x sources) are first entries with delays in place of steps, NONE without synapses; sizes has the synapses
# of each source. The log has room for so many entries for each chunk, and as many payloads where they are graded;
# lengths says how many there are. More: what was logged before this step's spikes has been delivered.
DUE = PROJECTION.extended(
    "Due",
    rows=array("int64"),
    packed=array("uint32"),
    bits=NUMBER,
    sizes=array("int64"),
    chunks=NUMBER,
    sources=NUMBER,
    space=NUMBER,
    lengths=array("int64"),
    log=array("int64"),
    payloads=array("int32"),
    more=NUMBER,
)
# What is under way, added to a ring of so many slots.
UNDER_WAY = DUE.extended("UnderWay", sums=array("int32"), span=NUMBER)

NONE = i64(-1)
"""An entry that waits for nothing."""
DELAY = 56
"""The delay of an entry, or the step in which it is due, lies from this bit on."""
GAP = 24
"""The gap of a header lies from this bit on."""
MOST = (1 << GAP) - 1
"""Synapses that one header counts."""
_PLACE = i64((1 << DELAY) - 1)
_COUNT = i64(MOST)
_BATCH = 256
_ENTRIES = room(np.int64, _BATCH)
_PLACES = room(np.int64, _BATCH)
_AHEAD, _NEAR = 24, 12
"""Entries ahead whose header is asked for, and whose synapses are."""
_LINE = 16
"""Words of a cache line."""
_STEPS = i64(0xFF)


@kernel
def due_at(entry):
    """The step in which an entry is due, modulo 256; of an entry of a row its delay."""
    return (entry >> i64(DELAY)) & _STEPS


@kernel
def entry_of(place, step):
    """An entry: the place of a header, due in a step."""
    return place | ((step & _STEPS) << i64(DELAY))


@kernel
def graded_of(d):
    """Whether payloads multiply the weights."""
    return d.graded != 0 and bool(d.payload)


@kernel
def enter(d, chunk, time):
    """Log this step's spikes; the number of entries then."""
    count, length = d.count[0], d.lengths[chunk]
    index, rows = whole(d.index, count), part(d.rows, chunk * d.sources, d.sources)
    start = chunk * d.space + length
    entries = part(d.log, start, count)
    graded = graded_of(d)
    kept = 0
    for k in range(count):
        entry = rows[u64(index[u64(k)])]
        entries[u64(kept)] = entry_of(entry & _PLACE, due_at(entry) + time) if entry != NONE else NONE
        if graded:
            d.payloads[start + kept] = d.payload[k]
        kept += i64(entry != NONE)
    return length + kept


@kernel
def add(q, word, mask, bits, payload):
    """Add one packed synapse to its target's accumulator; sums wrap at 32 bits."""
    target = u64(word & mask)
    q[target] = i32(q[target] + i32(i32(i32(word) >> bits) * payload))


@disjoint
def add_words(q, row, mask, bits):
    """Add synapses, four at a time.

    Rows are short and each has another length, so the last one to three are not a loop, whose end nobody foresees: in
    place of those that are not there 0 is added to the first one's target.
    """
    n = row.shape[0]
    for block in range(n >> 2):
        k = u64(block) * u64(4)
        w0, w1, w2, w3 = row[k], row[k + u64(1)], row[k + u64(2)], row[k + u64(3)]
        add(q, w0, mask, bits, i32(1))
        add(q, w1, mask, bits, i32(1))
        add(q, w2, mask, bits, i32(1))
        add(q, w3, mask, bits, i32(1))
    rest, last, nothing = n & 3, u64(n - 1), row[u64(0)] & mask
    w0, w1, w2 = row[last], row[last - u64(rest > 1)], row[last - u64(2 * (rest > 2))]
    add(q, w0 if rest > 0 else nothing, mask, bits, i32(1))
    add(q, w1 if rest > 1 else nothing, mask, bits, i32(1))
    add(q, w2 if rest > 2 else nothing, mask, bits, i32(1))


@disjoint
def add_words_graded(q, row, mask, bits, payload):
    """Add synapses multiplied by a payload."""
    for k in range(row.shape[0]):
        add(q, row[k], mask, bits, payload)


@kernel
def ask(words, place):
    """Ask for the synapses behind a header, eight lines of them; the processor follows from there."""
    count = i64(words[place]) & _COUNT
    for line in range(1, 9):
        prefetch(address_of(words, place + min(count, i64(line * _LINE))))


@kernel
def deliver(d, q, entries, places, found, graded, time):
    """Add the synapses that some entries wait for, and let them wait for the next."""
    words, bits = d.packed, i32(d.bits)
    mask = u32((i64(1) << d.bits) - i64(1))
    for k in range(found):
        if k + _AHEAD < found:
            prefetch(address_of(words, entries[u64(k + _AHEAD)] & _PLACE))
        if k + _NEAR < found:
            ask(words, entries[u64(k + _NEAR)] & _PLACE)
        place = entries[u64(k)] & _PLACE
        header = i64(words[place])
        count, gap = header & _COUNT, header >> i64(GAP)
        row = part(words, place + 1, count)
        at = places[u64(k)]
        if graded:
            add_words_graded(q, row, mask, bits, d.payloads[at])
        else:
            add_words(q, row, mask, bits)
        d.log[at] = entry_of(place + 1 + count, time + gap) if gap else NONE


@kernel
def count_events(d):
    """Count the synapses of a step's spikes."""
    count = d.count[0]
    index = whole(d.index, count)
    events = 0
    for k in range(count):
        events += d.sizes[i64(index[u64(k)])]
    d.events[0] += events


@kernel
def deliver_due(d, chunk, first, time):
    """Deliver all that is due in a step of the entries from one on."""
    graded = graded_of(d)
    now, slot = time & _STEPS, (time + d.offset) % d.slots
    due, places = _ENTRIES(), _PLACES()
    base = chunk << d.bits
    q = int32s(d.ring + 4 * (slot * d.n + base), d.n - base)
    start, length = chunk * d.space, d.lengths[chunk]
    entries = part(d.log, start, length)
    found, kept, k = i64(0), first, first
    while k < length:
        end = min(length, k + _BATCH - found)
        for j in range(k, end):
            entry = entries[u64(j)]
            entries[u64(kept)] = entry
            if graded:
                d.payloads[start + kept] = d.payloads[start + j]
            due[u64(found)], places[u64(found)] = entry, start + kept
            found += i64(due_at(entry) == now and entry != NONE)
            kept += i64(entry != NONE)
        k = end
        if found == _BATCH:
            deliver(d, q, due, places, found, graded, time)
            found = 0
    d.lengths[chunk] = kept
    deliver(d, q, due, places, found, graded, time)


@leaf
def step(address, time):
    """Log this step's spikes, and deliver all that is due."""
    d = DUE(address)
    count_events(d)
    for chunk in range(d.chunks):
        before = d.lengths[chunk] if d.more else i64(0)
        d.lengths[chunk] = enter(d, chunk, time)
        deliver_due(d, chunk, before, time)


@leaf
def enter_later(address, time):
    """Log the spikes of a step that may be over; none of their synapses was due before this one."""
    d = DUE(address)
    count_events(d)
    for chunk in range(d.chunks):
        d.lengths[chunk] = enter(d, chunk, time)


@leaf
def due_now(address, time):
    """Deliver what is due in this step of all that is logged."""
    d = DUE(address)
    for chunk in range(d.chunks):
        deliver_due(d, chunk, i64(0), time)


@leaf
def under_way(address, time):
    """Add all that waits before the step that runs next, each to the slot of the step in which it arrives."""
    d = UNDER_WAY(address)
    n, span, graded, bits = d.n, d.span, graded_of(d), i32(d.bits)
    mask = u32((i64(1) << d.bits) - i64(1))
    for chunk in range(d.chunks):
        base = chunk << d.bits
        for k in range(d.lengths[chunk]):
            at = chunk * d.space + k
            entry = d.log[at]
            if entry == NONE:
                continue
            payload = d.payloads[at] if graded else i32(1)
            place, later, gap = entry & _PLACE, (due_at(entry) - time) & _STEPS, i64(1)
            while gap:
                header = i64(d.packed[place])
                count, gap = header & _COUNT, header >> i64(GAP)
                slot = (time + d.offset + later) % span
                sums = part(d.sums, slot * n + base, n - base)
                add_words_graded(sums, part(d.packed, place + 1, count), mask, bits, payload)
                place, later = place + 1 + count, later + gap
