"""Dense connections of Lava's process models: sums of weights of this step's events, one row of weights per source.

Sums are shifted by the weight exponent (floor for a negative one) and kept in 32 bits. They are taken in 64 bits, but
where Lava multiplies 32-bit payloads with 32-bit weights, which wraps at 32 bits before the shift.
"""

import numpy as np

from loihi_emu.arithmetic import shift
from loihi_emu.jit import disjoint, float64s, int32s, int64s, kernel, leaf
from loihi_emu.models import layout as at
from loihi_emu.models.dense import TILE, add_rows

i32 = np.int32
i64 = np.int64

PAYLOADS = 3  # address of the message; 0: every event counts as 1
N = 4  # targets
OUT = 5  # address of the sums, which are the outgoing message
WEIGHTS = 6  # address of the rows
EXPONENT = 7
STRIDE, OFFSET, BYTE_SHIFT, SCRATCH = 8, 9, 10, 11  # of weights kept in bytes, see models.dense
SUMS = 8  # of other weights: address of 64-bit sums
EVENTS = 12  # address of the counter of synaptic events
MODE = 13
DENSE_WORDS = 14

BYTES, PLAIN, GRADED, GRADED_WIDE = range(4)
"""Binary events and weights in bytes, or of any size; payloads of 32 or of 64 bits."""


@kernel
def events_of(d):
    """Sources of this step's events."""
    return int32s(d[at.S_INDEX], int64s(d[at.S_COUNT], 1)[0])


@kernel
def payload(d, source, graded, wide):
    """Payload of a source's event; 1 without payloads."""
    if not graded:
        return i64(1)
    return int64s(d[PAYLOADS] + 8 * source, 1)[0] if wide else i64(int32s(d[PAYLOADS] + 4 * source, 1)[0])


@kernel
def payload_float(d, source):
    """The same in float64."""
    return float64s(d[PAYLOADS] + 8 * source, 1)[0] if d[PAYLOADS] else 1.0


@kernel
def count_events(d, count):
    """Add this step's synaptic events to the counter."""
    int64s(d[EVENTS], 1)[0] += count * d[N]


@kernel
def shift_all(sums, exponent):
    """Shift 32-bit sums; what a left shift pushes beyond 32 bits is lost."""
    for i in range(sums.shape[0]):
        sums[i] = i32(shift(i64(sums[i]), exponent))


@kernel
def run_bytes(d):
    """Binary events, weights in bytes."""
    index = events_of(d)
    width = d[N]
    for start in range(0, width, TILE):
        q = int32s(d[OUT] + 4 * start, min(TILE, width - start))
        q[:] = i32(0)
        add_rows(q, index, 0, d[WEIGHTS] + start, d[STRIDE], i32(d[OFFSET]), i32(d[BYTE_SHIFT]), d[SCRATCH])
        if d[EXPONENT]:
            shift_all(q, d[EXPONENT])


@disjoint
def add_scaled(sums, row, factor):
    """Add one row times a factor."""
    for i in range(sums.shape[0]):
        sums[i] += row[i] * factor


@disjoint
def add_plain(sums, row):
    """Add one row."""
    for i in range(sums.shape[0]):
        sums[i] += row[i]


@disjoint
def finish(out, sums, exponent, narrow):
    """Shift the sums and keep 32 bits."""
    for i in range(out.shape[0]):
        total = i64(i32(sums[i])) if narrow else sums[i]
        out[i] = i32(shift(total, exponent))


@kernel
def run_plain(d, graded, wide):
    """Any weights, in 64-bit sums."""
    index = events_of(d)
    n = d[N]
    sums = int64s(d[SUMS], n)
    sums[:] = 0
    for k in range(index.shape[0]):
        place = i64(index[k])
        row = int32s(d[WEIGHTS] + 4 * n * place, n)
        if graded:
            add_scaled(sums, row, payload(d, place, True, wide))
        else:
            add_plain(sums, row)
    finish(int32s(d[OUT], n), sums, d[EXPONENT], graded and not wide)


@leaf
def step(address, time):
    """Integer weights."""
    d = int64s(address, DENSE_WORDS)
    mode = d[MODE]
    if mode == BYTES:
        run_bytes(d)
    elif mode == PLAIN:
        run_plain(d, False, False)
    elif mode == GRADED:
        run_plain(d, True, False)
    else:
        run_plain(d, True, True)
    count_events(d, int64s(d[at.S_COUNT], 1)[0])


@leaf
def step_float(address, time):
    """Binary events or float64 payloads, weights in float64; there is no exponent."""
    d = int64s(address, DENSE_WORDS)
    index = events_of(d)
    n = d[N]
    out = float64s(d[OUT], n)
    out[:] = 0.0
    for k in range(index.shape[0]):
        row = float64s(d[WEIGHTS] + 8 * n * index[k], n)
        if d[PAYLOADS]:
            add_scaled(out, row, payload_float(d, i64(index[k])))
        else:
            add_plain(out, row)
    count_events(d, index.shape[0])
