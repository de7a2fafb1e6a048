# mypy: allow-untyped-defs, allow-incomplete-defs
"""Convolution of Lava's process models: the events of this step through a shared kernel, sums wrapped to 24 bits."""

import numpy as np

from loihi_emu.arithmetic import wrap24
from loihi_emu.jit import disjoint, float64s, int32s, int64s, leaf
from loihi_emu.models.conv import SHAPE, add_event, taps_of
from loihi_emu.models.records import NUMBER, Record, array, within

i32 = np.int32
i64 = np.int64

CONV = Record(
    "LavaConv",
    count=array("int64"),
    index=array("int32"),
    payloads=NUMBER,  # the incoming message, int32, int64 or float64; 0: every event counts as 1
    wide=NUMBER,  # 1: payloads of 64 bits, of which the low 32 count
    out=NUMBER,  # the sums, which are the outgoing message
    taps=NUMBER,
    shape=within(SHAPE),
    wrapped=array("int64"),  # counter of sums that left 24 bits
    events=array("int64"),
)


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
    d = CONV(address)
    shape = d.shape
    out = int32s(d.out, shape.height_out * shape.width_out * shape.channels_out)
    taps = int32s(d.taps, taps_of(shape))
    out[:] = i32(0)
    events = 0
    for k in range(d.count[0]):
        place = i64(d.index[k])
        payload = i32(1)
        if d.payloads:
            if d.wide:
                payload = i32(int64s(d.payloads + 8 * place, 1)[0])
            else:
                payload = int32s(d.payloads + 4 * place, 1)[0]
        events += add_event(shape, out, taps, place, payload)
    d.wrapped[0] += wrap_all(out)
    d.events[0] += events


@leaf
def step_float(address, time):
    """Weights in float64; nothing wraps."""
    d = CONV(address)
    shape = d.shape
    out = float64s(d.out, shape.height_out * shape.width_out * shape.channels_out)
    taps = float64s(d.taps, taps_of(shape))
    out[:] = 0.0
    events = 0
    for k in range(d.count[0]):
        place = i64(d.index[k])
        payload = float64s(d.payloads + 8 * place, 1)[0] if d.payloads else 1.0
        events += add_event(shape, out, taps, place, payload)
    d.events[0] += events
