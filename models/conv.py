"""Convolutional synapses: one shared kernel, never expanded; every event adds the taps that it meets.

Populations are (height, width, channels), the last index fastest. An event at (y, x, c) reaches output (oy, ox) through
tap (ky, kx) where ``oy * stride + ky * dilation - padding = y`` (cross-correlation), and all output channels of c's
group at once: taps are stored (c within its group, ky, kx, output channel), so that those lie side by side.
"""

from loihi_emu.jit import float64s, int32s, int64s, kernel, leaf
from loihi_emu.models import layout as at

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


@kernel
def add_event(d, q, taps, neuron, payload):
    """Add the taps that one event meets; returns how many."""
    channels_in, width_in = d[CHANNELS_IN], d[WIDTH_IN]
    pixel, channel = neuron // channels_in, neuron % channels_in
    y, x = pixel // width_in + d[PADDING_Y], pixel % width_in + d[PADDING_X]
    in_group, out_group = channels_in // d[GROUPS], d[CHANNELS_OUT] // d[GROUPS]
    row = (channel % in_group) * d[KERNEL_Y] * d[KERNEL_X] + (channel // in_group) * in_group * d[KERNEL_Y] * d[
        KERNEL_X
    ]
    met = 0
    for ky in range(d[KERNEL_Y]):
        oy = y - ky * d[DILATION_Y]
        if oy < 0 or oy % d[STRIDE_Y] != 0 or oy // d[STRIDE_Y] >= d[HEIGHT_OUT]:
            continue
        oy //= d[STRIDE_Y]
        for kx in range(d[KERNEL_X]):
            ox = x - kx * d[DILATION_X]
            if ox < 0 or ox % d[STRIDE_X] != 0 or ox // d[STRIDE_X] >= d[WIDTH_OUT]:
                continue
            ox //= d[STRIDE_X]
            target = (oy * d[WIDTH_OUT] + ox) * d[CHANNELS_OUT] + (channel // in_group) * out_group
            first = (row + ky * d[KERNEL_X] + kx) * out_group
            out = q[target : target + out_group]
            tap = taps[first : first + out_group]
            for i in range(out_group):
                out[i] += tap[i] * payload
            met += out_group
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
            events += add_event(d, q, taps, neuron, payload[k] if graded else 1)
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
