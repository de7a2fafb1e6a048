"""LIF as brian2-loihi 0.5.2 computes it, without any limit of width: a compatibility rule to replay that peer.

    I = decay(I, du) + 64 * q ;  v = decay(v, dv) + I ;  spike if v > vth, then v = 0 for the refractory period

Where nothing leaves 23 bits it equals the chip's rules. State is 64 bits wide (exact for magnitudes below 2^50);
the weights W that arrive at a neuron in one step add up in 32 bits (exact for 65 538 spikes at the largest weight).
"""

import numpy as np

from loihi_emu.arithmetic import decay_wide
from loihi_emu.jit import disjoint, int8s, int16s, int32s, int64s, leaf, uint8s
from loihi_emu.models import layout as at
from loihi_emu.models.spikes import count_spikes, emit, parameter, ring_block

i64 = np.int64

U, V, REST = at.G_STATE, at.G_STATE + 1, at.G_STATE + 2
KEEP_U, KEEP_V, VTH, PERIOD = range(4)


@disjoint
def update(u, v, rest, q, keep_u, keep_v, vth, period, mask):
    """One step of a block."""
    for i in range(u.shape[0]):
        waiting = rest[i]
        u[i] = decay_wide(u[i], i64(keep_u[i])) + i64(q[i]) * 64
        voltage = decay_wide(v[i], i64(keep_v[i])) + u[i] if waiting == 0 else i64(0)
        spiked = voltage > vth[i]
        v[i] = i64(0) if spiked else voltage
        rest[i] = period[i] - 1 if spiked else max(waiting - 1, 0)
        mask[i] = spiked


@leaf
def step(address, time):
    """One step of a group."""
    d = int64s(address, at.GROUP_WORDS)
    n = d[at.G_N]
    index = int32s(d[at.S_INDEX], n)
    count = 0
    for b in range((n + at.BLOCK - 1) // at.BLOCK):
        first = b * at.BLOCK
        m = min(at.BLOCK, n - first)
        q = int32s(ring_block(d, time, first, 4), m)
        mask = uint8s(d[at.G_MASK], m)
        update(
            int64s(d[U] + 8 * first, m),
            int64s(d[V] + 8 * first, m),
            int8s(d[REST] + first, m),
            q,
            int16s(parameter(d, KEEP_U, b), m),
            int16s(parameter(d, KEEP_V, b), m),
            int32s(parameter(d, VTH, b), m),
            int8s(parameter(d, PERIOD, b), m),
            mask,
        )
        if d[at.G_SLOTS]:
            q[:] = 0
        count = emit(mask, d[at.G_MASK], first, index, count)
    count_spikes(d, count)
