# mypy: allow-untyped-defs, allow-incomplete-defs
"""Spikes of a source whose parts list them apart, one part after the other, in one list."""

from loihi_emu.jit import address_of, disjoint, kernel, leaf, part, prefetch, whole
from loihi_emu.models.layout import SOURCE, valued
from loihi_emu.models.records import NUMBER, Record, array

# A part lists its spikes by neurons counted from its first on.
PART = SOURCE.extended("GatherPart", first=NUMBER)
VALUED_PART = valued(PART)
GATHER = SOURCE.extended("Gather", part_count=NUMBER, parts=array(PART))
VALUED = Record("GatherValued", **{**valued(GATHER).fields, "parts": array(VALUED_PART)})


@disjoint
def copy_from(out, index, first):
    """Copy indices, from the first neuron on."""
    for k in range(out.shape[0]):
        out[k] = index[k] + first


@disjoint
def copy(out, values):
    """Copy payloads."""
    for k in range(out.shape[0]):
        out[k] = values[k]


@kernel
def join(d):
    """Join the lists of all parts."""
    count = 0
    for p in range(d.part_count):  # most are in another processor's cache: all come at the same time
        one = d.parts[p]
        prefetch(address_of(one.count, 0))
        prefetch(address_of(one.index, 0))
    for p in range(d.part_count):
        one = d.parts[p]
        n = one.count[0]
        copy_from(part(d.index, count, n), whole(one.index, n), one.first)
        if d.payload:
            copy(part(d.payload, count, n), whole(one.payload, n))
        count += n
    d.count[0] = count


@leaf
def step(address, time):
    """Join this step's spikes."""
    join(GATHER(address))


@leaf
def step_valued(address, time):
    """Join this step's spikes, whose payloads are float64."""
    join(VALUED(address))
