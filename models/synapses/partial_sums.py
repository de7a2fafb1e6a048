# mypy: allow-untyped-defs, allow-incomplete-defs
"""Sums that are changed before they reach the target: Lava's weight exponent and its 24-bit convolution.

The synapses of such a connection add into accumulators of their own, one row per delay, in every step; this leaf then
shifts (or wraps) each sum and adds it to the target's ring: Lava 0.10 applies the exponent to the sum of weights per
connection, target and delay, rounding down, and not to each weight.
"""

from loihi_emu.arithmetic import shift, wrap24
from loihi_emu.jit import leaf, part
from loihi_emu.models.records import NUMBER, Record, array

# Sums are delays (rows) x width; they move into the ring of slots x n from the target on. They are shifted by an
# exponent, or wrapped to signed 24 bits where wraps is 1; lost counts those that wrapped.
PARTIAL_SUMS = Record(
    "PartialSums",
    sums=array("int32"),
    rows=NUMBER,
    width=NUMBER,
    ring=array("int32"),
    slots=NUMBER,
    n=NUMBER,
    target=NUMBER,
    offset=NUMBER,
    exponent=NUMBER,
    wraps=NUMBER,
    lost=array("int64"),
)


@leaf
def step(address, time):
    """Move all sums into the target's ring and clear them."""
    d = PARTIAL_SUMS(address)
    width, wraps, exponent = d.width, d.wraps != 0, d.exponent
    lost = 0
    for row in range(d.rows):
        slot = (time + d.offset + row) % d.slots
        q = part(d.ring, slot * d.n + d.target, width)
        own_row = (time + d.offset + row) % d.rows
        total = part(d.sums, own_row * width, width)
        for i in range(width):
            if total[i] != 0:
                value = wrap24(total[i]) if wraps else shift(total[i], exponent)
                lost += wraps and value != total[i]
                q[i] += value
                total[i] = 0
    d.lost[0] += lost
