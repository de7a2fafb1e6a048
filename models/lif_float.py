"""Leaky integrate-and-fire in float64, for prototypes: Lava's floating-point LIF with a refractory period.

u = u * (1 - du) + q ;  v = v * (1 - dv) + u + bias ;  spike if v > vth, then v = 0 for the refractory period.
"""

from loihi_emu.jit import disjoint, float64s, int8s, int32s, int64s, leaf, uint8s
from loihi_emu.models import layout as at
from loihi_emu.models.spikes import count_spikes, emit, parameter, ring_block

U, V, REST = at.G_STATE, at.G_STATE + 1, at.G_STATE + 2
KEEP_U, KEEP_V, BIAS, VTH, PERIOD = range(5)


@disjoint
def update(u, v, rest, q, keep_u, keep_v, bias, vth, period, mask):
    """One step of a block."""
    for i in range(u.shape[0]):
        waiting = rest[i]
        u[i] = u[i] * keep_u[i] + q[i]
        voltage = v[i] * keep_v[i] + u[i] + bias[i] if waiting == 0 else 0.0
        spiked = voltage > vth[i]
        v[i] = 0.0 if spiked else voltage
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
        q = float64s(ring_block(d, time, first, 8), m)
        mask = uint8s(d[at.G_MASK], m)
        update(
            float64s(d[U] + 8 * first, m),
            float64s(d[V] + 8 * first, m),
            int8s(d[REST] + first, m),
            q,
            float64s(parameter(d, KEEP_U, b), m),
            float64s(parameter(d, KEEP_V, b), m),
            float64s(parameter(d, BIAS, b), m),
            float64s(parameter(d, VTH, b), m),
            int8s(parameter(d, PERIOD, b), m),
            mask,
        )
        if d[at.G_SLOTS]:
            q[:] = 0.0
        count = emit(mask, d[at.G_MASK], first, index, count)
    count_spikes(d, count)
