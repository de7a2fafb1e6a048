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

from loihi_emu.jit import int32s, int64s, leaf, uint8s
from loihi_emu.models import layout as at

i32 = np.int32

COUNTER_UNIT = 128

# Source fields, then
W_FIRST = 3  # the population is neurons FIRST <= i < FIRST + N of the source
W_N = 4
W_LEFT = 5  # address of the steps left, uint8
W_REST = 6  # address of the steps until v integrates again, uint8; 0: the model has none
W_V = 7  # address of the voltages
W_WIDTH = 8  # bytes of a voltage, 4 or 8
W_SEEN = 9  # address of what a chip's probe reads, of the same width
WORDS = 10


@leaf
def look(address, time):
    """Count the steps left and write what a chip's probe reads."""
    d = int64s(address, WORDS)
    n, first = d[W_N], d[W_FIRST]
    left = uint8s(d[W_LEFT], n)
    if d[W_REST]:
        rest = uint8s(d[W_REST], n)
        for i in range(n):
            waits = left[i] > 1 or rest[i] > 0
            left[i] = np.uint8(rest[i] + 1) if waits else np.uint8(0)
    else:
        left[:] = 0
    count = int64s(d[at.S_COUNT], 1)[0]
    index = int32s(d[at.S_INDEX], count)
    for k in range(count):
        i = np.int64(index[k]) - first
        if 0 <= i < n:
            left[i] = np.uint8(uint8s(d[W_REST], n)[i] + 1) if d[W_REST] else np.uint8(1)
    if d[W_WIDTH] == 8:
        wide_v, wide_seen = int64s(d[W_V], n), int64s(d[W_SEEN], n)
        for i in range(n):
            wide_seen[i] = COUNTER_UNIT * np.int64(left[i]) if left[i] else wide_v[i]
    else:
        v, seen = int32s(d[W_V], n), int32s(d[W_SEEN], n)
        for i in range(n):
            seen[i] = i32(COUNTER_UNIT * i32(left[i])) if left[i] else v[i]
