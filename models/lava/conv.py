"""Convolution of Lava's process models: the events of this step through a shared kernel, sums wrapped to 24 bits.

The description is that of :mod:`loihi_emu.models.conv`; ``S_PAYLOAD`` is the address of the incoming message (0: every
event counts as 1), ``P_RING`` that of the outgoing one.
"""

import numpy as np

from loihi_emu.arithmetic import wrap24
from loihi_emu.jit import disjoint, float64s, int32s, int64s, leaf
from loihi_emu.models import layout as at
from loihi_emu.models.conv import CHANNELS_OUT, CONV_WORDS, HEIGHT_OUT, TAPS, WIDTH_OUT, add_event, taps_of

i32 = np.int32
i64 = np.int64

WIDE = at.P_SLOTS  # 1: payloads of 64 bits, of which the low 32 count
WRAPPED = at.P_N  # address of the counter of sums that left 24 bits


@disjoint
def wrap_all(sums):
    """Wrap 32-bit sums to 24 bits; returns how many changed."""
    changed = 0
    for i in range(sums.shape[0]):
        value = i32(wrap24(i64(sums[i])))
        changed += value != sums[i]
        sums[i] = value
    return changed


@leaf
def step(address, time):
    """Integer weights."""
    d = int64s(address, CONV_WORDS)
    count = int64s(d[at.S_COUNT], 1)[0]
    index = int32s(d[at.S_INDEX], count)
    out = int32s(d[at.P_RING], d[HEIGHT_OUT] * d[WIDTH_OUT] * d[CHANNELS_OUT])
    taps = int32s(d[TAPS], taps_of(d))
    out[:] = i32(0)
    events = 0
    for k in range(count):
        place = i64(index[k])
        payload = i32(1)
        if d[at.S_PAYLOAD]:
            if d[WIDE]:
                payload = i32(int64s(d[at.S_PAYLOAD] + 8 * place, 1)[0])
            else:
                payload = int32s(d[at.S_PAYLOAD] + 4 * place, 1)[0]
        events += add_event(d, out, taps, place, payload)
    int64s(d[WRAPPED], 1)[0] += wrap_all(out)
    int64s(d[at.P_EVENTS], 1)[0] += events


@leaf
def step_float(address, time):
    """Weights in float64; nothing wraps."""
    d = int64s(address, CONV_WORDS)
    count = int64s(d[at.S_COUNT], 1)[0]
    index = int32s(d[at.S_INDEX], count)
    out = float64s(d[at.P_RING], d[HEIGHT_OUT] * d[WIDTH_OUT] * d[CHANNELS_OUT])
    taps = float64s(d[TAPS], taps_of(d))
    out[:] = 0.0
    events = 0
    for k in range(count):
        place = i64(index[k])
        payload = float64s(d[at.S_PAYLOAD] + 8 * place, 1)[0] if d[at.S_PAYLOAD] else 1.0
        events += add_event(d, out, taps, place, payload)
    int64s(d[at.P_EVENTS], 1)[0] += events
