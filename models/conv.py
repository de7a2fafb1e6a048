"""Convolutional synapses: one shared kernel, never expanded; every event adds the taps that it meets.

Populations are (height, width, channels), the last index fastest. An event at (y, x, c) reaches output (oy, ox) through
tap (ky, kx) where ``oy * stride + ky * dilation - padding = y`` (cross-correlation), and all output channels of c's
group at once: taps are stored (c within its group, ky, kx, output channel), so that those lie side by side.
"""

import numpy as np

from loihi_emu.jit import disjoint, float64s, int32s, int64s, kernel, leaf
from loihi_emu.models import layout as at

i32 = np.int32

TAPS = at.P_FIRST  # address of the taps, int32 (or float64)
FIRST = at.P_FIRST + 1  # first source neuron of the connection in its group
COUNT = at.P_FIRST + 2
TARGET = at.P_FIRST + 3  # first target neuron
DELAY = at.P_FIRST + 4
WIDTH_IN, CHANNELS_IN = at.P_FIRST + 5, at.P_FIRST + 6
HEIGHT_OUT, WIDTH_OUT, CHANNELS_OUT = at.P_FIRST + 7, at.P_FIRST + 8, at.P_FIRST + 9
KERNEL_Y, KERNEL_X = at.P_FIRST + 10, at.P_FIRST + 11
STRIDE_Y, STRIDE_X = at.P_FIRST + 12, at.P_FIRST + 13
PADDING_Y, PADDING_X = at.P_FIRST + 14, at.P_FIRST + 15
DILATION_Y, DILATION_X = at.P_FIRST + 16, at.P_FIRST + 17
GROUPS = at.P_FIRST + 18
CONV_WORDS = at.P_FIRST + 19


@disjoint
def add_taps(out, tap, payload):
    """Add taps times a payload to accumulators, eight at a time; integer sums wrap at 32 bits."""
    whole = out.shape[0] & ~7
    for k in range(0, whole, 8):
        out[k] += tap[k] * payload
        out[k + 1] += tap[k + 1] * payload
        out[k + 2] += tap[k + 2] * payload
        out[k + 3] += tap[k + 3] * payload
        out[k + 4] += tap[k + 4] * payload
        out[k + 5] += tap[k + 5] * payload
        out[k + 6] += tap[k + 6] * payload
        out[k + 7] += tap[k + 7] * payload
    for k in range(whole, out.shape[0]):
        out[k] += tap[k] * payload


@kernel
def output(position, stride, size):
    """The output row (or column) that a tap leads to, -1 when there is none."""
    if position < 0:
        return -1
    if stride > 1:
        if position % stride != 0:
            return -1
        position //= stride
    return position if position < size else -1


@kernel
def add_event(d, q, taps, neuron, payload):
    """Add the taps that one event meets; returns how many."""
    channels_in, width_in = d[CHANNELS_IN], d[WIDTH_IN]
    pixel, channel = neuron // channels_in, neuron % channels_in
    y, x = pixel // width_in + d[PADDING_Y], pixel % width_in + d[PADDING_X]
    kernel_y, kernel_x, groups = d[KERNEL_Y], d[KERNEL_X], d[GROUPS]
    channels_out, width_out, height_out = d[CHANNELS_OUT], d[WIDTH_OUT], d[HEIGHT_OUT]
    stride_y, stride_x, dilation_y, dilation_x = d[STRIDE_Y], d[STRIDE_X], d[DILATION_Y], d[DILATION_X]
    n = channels_out // groups
    group = channel // (channels_in // groups) if groups > 1 else 0
    first = channel * kernel_y * kernel_x * n
    met = 0
    for ky in range(kernel_y):
        oy = output(y - ky * dilation_y, stride_y, height_out)
        if oy < 0:
            continue
        for kx in range(kernel_x):
            ox = output(x - kx * dilation_x, stride_x, width_out)
            if ox >= 0:
                target = (oy * width_out + ox) * channels_out + group * n
                tap = first + (ky * kernel_x + kx) * n
                add_taps(q[target : target + n], taps[tap : tap + n], payload)
                met += n
    return met


@kernel
def deliver(d, time, ring, taps):
    """Deliver this step's events."""
    count = int64s(d[at.S_COUNT], 1)[0]
    index = int32s(d[at.S_INDEX], count)
    graded = d[at.P_GRADED] != 0 and d[at.S_PAYLOAD] != 0
    payload = int32s(d[at.S_PAYLOAD] if graded else d[at.S_INDEX], count)
    n = d[at.P_N]
    start = ((time + d[at.P_OFFSET] + d[DELAY]) % d[at.P_SLOTS]) * n + d[TARGET]
    q = ring[start : start + d[HEIGHT_OUT] * d[WIDTH_OUT] * d[CHANNELS_OUT]]
    events = 0
    for k in range(count):
        neuron = index[k] - d[FIRST]
        if 0 <= neuron < d[COUNT]:
            events += add_event(d, q, taps, neuron, payload[k] if graded else i32(1))
    int64s(d[at.P_EVENTS], 1)[0] += events


@kernel
def taps_of(d):
    """Number of stored taps."""
    return d[CHANNELS_IN] * d[KERNEL_Y] * d[KERNEL_X] * (d[CHANNELS_OUT] // d[GROUPS])


@leaf
def step(address, time):
    """Deliver this step's events through a shared integer kernel."""
    d = int64s(address, CONV_WORDS)
    deliver(d, time, int32s(d[at.P_RING], d[at.P_SLOTS] * d[at.P_N]), int32s(d[TAPS], taps_of(d)))


@leaf
def step_float(address, time):
    """Deliver this step's events through a shared float64 kernel."""
    d = int64s(address, CONV_WORDS)
    deliver(d, time, float64s(d[at.P_RING], d[at.P_SLOTS] * d[at.P_N]), float64s(d[TAPS], taps_of(d)))
