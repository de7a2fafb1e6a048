# mypy: allow-untyped-defs, allow-incomplete-defs
"""Source ring buffers of Lava: one column of a recording as this step's message."""

from loihi_emu.jit import float64s, int32s, kernel, leaf
from loihi_emu.models.layout import SOURCE
from loihi_emu.models.records import NUMBER, array

BUFFER = SOURCE.extended(
    "RingBuffer",
    out=NUMBER,  # the message; 0 when nobody reads it as an array
    n=NUMBER,
    length=NUMBER,  # columns
    rows=NUMBER,  # the columns, one after the other
    starts=array("int64"),  # where each column's events begin in the list
    places=array("int32"),  # of non-zero elements
    start=NUMBER,  # column of the first step
)


@kernel
def copy_row(out, rows, column):
    """Copy one column into the message."""
    n = out.shape[0]
    for i in range(n):
        out[i] = rows[column * n + i]


@kernel
def list_events(d, column):
    """List the non-zero elements of a column."""
    first = d.starts[column]
    count = d.starts[column + 1] - first
    for k in range(count):
        d.index[k] = d.places[first + k]
    d.count[0] = count


@leaf
def step(address, time):
    """Send a column of int32."""
    d = BUFFER(address)
    column = (time + d.start) % d.length
    list_events(d, column)
    if d.out:
        copy_row(int32s(d.out, d.n), int32s(d.rows, d.length * d.n), column)


@leaf
def step_float(address, time):
    """Send a column of float64."""
    d = BUFFER(address)
    column = (time + d.start) % d.length
    list_events(d, column)
    if d.out:
        copy_row(float64s(d.out, d.n), float64s(d.rows, d.length * d.n), column)
