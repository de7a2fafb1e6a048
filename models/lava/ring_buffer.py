"""Source ring buffers of Lava: one column of a recording as this step's message."""

from loihi_emu.jit import float64s, int32s, int64s, kernel, leaf
from loihi_emu.models import layout as at

OUT = 3  # address of the message; 0 when nobody reads it as an array
N = 4
LENGTH = 5  # columns
ROWS = 6  # address of the columns, one after the other
STARTS = 7  # address of int64 positions, LENGTH + 1: where each column's events begin in the list
PLACES = 8  # address of the places of non-zero elements, int32
START = 9  # column of the first step
SOURCE_WORDS = 10


@kernel
def copy_row(out, rows, column):
    """Copy one column into the message."""
    n = out.shape[0]
    for i in range(n):
        out[i] = rows[column * n + i]


@kernel
def list_events(d, column):
    """List the non-zero elements of a column."""
    bounds = int64s(d[STARTS] + 8 * column, 2)
    count = bounds[1] - bounds[0]
    places, index = int32s(d[PLACES] + 4 * bounds[0], count), int32s(d[at.S_INDEX], count)
    for k in range(count):
        index[k] = places[k]
    int64s(d[at.S_COUNT], 1)[0] = count


@leaf
def step(address, time):
    """Send a column of int32."""
    d = int64s(address, SOURCE_WORDS)
    column = (time + d[START]) % d[LENGTH]
    list_events(d, column)
    if d[OUT]:
        copy_row(int32s(d[OUT], d[N]), int32s(d[ROWS], d[LENGTH] * d[N]), column)


@leaf
def step_float(address, time):
    """Send a column of float64."""
    d = int64s(address, SOURCE_WORDS)
    column = (time + d[START]) % d[LENGTH]
    list_events(d, column)
    if d[OUT]:
        copy_row(float64s(d[OUT], d[N]), float64s(d[ROWS], d[LENGTH] * d[N]), column)
