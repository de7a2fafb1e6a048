# mypy: allow-untyped-defs, allow-incomplete-defs
"""Sums that were under way when an image began to run: each step's are added to the ring of a group when it comes."""

from loihi_emu.jit import leaf, part
from loihi_emu.models.records import NUMBER, Record, array

# Sums of the steps to come, step modulo span; left is the number of steps for which there are some. A slot of the ring
# has so many accumulators: those of the first port's neurons, then the next's. Of each port's, n are added.
PENDING = Record(
    "Pending",
    left=array("int64"),
    sums=array("int32"),
    span=NUMBER,
    ring=array("int32"),
    slots=NUMBER,
    width=NUMBER,
    ports=NUMBER,
    n=NUMBER,
)


@leaf
def step(address, time):
    """Add what arrives in this step."""
    d = PENDING(address)
    if d.left[0] == 0:
        return
    d.left[0] -= 1
    width, n = d.width, d.n
    for port in range(d.ports):
        first = port * (width // d.ports)
        ring, sums = part(d.ring, time % d.slots * width + first, n), part(d.sums, time % d.span * width + first, n)
        for i in range(n):
            ring[i] += sums[i]
