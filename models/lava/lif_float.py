"""LIF, LIFReset, LIFRefractory and TernaryLIF in float64, in the order of operations of Lava's models [lava].

u = u (1 - du) + a;  v = (v (1 - dv) + u) + bias;  spike if v > vth, then v = 0. LIFRefractory adds v (1 - dv) + (u +
bias) instead, and leaves v alone while the neuron is refractory.
"""

from loihi_emu.jit import disjoint, float64s, int32s, int64s, kernel, leaf, uint8s
from loihi_emu.models import layout as at
from loihi_emu.models.lava.neurons import INPUT, OUT, blocks, write_signs, write_spikes
from loihi_emu.models.lava.old_spikes import count_spikes, parameter
from loihi_emu.models.spikes import emit

U, V, REST_UNTIL = at.G_STATE, at.G_STATE + 1, at.G_STATE + 2
KEEP_U, KEEP_V, BIAS, HIGH, LOW, INTERVAL, OFFSET, PERIOD = range(8)

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
    d = int64s(address, at.GROUP_WORDS)
    n = d[at.G_N]
    index = int32s(d[at.S_INDEX], n)
    count = 0
    for b in range(blocks(n)):
        first = b * at.BLOCK
        m = min(at.BLOCK, n - first)
        u, v = float64s(d[U] + 8 * first, m), float64s(d[V] + 8 * first, m)
        keep_u, keep_v = float64s(parameter(d, KEEP_U, b), m), float64s(parameter(d, KEEP_V, b), m)
        bias, high = float64s(parameter(d, BIAS, b), m), float64s(parameter(d, HIGH, b), m)
        a = float64s(d[INPUT] + 8 * first, m)
        mask = uint8s(d[at.G_MASK], m)
        if kind == RESETS:
            reset(u, v, int32s(parameter(d, INTERVAL, b), m), int32s(parameter(d, OFFSET, b), m), time + 1)
        update(u, v, a, keep_u, keep_v, bias, high, float64s(parameter(d, LOW, b), m), mask)
        count = emit(mask, d[at.G_MASK], first, index, count)
        if d[OUT]:
            out = float64s(d[OUT] + 8 * first, m)
            if kind == TERNARY:
                write_signs(out, mask, 1.0)
            else:
                write_spikes(out, mask, 1.0)
    count_spikes(d, count)


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
    d = int64s(address, at.GROUP_WORDS)
    n = d[at.G_N]
    index = int32s(d[at.S_INDEX], n)
    count = 0
    for b in range(blocks(n)):
        first = b * at.BLOCK
        m = min(at.BLOCK, n - first)
        mask = uint8s(d[at.G_MASK], m)
        update_refractory(
            float64s(d[U] + 8 * first, m),
            float64s(d[V] + 8 * first, m),
            float64s(d[INPUT] + 8 * first, m),
            float64s(parameter(d, KEEP_U, b), m),
            float64s(parameter(d, KEEP_V, b), m),
            float64s(parameter(d, BIAS, b), m),
            float64s(parameter(d, HIGH, b), m),
            int64s(d[REST_UNTIL] + 8 * first, m),
            int64s(parameter(d, PERIOD, b), m),
            mask,
            time + 1,
        )
        count = emit(mask, d[at.G_MASK], first, index, count)
        if d[OUT]:
            write_spikes(float64s(d[OUT] + 8 * first, m), mask, 1.0)
    count_spikes(d, count)
