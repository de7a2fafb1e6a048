# mypy: allow-untyped-defs, allow-incomplete-defs
"""LIF as brian2-loihi 0.5.2 computes it, without any limit of width: a compatibility rule to replay that peer.

    I = decay(I, du) + 64 * q ;  v = decay(v, dv) + I ;  spike if v > vth, then v = 0 for the refractory period

Where nothing leaves 23 bits it equals the chip's rules. State is 64 bits wide (exact for magnitudes below 2^50);
the weights W that arrive at a neuron in one step add up in 32 bits (exact for 65 538 spikes at the largest weight).
"""

import numpy as np

from loihi_emu.arithmetic import decay_wide
from loihi_emu.jit import disjoint
from loihi_emu.models import layout as at
from loihi_emu.models.neuron_leaves import spiking

i64 = np.int64

LIF = at.neurons(
    "lif_brian2",
    state={"u": "int64", "v": "int64", "rest": "int8"},
    parameters={"keep_u": "int16", "keep_v": "int16", "vth": "int32", "refractory": "int8"},
)


@spiking(LIF)
@disjoint
def step(u, v, rest, a_in, keep_u, keep_v, vth, refractory, mask):
    """One step."""
    for i in range(u.shape[0]):
        waiting = rest[i]
        u[i] = decay_wide(u[i], i64(keep_u[i])) + i64(a_in[i]) * 64
        voltage = decay_wide(v[i], i64(keep_v[i])) + u[i] if waiting == 0 else i64(0)
        spiked = voltage > vth[i]
        v[i] = i64(0) if spiked else voltage
        rest[i] = refractory[i] - 1 if spiked else max(waiting - 1, 0)
        mask[i] = spiked
    return 0
