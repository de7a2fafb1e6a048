# mypy: allow-untyped-defs, allow-incomplete-defs
"""Messages between processes: sums over connections in the order of a port, lists of non-zero elements, records."""

import numpy as np

from loihi_emu.arithmetic import wrap
from loihi_emu.jit import disjoint, float32s, float64s, int8s, int16s, int32s, int64s, kernel, leaf, uint8s, whole
from loihi_emu.models.layout import SOURCE, valued
from loihi_emu.models.records import NUMBER, Record, array

i32 = np.int32

I32, I64, F64, I16, I8, U8, F32 = range(7)
"""Kinds of elements. Messages are of the first three; what is recorded may be of any."""

# Sum of messages, one part a connection; index: places in the source, -1 for none, or equal order.
PART = Record("SumPart", source=NUMBER, kind=NUMBER, length=NUMBER, index=array("int64"))
SUM = Record("Sum", out=NUMBER, n=NUMBER, kind=NUMBER, part_count=NUMBER, parts=array(PART))


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
        add_moved(out, source, whole(index, out.shape[0]))
    else:
        add_all(out, source)


@leaf
def total(address, time):
    """Sum up all messages of a port; integers wrap at the width of the sum."""
    d = SUM(address)
    n, kind = d.n, d.kind
    for p in range(d.part_count):
        part = d.parts[p]
        source, length, index = part.source, part.length, part.index
        if kind == I32:
            narrow = int32s(d.out, n)
            if p == 0:
                narrow[:] = i32(0)
            add_part(narrow, int32s(source, length), index)
        elif kind == I64:
            wide = int64s(d.out, n)
            if p == 0:
                wide[:] = 0
            if part.kind == I32:
                add_part(wide, int32s(source, length), index)
            else:
                add_part(wide, int64s(source, length), index)
        else:
            real = float64s(d.out, n)
            if p == 0:
                real[:] = 0.0
            if part.kind == I32:
                add_part(real, int32s(source, length), index)
            elif part.kind == I64:
                add_part(real, int64s(source, length), index)
            else:
                add_part(real, float64s(source, length), index)


# Events of a message.
EVENTS = SOURCE.extended("MessageEvents", message=NUMBER, kind=NUMBER, n=NUMBER)


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
    d = EVENTS(address)
    n = d.n
    index = whole(d.index, n + 1)
    if d.kind == I32:
        count = list_nonzero(index, int32s(d.message, n))
    elif d.kind == I64:
        count = list_nonzero(index, int64s(d.message, n))
    else:
        count = list_nonzero(index, float64s(d.message, n))
    d.count[0] = count


# Payloads of listed events, from the message: in 32 bits or, of one in float64, in that.
PAYLOADS = SOURCE.extended("MessagePayloads", message=NUMBER, kind=NUMBER, n=NUMBER)
VALUED = valued(PAYLOADS)


@leaf
def payloads(address, time):
    """List the payloads of this step's events."""
    d = PAYLOADS(address)
    for k in range(d.count[0]):
        if d.kind == I32:
            d.payload[k] = int32s(d.message, d.n)[d.index[k]]
        else:
            d.payload[k] = i32(int64s(d.message, d.n)[d.index[k]])


@leaf
def payloads_float(address, time):
    """The same of a message in float64."""
    d = VALUED(address)
    for k in range(d.count[0]):
        d.payload[k] = float64s(d.message, d.n)[d.index[k]]


# A message that its sender adds to.
CLEAR = Record("Clear", out=NUMBER, size=NUMBER)


@leaf
def clear(address, time):
    """Set bytes to 0."""
    d = CLEAR(address)
    out = uint8s(d.out, d.size)
    for i in range(out.shape[0]):
        out[i] = 0


# A copy of a message, for receivers that come after its sender has begun the next one.
COPY = Record("Copy", source=NUMBER, out=NUMBER, size=NUMBER)


@leaf
def copy(address, time):
    """Copy bytes."""
    d = COPY(address)
    out, source = uint8s(d.out, d.size), uint8s(d.source, d.size)
    for i in range(out.shape[0]):
        out[i] = source[i]


# A message cut to its lower bits.
NARROW = Record("Narrow", source=array("int32"), out=array("int32"), n=NUMBER, bits=NUMBER)


@disjoint
def cut(out, source, bits):
    """Keep the lower bits, sign included."""
    for i in range(out.shape[0]):
        out[i] = wrap(source[i], bits - 1)


@leaf
def narrow(address, time):
    """Keep the lower bits of int32."""
    d = NARROW(address)
    cut(whole(d.out, d.n), whole(d.source, d.n), i32(d.bits))


# A row that is kept of a message or variable where time % interval == offset, in F64 or I32. Stride: elements between
# neighbours of one row, pitch: between rows, of which there is room for so many (length); later ones overwrite the
# oldest. The counter is the number of rows so far; without it the row's number is the step.
RECORD = Record(
    "Record",
    source=NUMBER,
    kind=NUMBER,
    n=NUMBER,
    out=NUMBER,
    out_kind=NUMBER,
    stride=NUMBER,
    pitch=NUMBER,
    length=NUMBER,
    interval=NUMBER,
    offset=NUMBER,
    counter=array("int64"),
)


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
    d = RECORD(address)
    if time % d.interval != d.offset:
        return
    row = time
    if d.counter:
        row = d.counter[0]
        d.counter[0] += 1
    n, stride, pitch, length = d.n, d.stride, d.pitch, d.length
    first = (row % length) * pitch
    size = (length - 1) * pitch + (n - 1) * stride + 1
    if d.out_kind == F64:
        put_any(float64s(d.out, size), first, stride, d.source, d.kind, n)
    else:
        put_any(int32s(d.out, size), first, stride, d.source, d.kind, n)


# A constant that is written into a variable where time % interval == offset; the value stands there twice. Neurons'
# blocks that are to look at their state anew have a number each, which is set to 1.
WRITE = Record(
    "Write",
    out=NUMBER,
    kind=NUMBER,
    n=NUMBER,
    interval=NUMBER,
    offset=NUMBER,
    integer=NUMBER,
    real=array("float64"),
    paths=array("uint8"),
    blocks=NUMBER,
)


@kernel
def fill(out, value):
    """Write a constant into all elements."""
    for i in range(out.shape[0]):
        out[i] = value


@leaf
def write(address, time):
    """Write the constant if it is time."""
    d = WRITE(address)
    if time % d.interval != d.offset:
        return
    n, kind, value = d.n, d.kind, d.integer
    for b in range(d.blocks):
        d.paths[b] = 1
    if kind == I32:
        fill(int32s(d.out, n), i32(value))
    elif kind == I64:
        fill(int64s(d.out, n), value)
    else:
        fill(float64s(d.out, n), d.real[0])


# A watch over the width of a variable of integers: unused is 32 minus the bits that are allowed, found 1 once a value
# did not fit.
CHECK = Record("BitCheck", source=NUMBER, kind=NUMBER, n=NUMBER, unused=NUMBER, found=array("int64"))


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
    d = CHECK(address)
    unused = i32(d.unused)
    if d.kind == I32:
        found = overflows(int32s(d.source, d.n), unused)
    else:
        found = overflows(int64s(d.source, d.n), unused)
    if found:
        d.found[0] = 1
