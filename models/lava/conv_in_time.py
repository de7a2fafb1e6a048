"""ConvInTime by Lava's models: float64 weights (steps, targets, sources), sums that are due in the following steps."""

from loihi_emu.jit import float64s, int64s, leaf
from loihi_emu.models.lava.dense import events_of, payload_float

PAYLOADS, N, OUT = 3, 4, 5  # as for other connections
BUFFER = 6  # address of the sums, targets x steps, the next step first
STEPS = 7
WEIGHTS = 8  # address of the weights, source by source: steps x targets
SUMS = 9  # address of this step's sums, steps x targets
EVENTS = 10
TIME_WORDS = 11


@leaf
def step(address, time):
    """One step."""
    d = int64s(address, TIME_WORDS)
    index = events_of(d)
    n, steps = d[N], d[STEPS]
    size = n * steps
    buffer, sums, out = float64s(d[BUFFER], size), float64s(d[SUMS], size), float64s(d[OUT], n)
    sums[:] = 0.0
    for k in range(index.shape[0]):
        row = float64s(d[WEIGHTS] + 8 * size * index[k], size)
        factor = payload_float(d, index[k])
        for m in range(size):
            sums[m] += row[m] * factor
    for i in range(n):
        for k in range(steps):
            due = buffer[i * steps + k + 1] if k + 1 < steps else 0.0
            buffer[i * steps + k] = due + sums[(steps - 1 - k) * n + i]
        out[i] = buffer[i * steps]
    int64s(d[EVENTS], 1)[0] += index.shape[0] * size
