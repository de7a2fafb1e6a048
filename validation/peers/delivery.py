"""Delivery of spikes by synapses that learn as the peers' do: effective weights of 32 bits, one after the other."""

import numpy as np

from loihi_emu.jit import int32s, int64s, leaf, uint8s
from loihi_emu.models import layout as at

i32 = np.int32
i64 = np.int64

V_ROWS, V_TARGETS, V_ACTIVE, V_FIRST, V_STEP, V_N, V_TARGET, V_TARGET_STEP = range(at.P_FIRST, at.P_FIRST + 8)
V_PENDING, V_WAIT, V_PENDING_SLOTS = range(at.P_FIRST + 8, at.P_FIRST + 11)
DELIVER_WORDS = at.P_FIRST + 11


@leaf
def postpone(address, time):
    """Note this step's events until their delay is over."""
    d = int64s(address, DELIVER_WORDS)
    count = int64s(d[at.S_COUNT], 1)[0]
    index = int32s(d[at.S_INDEX], count)
    slot = (time + d[at.P_OFFSET] + d[V_WAIT]) % d[V_PENDING_SLOTS]
    waiting = uint8s(d[V_PENDING] + slot * d[V_N], d[V_N])
    for k in range(count):
        away = i64(index[k]) - d[V_FIRST]
        if away >= 0 and away % d[V_STEP] == 0 and away // d[V_STEP] < d[V_N]:
            waiting[away // d[V_STEP]] += 1


@leaf
def deliver(address, time):
    """Deliver this step's events with the effective weights of now."""
    d = int64s(address, DELIVER_WORDS)
    count = int64s(d[at.S_COUNT], 1)[0]
    index = int32s(d[at.S_INDEX], count)
    graded = d[at.P_GRADED] != 0 and d[at.S_PAYLOAD] != 0
    payload = int32s(d[at.S_PAYLOAD] if graded else d[at.S_INDEX], count)
    n = d[at.P_N]
    slot = (time + d[at.P_OFFSET]) % d[at.P_SLOTS]
    q = int32s(d[at.P_RING] + 4 * slot * n, n)
    starts = int64s(d[V_ROWS], d[V_N] + 1)
    total = starts[d[V_N]]
    target, active = int32s(d[V_TARGETS], total), int32s(d[V_ACTIVE], total)
    events = 0
    for k in range(count):
        away = i64(index[k]) - d[V_FIRST]
        if away < 0 or away % d[V_STEP] != 0 or away // d[V_STEP] >= d[V_N]:
            continue
        j = away // d[V_STEP]
        for s in range(starts[j], starts[j + 1]):
            place = d[V_TARGET] + i64(target[s]) * d[V_TARGET_STEP]
            q[place] = i32(q[place] + i32(active[s] * (payload[k] if graded else i32(1))))
        events += starts[j + 1] - starts[j]
    int64s(d[at.P_EVENTS], 1)[0] += events
