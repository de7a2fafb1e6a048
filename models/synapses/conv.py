# mypy: allow-untyped-defs, allow-incomplete-defs
"""Convolutional synapses: one shared kernel, never expanded; every event adds the taps that it meets.

Populations are (height, width, channels), the last index fastest. An event at (y, x, c) reaches output (oy, ox) through
tap (ky, kx) where ``oy * stride + ky * dilation - padding = y`` (cross-correlation), and all output channels of c's
group at once: taps are stored (c within its group, ky, kx, output channel), so that those lie side by side.
"""

import numpy as np

from loihi_emu.jit import disjoint, float64s, int32s, kernel, leaf, whole
from loihi_emu.models.layout import PROJECTION, valued
from loihi_emu.models.records import NUMBER, Record, within

i32 = np.int32

# The shapes of a convolution.
SHAPE = Record(
    "ConvShape",
    width_in=NUMBER,
    channels_in=NUMBER,
    height_out=NUMBER,
    width_out=NUMBER,
    channels_out=NUMBER,
    kernel_y=NUMBER,
    kernel_x=NUMBER,
    stride_y=NUMBER,
    stride_x=NUMBER,
    padding_y=NUMBER,
    padding_x=NUMBER,
    dilation_y=NUMBER,
    dilation_x=NUMBER,
    groups=NUMBER,
)

# Taps are int32 or float64. The connection's source neurons are so many (sources) from the first on in their group.
# Outputs low..high - 1 are reached, the others left out; target is the accumulator of output low.
CONV = PROJECTION.extended(
    "Conv",
    taps=NUMBER,
    first=NUMBER,
    sources=NUMBER,
    low=NUMBER,
    high=NUMBER,
    target=NUMBER,
    delay=NUMBER,
    shape=within(SHAPE),
)
VALUED = valued(CONV)


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
def add_event(shape, q, low, taps, neuron, payload):
    """Add the taps by which one event reaches outputs from ``low`` on, as many as there are sums; returns how many."""
    channels_in, width_in = shape.channels_in, shape.width_in
    pixel, channel = neuron // channels_in, neuron % channels_in
    y, x = pixel // width_in + shape.padding_y, pixel % width_in + shape.padding_x
    kernel_y, kernel_x, groups = shape.kernel_y, shape.kernel_x, shape.groups
    channels_out, width_out, height_out = shape.channels_out, shape.width_out, shape.height_out
    stride_y, stride_x, dilation_y, dilation_x = shape.stride_y, shape.stride_x, shape.dilation_y, shape.dilation_x
    n = channels_out // groups
    group = channel // (channels_in // groups) if groups > 1 else 0
    first = channel * kernel_y * kernel_x * n
    high = low + q.shape[0]
    row = width_out * channels_out
    met = 0
    for ky in range(kernel_y):
        oy = output(y - ky * dilation_y, stride_y, height_out)
        if oy < 0 or oy * row >= high or (oy + 1) * row <= low:
            continue
        for kx in range(kernel_x):
            ox = output(x - kx * dilation_x, stride_x, width_out)
            if ox >= 0:
                target = (oy * width_out + ox) * channels_out + group * n
                begin, end = max(target, low), min(target + n, high)
                if begin < end:
                    tap = first + (ky * kernel_x + kx) * n - target
                    add_taps(q[begin - low : end - low], taps[tap + begin : tap + end], payload)
                    met += end - begin
    return met


@kernel
def deliver(d, time, ring, taps, graded, payload, one):
    """Deliver this step's events; `one` is the payload of those that have none, or whose does not count."""
    count = d.count[0]
    index = whole(d.index, count)
    shape, first, sources, low = d.shape, d.first, d.sources, d.low
    start = ((time + d.offset + d.delay) % d.slots) * d.n + d.target
    q = ring[start : start + d.high - low]
    events = 0
    for k in range(count):
        neuron = index[k] - first
        if 0 <= neuron < sources:
            events += add_event(shape, q, low, taps, neuron, payload[k] if graded else one)
    d.events[0] += events


@kernel
def taps_of(shape):
    """Number of stored taps."""
    return shape.channels_in * shape.kernel_y * shape.kernel_x * (shape.channels_out // shape.groups)


@leaf
def step(address, time):
    """Deliver this step's events through a shared integer kernel."""
    d = CONV(address)
    graded = d.graded != 0 and bool(d.payload)
    payload = whole(d.payload if graded else d.index, d.count[0])
    ring, taps = int32s(d.ring, d.slots * d.n), int32s(d.taps, taps_of(d.shape))
    deliver(d, time, ring, taps, graded, payload, i32(1))


@leaf
def step_float(address, time):
    """Deliver this step's events through a shared float64 kernel."""
    d = CONV(address)
    graded = d.graded != 0 and bool(d.payload)
    payload = whole(d.payload if graded else d.index, d.count[0])
    ring, taps = float64s(d.ring, d.slots * d.n), float64s(d.taps, taps_of(d.shape))
    deliver(d, time, ring, taps, graded, payload, i32(1))


@leaf
def step_valued(address, time):
    """Deliver this step's events, whose payloads are float64, through a shared float64 kernel."""
    d = VALUED(address)
    ring, taps = float64s(d.ring, d.slots * d.n), float64s(d.taps, taps_of(d.shape))
    deliver(d, time, ring, taps, d.graded != 0, whole(d.payload, d.count[0]), 1.0)
