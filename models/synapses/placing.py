# mypy: allow-untyped-defs, allow-incomplete-defs
"""Synapses in any order brought into rows by counting: one pass counts them by key, one puts them in place.

A row holds the synapses of one source neuron onto one chunk of targets. The key of a synapse is its row; where rows are
sorted by delays, its row and delay.
"""

import numpy as np

from loihi_emu.jit import kernel, leaf, whole
from loihi_emu.models.records import NUMBER, Record, array
from loihi_emu.models.synapses.due import DELAY, GAP, NONE

i32 = np.int32
i64 = np.int64
u8 = np.uint8
u32 = np.uint32
u64 = np.uint64

# A block of count synapses, any of whose targets may not be asked for: taken are first..stop - 1 (cut: 1; modulo period
# where that is not 0), and counted from origin. A chunk has so many targets, and rows of all sources (chunk 0: there is
# one). Delays are one each, or the same for all; keys contain them where span is more than 1. Places, one a key, count
# the synapses of each key; in the second pass they say where its next one goes. Where there are delays of rows, each
# synapse keeps its own. A word is target | weight << bits.
PLACING = Record(
    "Placing",
    count=NUMBER,
    sources=array("int32"),
    targets=array("int32"),
    weights=array("int16"),
    delays=array("uint8"),
    same_delay=NUMBER,
    cut=NUMBER,
    first=NUMBER,
    stop=NUMBER,
    period=NUMBER,
    origin=NUMBER,
    chunk=NUMBER,
    rows=NUMBER,
    span=NUMBER,
    places=array("int64"),
    packed=array("uint32"),
    bits=NUMBER,
    row_delays=array("uint8"),
)


@kernel
def relative(target, first, stop, period, origin):
    """A target counted from an origin; negative where it is not asked for."""
    within = target - target // period * period if period else target
    return target - origin if first <= within and within < stop else i64(-1)


@leaf
def count(address, time):
    """Count the synapses of a block by their keys."""
    d = PLACING(address)
    n, cut, first, stop, period, origin = d.count, d.cut != 0, d.first, d.stop, d.period, d.origin
    chunk, rows, span, each, same = d.chunk, d.rows, d.span, bool(d.delays), d.same_delay
    sources, targets, delays, places = whole(d.sources, n), whole(d.targets, n), whole(d.delays, n), d.places
    for j in range(n):
        k = u64(j)
        row = i64(sources[k])
        if cut or chunk:
            target = i64(targets[k])
            if cut:
                target = relative(target, first, stop, period, origin)
                if target < 0:
                    continue
            if chunk:
                row += target // chunk * rows
        if span > 1:
            row = row * span + (i64(delays[k]) if each else same)
        places[row] = places[row] + 1


@leaf
def place(address, time):
    """Put the synapses of a block into their rows."""
    d = PLACING(address)
    n, cut, first, stop, period, origin = d.count, d.cut != 0, d.first, d.stop, d.period, d.origin
    chunk, rows, span, each, same = d.chunk, d.rows, d.span, bool(d.delays), d.same_delay
    sources, targets, delays, places = whole(d.sources, n), whole(d.targets, n), whole(d.delays, n), d.places
    weights, words, row_delays, bits = whole(d.weights, n), d.packed, d.row_delays, u32(d.bits)
    for j in range(n):
        k = u64(j)
        row, target = i64(sources[k]), i64(targets[k])
        if cut:
            target = relative(target, first, stop, period, origin)
            if target < 0:
                continue
        if chunk:
            number = target // chunk
            row += number * rows
            target -= number * chunk
        delay = i64(delays[k]) if each else same
        if span > 1:
            row = row * span + delay
        to = places[row]
        places[row] = to + 1
        words[to] = u32(target) | (u32(i32(weights[k])) << bits)
        if row_delays:
            row_delays[to] = u8(delay)


# Places, one a key, hold how many synapses there are, and afterwards where they go; words then have a header before the
# synapses of each key that has some, and starts (one a row) its first entry (models/synapses/due.py).
HEADING = Record(
    "Heading", rows=NUMBER, span=NUMBER, places=array("int64"), packed=array("uint32"), starts=array("int64")
)


@leaf
def head(address, time):
    """Write the headers of rows that are sorted by delays."""
    d = HEADING(address)
    span, places, words, starts = d.span, d.places, d.packed, d.starts
    at = i64(0)
    for row in range(d.rows):
        starts[row] = NONE
        last, delay_before = i64(-1), i64(0)
        for delay in range(span):
            count = places[row * span + delay]
            if count == 0:
                continue
            if last < 0:
                starts[row] = at | i64(delay) << i64(DELAY)
            else:
                words[last] = words[last] | (u32(delay - delay_before) << u32(GAP))
            words[at] = u32(count)
            places[row * span + delay] = at + 1
            last, delay_before = at, i64(delay)
            at += 1 + count
