# mypy: allow-untyped-defs, allow-incomplete-defs
"""numpy's legacy generator, MT19937: one stream over all compartments of a network, as nengo-loihi 1.1.0 draws it."""

import numpy as np

from loihi_emu.jit import kernel, leaf, whole
from loihi_emu.models.records import NUMBER, Record, array

# The draws and their number; the state is 624 words and a position.
TWISTER = Record("Twister", out=array("int16"), n=NUMBER, state=array("uint32"))

_SIZE, _MIDDLE = 624, 397
STATE_WORDS = _SIZE + 1


@kernel
def twist(state):
    """Make the next 624 words of MT19937 (Matsumoto and Nishimura 1998)."""
    for k in range(_SIZE):
        joined = (np.int64(state[k]) & 0x80000000) | (np.int64(state[(k + 1) % _SIZE]) & 0x7FFFFFFF)
        mixed = joined >> 1 ^ np.int64(state[(k + _MIDDLE) % _SIZE])
        state[k] = np.uint32(mixed ^ 0x9908B0DF if joined & 1 else mixed)


@kernel
def temper(word):
    """Output function of MT19937 on a word held in 64 bits."""
    word ^= word >> 11
    word ^= (word << 7) & 0x9D2C5680
    word ^= (word << 15) & 0xEFC60000
    return word ^ word >> 18


@kernel
def next_word(state):
    """Draw the next 32-bit word; ``state`` is 624 words and the position among them."""
    if state[_SIZE] >= _SIZE:
        twist(state)
        state[_SIZE] = 0
    word = temper(np.int64(state[state[_SIZE]]))
    state[_SIZE] += 1
    return word


@leaf
def draw(address, time):
    """Fill ``out`` (int16) with randint(-127, 128): the low byte of each word, drawn again while it is 255."""
    d = TWISTER(address)
    out, state = whole(d.out, d.n), whole(d.state, STATE_WORDS)
    for i in range(out.shape[0]):
        value = np.int64(255)
        while value == 255:
            value = next_word(state) & 255
        out[i] = np.int16(value - 127)
