# mypy: allow-untyped-defs, allow-incomplete-defs
"""What a chip's probe reads in v: the refractory counter of neurons that rest, the voltage of all others.

After a spike the word that holds v counts the steps until v integrates again, 128 for each, the step of the spike
included::

    left = rest + 1        if the neuron spiked in this step or rested in it, else 0
    seen = 128 * left      if left > 0, else v

Evidence: a recording of Loihi 2 reads 128 in the step of a spike where the refractory period is 1
(github.com/neuromorphs/NIR, paper/01_lif); nengo-loihi finds spikes on the chip by v = 128 * refractory period
(nengo-loihi issue 170); that the counter falls by 128 a step is inferred from that.
"""

import numpy as np

from loihi_emu.jit import int32s, int64s, leaf, whole
from loihi_emu.models.layout import SOURCE
from loihi_emu.models.records import NUMBER, array

i32 = np.int32

COUNTER_UNIT = 128

# The population is neurons first <= i < first + n of the source. Left are the steps left, rest the steps until v
# integrates again (there may be none); v and what is seen of it have so many bytes, 4 or 8.
VIEW = SOURCE.extended(
    "ChipView",
    first=NUMBER,
    n=NUMBER,
    left=array("uint8"),
    rest=array("uint8"),
    v=NUMBER,
    width=NUMBER,
    seen=NUMBER,
)


@leaf
def look(address, time):
    """Count the steps left and write what a chip's probe reads."""
    d = VIEW(address)
    n, first = d.n, d.first
    left = whole(d.left, n)
    if d.rest:
        rest = whole(d.rest, n)
        for i in range(n):
            waits = left[i] > 1 or rest[i] > 0
            left[i] = np.uint8(rest[i] + 1) if waits else np.uint8(0)
    else:
        left[:] = 0
    for k in range(d.count[0]):
        i = np.int64(d.index[k]) - first
        if 0 <= i < n:
            left[i] = np.uint8(d.rest[i] + 1) if d.rest else np.uint8(1)
    if d.width == 8:
        wide_v, wide_seen = int64s(d.v, n), int64s(d.seen, n)
        for i in range(n):
            wide_seen[i] = COUNTER_UNIT * np.int64(left[i]) if left[i] else wide_v[i]
    else:
        v, seen = int32s(d.v, n), int32s(d.seen, n)
        for i in range(n):
            seen[i] = i32(COUNTER_UNIT * i32(left[i])) if left[i] else v[i]
