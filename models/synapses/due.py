# mypy: allow-untyped-defs, allow-incomplete-defs
"""Sparse synapses that are delivered when they are due: a spike waits in a log until its next synapses act.

A row holds the synapses of one source neuron onto one chunk of targets, sorted by delay: for each delay that occurs a
header (how many synapses, and how many steps later the next ones are due; 0 for the last), then packed words, target |
weight << bits, where bits are 16, or as many more as the weights leave. A log keeps, for each of the last steps, an
entry for every spike: the place of the next header, and its delay above it. So in a step all weights go into one slot
of the ring, which stays in the cache where a ring of all delays does not.
"""

import numpy as np

from loihi_emu.jit import address_of, disjoint, int32s, kernel, leaf, part, prefetch, room, whole
from loihi_emu.models.layout import PROJECTION
from loihi_emu.models.records import NUMBER, array

i32 = np.int32
i64 = np.int64
u32 = np.uint32
u64 = np.uint64

# Rows (chunks x sources) are first entries, NONE without synapses; sizes has the synapses of each source. The log has
# lists of so many steps for each chunk, with room for so many entries, and as many payloads where they are graded;
# lengths says how many entries each list has.
DUE = PROJECTION.extended(
    "Due",
    rows=array("int64"),
    packed=array("uint32"),
    bits=NUMBER,
    sizes=array("int64"),
    chunks=NUMBER,
    sources=NUMBER,
    lists=NUMBER,
    space=NUMBER,
    lengths=array("int64"),
    log=array("int64"),
    payloads=array("int32"),
)
# What is under way, added to a ring of so many slots.
UNDER_WAY = DUE.extended("UnderWay", sums=array("int32"), span=NUMBER)

NONE = i64(-1)
"""An entry that waits for nothing."""
DELAY = 56
"""The delay of an entry lies from this bit on."""
GAP = 24
"""The gap of a header lies from this bit on."""
MOST = (1 << GAP) - 1
"""Synapses that one header counts."""
_PLACE = i64((1 << DELAY) - 1)
_COUNT = i64(MOST)
_BATCH = 256
_ENTRIES = room(np.int64, _BATCH)
_PLACES = room(np.int64, _BATCH)
_AHEAD, _NEAR = 12, 6
"""Entries ahead whose header is asked for, and whose synapses are."""
_WORDS = 16
"""Words of a cache line."""
_MOST_LINES = 12
_STEP = 8


@kernel
def delay_of(entry):
    """Steps from the spike to the synapses of an entry."""
    return (entry >> i64(DELAY)) & i64(0xFF)


@kernel
def graded_of(d):
    """Whether payloads multiply the weights."""
    return d.graded != 0 and bool(d.payload)


@kernel
def enter(d, chunk, newest):
    """Log this step's spikes."""
    count, lists = d.count[0], d.lists
    index, rows = whole(d.index, count), part(d.rows, chunk * d.sources, d.sources)
    start = (chunk * lists + newest) * d.space
    entries = part(d.log, start, count)
    graded = graded_of(d)
    kept = 0
    for k in range(count):
        entry = rows[u64(index[u64(k)])]
        entries[u64(kept)] = entry
        if graded:
            d.payloads[start + kept] = d.payload[k]
        kept += i64(entry != NONE)
    d.lengths[chunk * lists + newest] = kept


@kernel
def add(q, word, mask, bits, payload):
    """Add one packed synapse to its target's accumulator; sums wrap at 32 bits."""
    target = u64(word & mask)
    q[target] = i32(q[target] + i32(i32(i32(word) >> bits) * payload))


@disjoint
def add_words(q, row, mask, bits):
    """Add synapses, eight at a time."""
    whole = row.shape[0] // _STEP
    for block in range(whole):
        k = u64(block) * u64(_STEP)
        w0, w1, w2, w3 = row[k], row[k + u64(1)], row[k + u64(2)], row[k + u64(3)]
        w4, w5, w6, w7 = row[k + u64(4)], row[k + u64(5)], row[k + u64(6)], row[k + u64(7)]
        add(q, w0, mask, bits, i32(1))
        add(q, w1, mask, bits, i32(1))
        add(q, w2, mask, bits, i32(1))
        add(q, w3, mask, bits, i32(1))
        add(q, w4, mask, bits, i32(1))
        add(q, w5, mask, bits, i32(1))
        add(q, w6, mask, bits, i32(1))
        add(q, w7, mask, bits, i32(1))
    for k in range(whole * _STEP, row.shape[0]):
        add(q, row[k], mask, bits, i32(1))


@disjoint
def add_words_graded(q, row, mask, bits, payload):
    """Add synapses multiplied by a payload."""
    for k in range(row.shape[0]):
        add(q, row[k], mask, bits, payload)


@kernel
def ask(words, place):
    """Ask for the synapses behind a header, a few lines of them; the processor follows from there."""
    end = min(i64(words[place]) & _COUNT, i64(_MOST_LINES * _WORDS)) + _WORDS
    for word in range(_WORDS, end, _WORDS):
        prefetch(address_of(words, place + word))


@kernel
def deliver(d, q, entries, places, found, graded):
    """Add the synapses that some entries wait for, and let them wait for the next."""
    words, bits = d.packed, i32(d.bits)
    mask = u32((i64(1) << d.bits) - i64(1))
    for k in range(found):
        if k + _AHEAD < found:
            prefetch(address_of(words, entries[u64(k + _AHEAD)] & _PLACE))
        if k + _NEAR < found:
            ask(words, entries[u64(k + _NEAR)] & _PLACE)
        entry = entries[u64(k)]
        place = entry & _PLACE
        header = i64(words[place])
        count, gap = header & _COUNT, header >> i64(GAP)
        row = part(words, place + 1, count)
        at = places[u64(k)]
        if graded:
            add_words_graded(q, row, mask, bits, d.payloads[at])
        else:
            add_words(q, row, mask, bits)
        d.log[at] = (place + 1 + count) | ((delay_of(entry) + gap) << i64(DELAY)) if gap else NONE


@leaf
def step(address, time):
    """Log this step's spikes, and deliver all that is due."""
    d = DUE(address)
    count = d.count[0]
    lists, space, graded = d.lists, d.space, graded_of(d)
    newest = time % lists
    slot = (time + d.offset) % d.slots
    index = whole(d.index, count)
    events = 0
    for k in range(count):
        events += d.sizes[i64(index[u64(k)])]
    d.events[0] += events
    due, places = _ENTRIES(), _PLACES()
    for chunk in range(d.chunks):
        base = chunk << d.bits
        q = int32s(d.ring + 4 * (slot * d.n + base), d.n - base)
        enter(d, chunk, newest)
        found = 0
        for age in range(lists):
            number = newest - age
            number = chunk * lists + (number + lists if number < 0 else number)
            length = d.lengths[number]
            start = number * space
            entries = part(d.log, start, length)
            kept = k = 0
            while k < length:
                end = min(length, k + _BATCH - found)
                for j in range(k, end):
                    entry = entries[u64(j)]
                    entries[u64(kept)] = entry
                    if graded:
                        d.payloads[start + kept] = d.payloads[start + j]
                    due[u64(found)], places[u64(found)] = entry, start + kept
                    found += i64(delay_of(entry) == age and entry != NONE)
                    kept += i64(entry != NONE)
                k = end
                if found == _BATCH:
                    deliver(d, q, due, places, found, graded)
                    found = 0
            d.lengths[number] = kept
        deliver(d, q, due, places, found, graded)


@leaf
def under_way(address, time):
    """Add all that waits before the step that runs next, each to the slot of the step in which it arrives."""
    d = UNDER_WAY(address)
    lists, n, span, graded, bits = d.lists, d.n, d.span, graded_of(d), i32(d.bits)
    mask = u32((i64(1) << d.bits) - i64(1))
    for chunk in range(d.chunks):
        base = chunk << d.bits
        for age in range(lists):
            number = chunk * lists + (time - 1 - age) % lists
            for k in range(d.lengths[number]):
                at = number * d.space + k
                entry = d.log[at]
                if entry == NONE:
                    continue
                payload = d.payloads[at] if graded else i32(1)
                place, delay, gap = entry & _PLACE, delay_of(entry), i64(1)
                while gap:
                    header = i64(d.packed[place])
                    count, gap = header & _COUNT, header >> i64(GAP)
                    slot = (time - 1 - age + d.offset + delay) % span
                    sums = part(d.sums, slot * n + base, n - base)
                    add_words_graded(sums, part(d.packed, place + 1, count), mask, bits, payload)
                    place, delay = place + 1 + count, delay + gap
