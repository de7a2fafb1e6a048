# mypy: allow-untyped-defs, allow-incomplete-defs
"""LIF, LIFReset, LIFRefractory and TernaryLIF in float64, in the order of operations of Lava's models [lava].

u = u (1 - du) + a;  v = (v (1 - dv) + u) + bias;  spike if v > vth, then v = 0. LIFRefractory adds v (1 - dv) + (u +
bias) instead, and leaves v alone while the neuron is refractory.
"""

from loihi_emu.jit import block, disjoint, float64s, kernel, leaf, part, uint8s, whole
from loihi_emu.models import layout as at
from loihi_emu.models.spikes import blocks, count_spikes, emit, write_signs, write_spikes

_REALS = dict.fromkeys(("keep_u", "keep_v", "bias", "vth"), "float64")
LIF = at.neurons(
    "LavaLIFFloat",
    state={"u": "float64", "v": "float64"},
    parameters={**_REALS, "vth_low": "float64", "interval": "int32", "offset": "int32"},
    accumulator="float64",
)
REFRACTORY = at.neurons(
    "LavaLIFRefractoryFloat",
    state={"u": "float64", "v": "float64", "refractory_period_end": "int64"},
    parameters={**_REALS, "refractory_period": "int64"},
    accumulator="float64",
)

PLAIN, RESETS, TERNARY = 0, 1, 2


@disjoint
def update(u, v, a, keep_u, keep_v, bias, high, low, mask):
    """One step of a block; below the lower threshold (minus infinity if there is none) a spike is negative."""
    for i in range(u.shape[0]):
        u[i] = u[i] * keep_u[i] + a[i]
        voltage = v[i] * keep_v[i] + u[i] + bias[i]
        below = voltage < low[i]
        spiked = (voltage > high[i]) != below
        v[i] = 0.0 if spiked else voltage
        mask[i] = (at.SPIKED | at.NEGATIVE if below else at.SPIKED) if spiked else 0


@disjoint
def update_refractory(u, v, a, keep_u, keep_v, bias, high, until, period, mask, lava_time):
    """One step of a block of neurons with a refractory period, which ends in a step of Lava's count."""
    for i in range(u.shape[0]):
        u[i] = u[i] * keep_u[i] + a[i]
        voltage = v[i] * keep_v[i] + (u[i] + bias[i]) if until[i] < lava_time else v[i]
        spiked = voltage > high[i]
        v[i] = 0.0 if spiked else voltage
        until[i] = lava_time + period[i] if spiked else until[i]
        mask[i] = at.SPIKED if spiked else 0


@disjoint
def reset(u, v, interval, offset, lava_time):
    """Set u and v to 0 where the reset is due."""
    for i in range(u.shape[0]):
        if lava_time % interval[i] == offset[i] % interval[i]:
            u[i] = 0.0
            v[i] = 0.0


@kernel
def run(address, time, kind):
    """One step of a process."""
    group, d = at.GROUP(address), LIF(address)
    n = d.n
    index = whole(d.index, n)
    count = 0
    for b in range(blocks(n)):
        first = b * at.BLOCK
        m = min(at.BLOCK, n - first)
        u, v, a, mask = part(d.u, first, m), part(d.v, first, m), part(d.ring, first, m), uint8s(d.mask, m)
        keep_u, keep_v, bias = block(d.keep_u, b, m), block(d.keep_v, b, m), block(d.bias, b, m)
        if kind == RESETS:
            reset(u, v, block(d.interval, b, m), block(d.offset, b, m), time + 1)
        update(u, v, a, keep_u, keep_v, bias, block(d.vth, b, m), block(d.vth_low, b, m), mask)
        count = emit(mask, d.mask, first, index, count)
        if d.message:
            out = float64s(d.message + 8 * first, m)
            if kind == TERNARY:
                write_signs(out, mask, 1.0)
            else:
                write_spikes(out, mask, 1.0)
    count_spikes(group, count)


@leaf
def step(address, time):
    """One step of LIF."""
    run(address, time, PLAIN)


@leaf
def step_reset(address, time):
    """One step of LIFReset."""
    run(address, time, RESETS)


@leaf
def step_ternary(address, time):
    """One step of TernaryLIF."""
    run(address, time, TERNARY)


@leaf
def step_refractory(address, time):
    """One step of LIFRefractory."""
    group, d = at.GROUP(address), REFRACTORY(address)
    n = d.n
    index = whole(d.index, n)
    count = 0
    for b in range(blocks(n)):
        first = b * at.BLOCK
        m = min(at.BLOCK, n - first)
        mask = uint8s(d.mask, m)
        update_refractory(
            part(d.u, first, m),
            part(d.v, first, m),
            part(d.ring, first, m),
            block(d.keep_u, b, m),
            block(d.keep_v, b, m),
            block(d.bias, b, m),
            block(d.vth, b, m),
            part(d.refractory_period_end, first, m),
            block(d.refractory_period, b, m),
            mask,
            time + 1,
        )
        count = emit(mask, d.mask, first, index, count)
        if d.message:
            write_spikes(float64s(d.message + 8 * first, m), mask, 1.0)
    count_spikes(group, count)
