# mypy: allow-untyped-defs, allow-incomplete-defs
"""Dense connections of Lava's process models: sums of weights of this step's events, one row of weights per source.

Sums are shifted by the weight exponent (floor for a negative one) and kept in 32 bits. They are taken in 64 bits, but
where Lava multiplies 32-bit payloads with 32-bit weights, which wraps at 32 bits before the shift.
"""

import numpy as np

from loihi_emu.arithmetic import shift
from loihi_emu.jit import address_of, disjoint, float64s, int32s, int64s, kernel, leaf, whole
from loihi_emu.models.dense import TILE, add_rows
from loihi_emu.models.records import NUMBER, Record, array

i32 = np.int32
i64 = np.int64

SUMMING = Record(
    "LavaSumming",
    count=array("int64"),  # of this step's events
    index=array("int32"),  # their sources
    payloads=NUMBER,  # the incoming message; 0: every event counts as 1
    n=NUMBER,  # targets
    out=NUMBER,  # the sums, which are the outgoing message
    events=array("int64"),  # counter of synaptic events
)
"""What every connection is told: events in, sums out."""

# Weights in bytes have a stride, an offset and a shift (models.dense) and scratch; others are int32, with 64-bit sums.
DENSE = SUMMING.extended(
    "LavaDense",
    weights=NUMBER,
    exponent=NUMBER,
    mode=NUMBER,
    stride=NUMBER,
    offset=NUMBER,
    shift=NUMBER,
    scratch=array("uint16"),
    sums=array("int64"),
)

BYTES, PLAIN, GRADED, GRADED_WIDE = range(4)
"""Binary events and weights in bytes, or of any size; payloads of 32 or of 64 bits."""


@kernel
def events_of(common):
    """Sources of this step's events."""
    return whole(common.index, common.count[0])


@kernel
def payload(common, source, graded, wide):
    """Payload of a source's event; 1 without payloads."""
    if not graded:
        return i64(1)
    return int64s(common.payloads + 8 * source, 1)[0] if wide else i64(int32s(common.payloads + 4 * source, 1)[0])


@kernel
def payload_float(common, source):
    """The same in float64."""
    return float64s(common.payloads + 8 * source, 1)[0] if common.payloads else 1.0


@kernel
def shift_all(sums, exponent):
    """Shift 32-bit sums; what a left shift pushes beyond 32 bits is lost."""
    for i in range(sums.shape[0]):
        sums[i] = i32(shift(i64(sums[i]), exponent))


@kernel
def run_bytes(common, d):
    """Binary events, weights in bytes."""
    index = events_of(common)
    width = d.n
    for start in range(0, width, TILE):
        q = int32s(d.out + 4 * start, min(TILE, width - start))
        q[:] = i32(0)
        add_rows(q, index, 0, d.weights + start, d.stride, i32(d.offset), i32(d.shift), address_of(d.scratch, 0))
        if d.exponent:
            shift_all(q, d.exponent)


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
def run_plain(common, d, graded, wide):
    """Any weights, in 64-bit sums."""
    index = events_of(common)
    n = d.n
    sums = whole(d.sums, n)
    sums[:] = 0
    for k in range(index.shape[0]):
        place = i64(index[k])
        row = int32s(d.weights + 4 * n * place, n)
        if graded:
            add_scaled(sums, row, payload(common, place, True, wide))
        else:
            add_plain(sums, row)
    finish(int32s(d.out, n), sums, d.exponent, graded and not wide)


@leaf
def step(address, time):
    """Integer weights."""
    common, d = SUMMING(address), DENSE(address)
    mode = d.mode
    if mode == BYTES:
        run_bytes(common, d)
    elif mode == PLAIN:
        run_plain(common, d, False, False)
    elif mode == GRADED:
        run_plain(common, d, True, False)
    else:
        run_plain(common, d, True, True)
    d.events[0] += d.count[0] * d.n


@leaf
def step_float(address, time):
    """Binary events or float64 payloads, weights in float64; there is no exponent."""
    common, d = SUMMING(address), DENSE(address)
    index = events_of(common)
    n = d.n
    out = float64s(d.out, n)
    out[:] = 0.0
    for k in range(index.shape[0]):
        row = float64s(d.weights + 8 * n * index[k], n)
        if d.payloads:
            add_scaled(out, row, payload_float(common, i64(index[k])))
        else:
            add_plain(out, row)
    d.events[0] += index.shape[0] * n
