# mypy: allow-untyped-defs, allow-incomplete-defs
"""ConvInTime by Lava's models: float64 weights (steps, targets, sources), sums that are due in the following steps."""

from loihi_emu.jit import float64s, leaf, part, whole
from loihi_emu.models.lava.sums import SUMMING, events_of, payload_float
from loihi_emu.models.records import NUMBER, array

CONV = SUMMING.extended(
    "ConvInTime",
    steps=NUMBER,
    buffer=array("float64"),  # sums, targets x steps, the next step first
    weights=array("float64"),  # source by source: steps x targets
    sums=array("float64"),  # of this step, steps x targets
)


@leaf
def step(address, time):
    """One step."""
    common, d = SUMMING(address), CONV(address)
    index = events_of(common)
    n, steps = d.n, d.steps
    size = n * steps
    buffer, sums, out = whole(d.buffer, size), whole(d.sums, size), float64s(d.ring, n)
    sums[:] = 0.0
    for k in range(index.shape[0]):
        row = part(d.weights, size * index[k], size)
        factor = payload_float(common, index[k])
        for m in range(size):
            sums[m] += row[m] * factor
    for i in range(n):
        for k in range(steps):
            due = buffer[i * steps + k + 1] if k + 1 < steps else 0.0
            buffer[i * steps + k] = due + sums[(steps - 1 - k) * n + i]
        out[i] = buffer[i * steps]
    d.events[0] += index.shape[0] * size
