"""LIF, LIFReset and TernaryLIF in integers: the rules of :mod:`loihi_emu.models.neurons.lif_lava`, between ports.

Lava computes with inputs as wide as they come: 32 bits from nearly every process (then ``a << 6`` and the sum wrap at
32 bits), 64 bits from TernaryLIF and from processes that send Python's ``int``.
"""

import numpy as np

from loihi_emu.arithmetic import LAVA_WRAP, decay_wide
from loihi_emu.jit import disjoint, int32s, int64s, kernel, leaf, uint8s
from loihi_emu.models import layout as at
from loihi_emu.models.lava.neurons import INPUT, OUT, blocks, write_signs, write_spikes
from loihi_emu.models.lava.old_spikes import count_flags, count_spikes, parameter, varies
from loihi_emu.models.neurons.lif_lava import reset, update
from loihi_emu.models.spikes import emit
from loihi_emu.widths import STATE_MAX

i32 = np.int32
i64 = np.int64

U, V = at.G_STATE, at.G_STATE + 1
KEEP_U, KEEP_V, BIAS, HIGH, LOW, INTERVAL, OFFSET = range(7)
WRAP = i64(LAVA_WRAP)

PLAIN, RESETS, TERNARY = 0, 1, 2


@disjoint
def update_wide(u, v, q, keep_u, keep_v, bias, high, low, mask):
    """One step of a block whose input has 64 bits: the sum wraps once at 24 bits, then u keeps 32."""
    flags = i32(0)
    for i in range(u.shape[0]):
        total = i64(i64(i32(decay_wide(i64(u[i]), i64(keep_u[i])))) + i64(q[i] << 6))
        over = i64(1) if total > WRAP else i64(0)
        under = i64(1) if total <= -WRAP else i64(0)
        current = i32(i64(total + i64(i64(under - over) * i64(2 * WRAP))))
        free = i64(i64(decay_wide(i64(v[i]), i64(keep_v[i])) + current) + bias[i])
        voltage = i32(max(min(free, i64(STATE_MAX)), i64(-STATE_MAX)))
        below = voltage < low[i]
        spiked = (voltage > high[i]) != below
        u[i] = current
        v[i] = i32(0) if spiked else voltage
        bits = i32(i32(at.SPIKED | at.NEGATIVE) if below else i32(at.SPIKED)) if spiked else i32(0)
        bits = i32(bits | (i32(at.U_BIT) if current != total else i32(0)))
        bits = i32(bits | (i32(at.V_BIT) if voltage != free else i32(0)))
        mask[i] = np.uint8(bits)
        flags = i32(flags | bits)
    return flags


@kernel
def run(address, time, kind, wide):
    """One step of a process."""
    d = int64s(address, at.GROUP_WORDS)
    n = d[at.G_N]
    index = int32s(d[at.S_INDEX], n)
    differ = varies(d, KEEP_U) or varies(d, KEEP_V) or varies(d, BIAS)
    count = 0
    for b in range(blocks(n)):
        first = b * at.BLOCK
        m = min(at.BLOCK, n - first)
        u, v = int32s(d[U] + 4 * first, m), int32s(d[V] + 4 * first, m)
        keep_u, keep_v = int32s(parameter(d, KEEP_U, b), m), int32s(parameter(d, KEEP_V, b), m)
        bias = int32s(parameter(d, BIAS, b), m)
        high, low = int32s(parameter(d, HIGH, b), m), int32s(parameter(d, LOW, b), m)
        mask = uint8s(d[at.G_MASK], m)
        if kind == RESETS:
            reset(u, v, int32s(parameter(d, INTERVAL, b), m), int32s(parameter(d, OFFSET, b), m), time + 1)
        if wide:
            flags = update_wide(u, v, int64s(d[INPUT] + 8 * first, m), keep_u, keep_v, bias, high, low, mask)
        else:
            flags = update(differ, u, v, int32s(d[INPUT] + 4 * first, m), keep_u, keep_v, bias, high, low, mask)
        if flags > at.SPIKED + at.NEGATIVE:
            count_flags(d, mask, first)
        count = emit(mask, d[at.G_MASK], first, index, count)
        if d[OUT]:
            if kind == TERNARY:
                write_signs(int64s(d[OUT] + 8 * first, m), mask, i64(1))
            else:
                write_spikes(int32s(d[OUT] + 4 * first, m), mask, i32(1))
    count_spikes(d, count)


@leaf
def step(address, time):
    """One step of LIF."""
    run(address, time, PLAIN, False)


@leaf
def step_reset(address, time):
    """One step of LIFReset."""
    run(address, time, RESETS, False)


@leaf
def step_ternary(address, time):
    """One step of TernaryLIF."""
    run(address, time, TERNARY, False)


@leaf
def step_wide(address, time):
    """One step of LIF with inputs of 64 bits."""
    run(address, time, PLAIN, True)


@leaf
def step_reset_wide(address, time):
    """One step of LIFReset with inputs of 64 bits."""
    run(address, time, RESETS, True)


@leaf
def step_ternary_wide(address, time):
    """One step of TernaryLIF with inputs of 64 bits."""
    run(address, time, TERNARY, True)
