# mypy: allow-untyped-defs, allow-incomplete-defs
"""Recorders: spikes as lists of events with a count per step, state as rows at an interval."""

from loihi_emu.jit import int16s, int32s, int64s, kernel, leaf, part, uint8s, whole
from loihi_emu.models.layout import SOURCE, valued
from loihi_emu.models.records import NUMBER, Record, array
from loihi_emu.models.synapses.dense import lower_bound

# Spikes of the neurons first <= i < end of a source: of all, or of those whose byte in chosen is set. Recorded are
# their indices and payloads, and how many there were in each step; filled is (spikes so far, steps so far).
SPIKES = SOURCE.extended(
    "SpikeProbe",
    first=NUMBER,
    end=NUMBER,
    chosen=array("uint8"),
    indices=array("int32"),
    payloads=array("int32"),
    counts=array("int32"),
    filled=array("int64"),
)
VALUED = Record("ValuedSpikeProbe", **{**valued(SPIKES).fields, "payloads": array("float64")})

# State, in rows of n values of so many bytes: of all neurons from the first value on, or of those chosen; filled is the
# number of rows so far.
STATE = Record(
    "StateProbe",
    values=NUMBER,
    width=NUMBER,
    n=NUMBER,
    chosen=array("int64"),
    every=NUMBER,
    rows=NUMBER,
    filled=array("int64"),
)


@kernel
def append(d, graded, payload):
    """Append this step's spikes, with their payloads if they have some."""
    count = d.count[0]
    index = whole(d.index, count)
    position, row, first = d.filled[0], d.filled[1], d.first
    low = lower_bound(index, count, first) if first > 0 else 0
    high = lower_bound(index, count, d.end)
    buffer = part(d.indices, position, high - low)
    payloads = part(d.payloads, position if graded else 0, high - low if graded else 0)
    taken = 0
    if not d.chosen:
        for k in range(low, high):
            buffer[k - low] = index[k] - first
        taken = high - low
        if graded:
            for k in range(low, high):
                payloads[k - low] = payload[k]
    else:
        chosen = whole(d.chosen, d.end - first)
        for k in range(low, high):
            if chosen[index[k] - first]:
                buffer[taken] = index[k] - first
                if graded:
                    payloads[taken] = payload[k]
                taken += 1
    d.counts[row] = taken
    d.filled[0] = position + taken
    d.filled[1] = row + 1


@leaf
def spikes(address, time):
    """Append this step's spikes."""
    d = SPIKES(address)
    graded = bool(d.payloads)
    append(d, graded, whole(d.payload if graded else d.index, d.count[0]))


@leaf
def valued_spikes(address, time):
    """Append this step's spikes, whose payloads are float64."""
    d = VALUED(address)
    append(d, True, whole(d.payload, d.count[0]))


@kernel
def copy_row(out, values, chosen, every_one):
    """Copy all, or the chosen, values."""
    if every_one:
        for i in range(out.shape[0]):
            out[i] = values[i]
    else:
        for i in range(out.shape[0]):
            out[i] = values[chosen[i]]


@leaf
def state(address, time):
    """Append one row of state in every EVERY-th step."""
    d = STATE(address)
    if time % d.every != 0:
        return
    n, width, every_one = d.n, d.width, not d.chosen
    chosen = whole(d.filled if every_one else d.chosen, 1 if every_one else n)
    reach = n
    if not every_one:
        for i in range(n):
            reach = max(reach, chosen[i] + 1)
    row = d.rows + width * n * d.filled[0]
    if width == 8:
        copy_row(int64s(row, n), int64s(d.values, reach), chosen, every_one)
    elif width == 4:
        copy_row(int32s(row, n), int32s(d.values, reach), chosen, every_one)
    elif width == 2:
        copy_row(int16s(row, n), int16s(d.values, reach), chosen, every_one)
    else:
        copy_row(uint8s(row, n), uint8s(d.values, reach), chosen, every_one)
    d.filled[0] += 1
