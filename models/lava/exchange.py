# mypy: allow-untyped-defs, allow-incomplete-defs
"""Exchange with the program around: rows that were received are sent, what arrives is kept in rows."""

from loihi_emu.jit import kernel, leaf, uint8s
from loihi_emu.models.records import NUMBER, Record

# A message or variable and so many rows (count) of so many bytes (size); a step's row is its number modulo their count.
EXCHANGE = Record("Exchange", message=NUMBER, rows=NUMBER, size=NUMBER, count=NUMBER)


@kernel
def copy(to, source, length):
    """Copy bytes."""
    out, given = uint8s(to, length), uint8s(source, length)
    for i in range(length):
        out[i] = given[i]


@leaf
def take(address, time):
    """Send the row of the step."""
    d = EXCHANGE(address)
    copy(d.message, d.rows + time % d.count * d.size, d.size)


@leaf
def keep(address, time):
    """Keep the message in the row of the step."""
    d = EXCHANGE(address)
    copy(d.rows + time % d.count * d.size, d.message, d.size)
