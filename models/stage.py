"""Sums that are changed before they reach the target: Lava's weight exponent and its 24-bit convolution.

The synapses of such a connection add into accumulators of their own, one row per delay, in every step; this leaf then
shifts (or wraps) each sum and adds it to the target's ring: Lava 0.10 applies the exponent to the sum of weights per
connection, target and delay, rounding down, and not to each weight.
"""

from loihi_emu.arithmetic import shift, wrap24
from loihi_emu.jit import int32s, int64s, leaf

STAGE = 0  # address of the sums, int32, delays x width
ROWS = 1  # delays
WIDTH = 2
RING = 3
SLOTS = 4
N = 5
TARGET = 6
OFFSET = 7
EXPONENT = 8
WRAPS = 9  # 1: wrap each sum to signed 24 bits
COUNTER = 10  # address of the counter of wrapped sums, int64
STAGE_WORDS = 11


@leaf
def step(address, time):
    """Move all sums into the target's ring and clear them."""
    d = int64s(address, STAGE_WORDS)
    width = d[WIDTH]
    lost = 0
    for row in range(d[ROWS]):
        slot = (time + d[OFFSET] + row) % d[SLOTS]
        q = int32s(d[RING] + 4 * (slot * d[N] + d[TARGET]), width)
        kept = (time + d[OFFSET] + row) % d[ROWS]
        total = int32s(d[STAGE] + 4 * kept * width, width)
        for i in range(width):
            if total[i] != 0:
                value = wrap24(total[i]) if d[WRAPS] else shift(total[i], d[EXPONENT])
                lost += d[WRAPS] != 0 and value != total[i]
                q[i] += value
                total[i] = 0
    int64s(d[COUNTER], 1)[0] += lost
