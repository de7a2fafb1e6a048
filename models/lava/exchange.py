"""Exchange with the program around: rows that were received are sent, what arrives is kept in rows."""

from loihi_emu.jit import int64s, kernel, leaf, uint8s

MESSAGE = 0  # address of the message or variable
ROWS = 1  # address of the rows; the row of a step is its number modulo their count
BYTES = 2  # of a row
COUNT = 3
EXCHANGE_WORDS = 4


@kernel
def copy(to, source, length):
    """Copy bytes."""
    out, given = uint8s(to, length), uint8s(source, length)
    for i in range(length):
        out[i] = given[i]


@leaf
def take(address, time):
    """Send the row of the step."""
    d = int64s(address, EXCHANGE_WORDS)
    copy(d[MESSAGE], d[ROWS] + time % d[COUNT] * d[BYTES], d[BYTES])


@leaf
def keep(address, time):
    """Keep the message in the row of the step."""
    d = int64s(address, EXCHANGE_WORDS)
    copy(d[ROWS] + time % d[COUNT] * d[BYTES], d[MESSAGE], d[BYTES])
