# mypy: allow-untyped-defs, allow-incomplete-defs
"""Synapses read back from packed rows, of either store: those of one connection, source by source."""

import numpy as np

from loihi_emu.jit import kernel, leaf
from loihi_emu.models.records import NUMBER, Record, array
from loihi_emu.models.synapses.due import DELAY, GAP, MOST, NONE, due_at

i16 = np.int16
i32 = np.int32
i64 = np.int64
u8 = np.uint8
u32 = np.uint32

# So many rows, every step-th from first on, of chunks of width targets; due: rows sorted by delays, as due.py has them,
# else those of sparse.py. Taken are the synapses whose target lies in start..start + reach - 1; its number is how many
# times `each` it is from there. Places say where the next synapse of each row goes.
UNPACKING = Record(
    "Unpacking",
    count=NUMBER,
    first=NUMBER,
    step=NUMBER,
    rows=array("int64"),
    packed=array("uint32"),
    row_delays=array("uint8"),
    due=NUMBER,
    bits=NUMBER,
    width=NUMBER,
    chunks=NUMBER,
    sources=NUMBER,
    start=NUMBER,
    reach=NUMBER,
    each=NUMBER,
    places=array("int64"),
    targets=array("int32"),
    weights=array("int16"),
    delays=array("uint8"),
)

_PLACE = i64((1 << DELAY) - 1)


@kernel
def take(d, begin, end, base, delay, at):
    """Take those of some packed words that are asked for, to place `at` and behind; returns the next place."""
    bits, mask, reach, each = i32(d.bits), u32((i64(1) << d.bits) - i64(1)), d.reach, d.each
    own = bool(d.row_delays)
    for j in range(begin, end):
        word = d.packed[j]
        target = i64(word & mask) + base
        if target >= 0 and target < reach:
            d.targets[at] = i32(target if each == 1 else target // each)
            d.weights[at] = i16(i32(word) >> bits)
            d.delays[at] = d.row_delays[j] if own else u8(delay)
            at += 1
    return at


@leaf
def unpack(address, time):
    """Read the synapses of some rows."""
    d = UNPACKING(address)
    for k in range(d.count):
        row, at = d.first + k * d.step, d.places[k]
        for chunk in range(d.chunks):
            base = chunk * d.width - d.start
            if not d.due:
                begin = chunk * (d.sources + 1) + row
                at = take(d, d.rows[begin], d.rows[begin + 1], base, i64(0), at)
                continue
            entry = d.rows[chunk * d.sources + row]
            if entry == NONE:
                continue
            place, delay, gap = entry & _PLACE, due_at(entry), i64(1)
            while gap:
                header = i64(d.packed[place])
                end, gap = place + 1 + (header & i64(MOST)), header >> i64(GAP)
                at = take(d, place + 1, end, base, delay, at)
                place, delay = end, delay + gap
        d.places[k] = at
