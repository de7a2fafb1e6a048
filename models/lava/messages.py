"""Messages between processes: sums over connections in the order of a port, lists of non-zero elements, records."""

import numpy as np

from loihi_emu.arithmetic import wrap
from loihi_emu.jit import disjoint, float32s, float64s, int8s, int16s, int32s, int64s, kernel, leaf, uint8s
from loihi_emu.models import layout as at

i32 = np.int32

I32, I64, F64, I16, I8, U8, F32 = range(7)
"""Kinds of elements. Messages are of the first three; what is recorded may be of any."""

# Sum of messages: description, then one row of PART_WORDS a connection.
S_OUT, S_N, S_KIND, S_PARTS, S_TABLE = range(5)
SOURCE, KIND, LENGTH, INDEX = range(4)  # INDEX: address of int64 places in the source, -1 for none; 0: equal order
PART_WORDS = 4


@disjoint
def add_all(out, source):
    """Add a message in the port's order."""
    for i in range(out.shape[0]):
        out[i] += source[i]


@disjoint
def add_moved(out, source, index):
    """Add a message whose elements stand elsewhere."""
    for i in range(out.shape[0]):
        if index[i] >= 0:
            out[i] += source[index[i]]


@kernel
def add_part(out, source, index):
    """Add one message."""
    if index:
        add_moved(out, source, int64s(index, out.shape[0]))
    else:
        add_all(out, source)


@leaf
def total(address, time):
    """Sum up all messages of a port; integers wrap at the width of the sum."""
    head = int64s(address, S_TABLE)
    n, kind, parts = head[S_N], head[S_KIND], head[S_PARTS]
    table = int64s(address + 8 * S_TABLE, parts * PART_WORDS)
    for p in range(parts):
        part = table[p * PART_WORDS : (p + 1) * PART_WORDS]
        source, length, index = part[SOURCE], part[LENGTH], part[INDEX]
        if kind == I32:
            narrow = int32s(head[S_OUT], n)
            if p == 0:
                narrow[:] = i32(0)
            add_part(narrow, int32s(source, length), index)
        elif kind == I64:
            wide = int64s(head[S_OUT], n)
            if p == 0:
                wide[:] = 0
            if part[KIND] == I32:
                add_part(wide, int32s(source, length), index)
            else:
                add_part(wide, int64s(source, length), index)
        else:
            real = float64s(head[S_OUT], n)
            if p == 0:
                real[:] = 0.0
            if part[KIND] == I32:
                add_part(real, int32s(source, length), index)
            elif part[KIND] == I64:
                add_part(real, int64s(source, length), index)
            else:
                add_part(real, float64s(source, length), index)


# Events of a message: the source fields that begin every description, then these.
E_MESSAGE, E_KIND, E_N = 3, 4, 5
EVENT_WORDS = 6


@disjoint
def list_nonzero(index, values):
    """List the places of non-zero elements; returns how many."""
    count = 0
    for i in range(values.shape[0]):
        index[count] = i32(i)
        count += values[i] != 0
    return count


@leaf
def events(address, time):
    """List the non-zero elements of a message (room for one more than there are elements)."""
    d = int64s(address, EVENT_WORDS)
    n = d[E_N]
    index = int32s(d[at.S_INDEX], n + 1)
    if d[E_KIND] == I32:
        count = list_nonzero(index, int32s(d[E_MESSAGE], n))
    elif d[E_KIND] == I64:
        count = list_nonzero(index, int64s(d[E_MESSAGE], n))
    else:
        count = list_nonzero(index, float64s(d[E_MESSAGE], n))
    int64s(d[at.S_COUNT], 1)[0] = count


# A copy of a message, for receivers that come after its sender has begun the next one.
C_FROM, C_TO, C_BYTES = range(3)
COPY_WORDS = 3


@leaf
def copy(address, time):
    """Copy bytes."""
    d = int64s(address, COPY_WORDS)
    to, from_ = uint8s(d[C_TO], d[C_BYTES]), uint8s(d[C_FROM], d[C_BYTES])
    for i in range(to.shape[0]):
        to[i] = from_[i]


# A message cut to its lower bits.
N_FROM, N_TO, N_SIZE, N_BITS = range(4)
NARROW_WORDS = 4


@disjoint
def cut(out, source, bits):
    """Keep the lower bits, sign included."""
    for i in range(out.shape[0]):
        out[i] = wrap(source[i], bits - 1)


@leaf
def narrow(address, time):
    """Keep the lower bits of int32."""
    d = int64s(address, NARROW_WORDS)
    cut(int32s(d[N_TO], d[N_SIZE]), int32s(d[N_FROM], d[N_SIZE]), i32(d[N_BITS]))


# A record of a message or variable.
R_SOURCE, R_KIND, R_N = range(3)
R_OUT, R_OUT_KIND = 3, 4  # F64 or I32
R_STRIDE, R_PITCH = 5, 6  # elements between neighbours of one record, and between records
R_LENGTH = 7  # records that there is room for; later ones overwrite the oldest
R_INTERVAL, R_OFFSET = 8, 9  # a record is due where time % interval == offset
R_COUNTER = 10  # address of the number of records so far; 0: the record's number is the step
RECORD_WORDS = 11


@kernel
def put(out, first, stride, source, n):
    """Write one record."""
    if stride == 1:
        for i in range(n):
            out[first + i] = source[i]
    else:
        for i in range(n):
            out[first + i * stride] = source[i]


@kernel
def put_any(out, first, stride, address, kind, n):
    """Write one record of elements of any kind, converted as C converts them."""
    if kind == I32:
        put(out, first, stride, int32s(address, n), n)
    elif kind == F64:
        put(out, first, stride, float64s(address, n), n)
    elif kind == I64:
        put(out, first, stride, int64s(address, n), n)
    elif kind == I16:
        put(out, first, stride, int16s(address, n), n)
    elif kind == I8:
        put(out, first, stride, int8s(address, n), n)
    elif kind == U8:
        put(out, first, stride, uint8s(address, n), n)
    else:
        put(out, first, stride, float32s(address, n), n)


@leaf
def record(address, time):
    """Write a record if one is due."""
    d = int64s(address, RECORD_WORDS)
    if time % d[R_INTERVAL] != d[R_OFFSET]:
        return
    row = time
    if d[R_COUNTER]:
        counter = int64s(d[R_COUNTER], 1)
        row = counter[0]
        counter[0] += 1
    n, stride, pitch, length = d[R_N], d[R_STRIDE], d[R_PITCH], d[R_LENGTH]
    first = (row % length) * pitch
    size = (length - 1) * pitch + (n - 1) * stride + 1
    if d[R_OUT_KIND] == F64:
        put_any(float64s(d[R_OUT], size), first, stride, d[R_SOURCE], d[R_KIND], n)
    else:
        put_any(int32s(d[R_OUT], size), first, stride, d[R_SOURCE], d[R_KIND], n)


# A constant that is written into a variable.
W_OUT, W_KIND, W_N = range(3)
W_INTERVAL, W_OFFSET = 3, 4  # it is written where time % interval == offset
W_INTEGER, W_REAL = 5, 6  # the value; address of it as float64
WRITE_WORDS = 7


@kernel
def fill(out, value):
    """Write a constant into all elements."""
    for i in range(out.shape[0]):
        out[i] = value


@leaf
def write(address, time):
    """Write the constant if it is time."""
    d = int64s(address, WRITE_WORDS)
    if time % d[W_INTERVAL] != d[W_OFFSET]:
        return
    n, kind, value = d[W_N], d[W_KIND], d[W_INTEGER]
    if kind == I32:
        fill(int32s(d[W_OUT], n), i32(value))
    elif kind == I64:
        fill(int64s(d[W_OUT], n), value)
    else:
        fill(float64s(d[W_OUT], n), float64s(d[W_REAL], 1)[0])


# A watch over the width of a variable of integers.
B_SOURCE, B_KIND, B_N = range(3)
B_UNUSED = 3  # 32 minus the bits that are allowed
B_FOUND = 4  # address of a number: 1 once a value did not fit
CHECK_WORDS = 5


@kernel
def overflows(values, unused):
    """Whether some value, as int32, does not survive being cut to its lower bits."""
    found = False
    for i in range(values.shape[0]):
        x = i32(values[i])
        found |= i32(i32(x << unused) >> unused) != x
    return found


@leaf
def check_bits(address, time):
    """Remember whether a value does not fit."""
    d = int64s(address, CHECK_WORDS)
    unused = i32(d[B_UNUSED])
    if d[B_KIND] == I32:
        found = overflows(int32s(d[B_SOURCE], d[B_N]), unused)
    else:
        found = overflows(int64s(d[B_SOURCE], d[B_N]), unused)
    if found:
        int64s(d[B_FOUND], 1)[0] = 1
