"""Continual learning with prototypes by Lava's models: novelty, allocation, readout, prototype neurons [lava]."""

import numpy as np

from loihi_emu.arithmetic import clip, decay_wide, wrap_lava
from loihi_emu.jit import disjoint, int32s, int64s, kernel, leaf
from loihi_emu.models.lava.vector import IN, NUMBER, OUT, PARAMETER, STATE, VECTOR_WORDS, N, ints
from loihi_emu.widths import STATE_MAX

i32 = np.int32
i64 = np.int64

TRACE_MAX = 127
LENGTHS = NUMBER  # lengths of the inputs
STATUS = NUMBER + 2  # address: 1 when a number is out of range


@kernel
def any_of(address, n):
    """Whether an element is not zero."""
    found = False
    values = int32s(address, n)
    for i in range(n):
        found |= values[i] != 0
    return found


WAITING, PASSED = 0, 1


@leaf
def novelty(address, time):
    """NoveltyDetector: STATE is (waiting, steps passed) in int64, PARAMETER the steps to wait in int32."""
    d = int64s(address, VECTOR_WORDS)
    state = int64s(d[STATE], 2)
    novel = False
    if any_of(d[IN], d[LENGTHS]):
        state[WAITING], state[PASSED] = 1, 0
    if any_of(d[IN + 1], d[LENGTHS + 1]):
        state[WAITING], state[PASSED] = 0, 0
    elif state[PASSED] > int32s(d[PARAMETER], 1)[0]:
        novel = True
        state[WAITING], state[PASSED] = 0, 0
    state[PASSED] += state[WAITING]
    int32s(d[OUT], 1)[0] = i32(novel)


@leaf
def allocator(address, time):
    """Allocator: STATE is the next number, int32."""
    d = int64s(address, VECTOR_WORDS)
    triggered = i32(int32s(d[IN], 1)[0] != 0)
    following = int32s(d[STATE], 1)
    int32s(d[OUT], 1)[0] = i32(following[0] * triggered)
    following[0] = i32(following[0] + triggered)


USER, TRIGGER, FEEDBACK = OUT, OUT + 1, PARAMETER


@leaf
def readout(address, time):
    """Readout: STATE is the labels and the last winner, int32."""
    d = int64s(address, VECTOR_WORDS)
    n = d[LENGTHS]
    inference, labels, last = int32s(d[IN], n), int32s(d[STATE], n), int32s(d[STATE + 1], 1)
    given = int32s(d[IN + 1], 1)[0]
    inferred, feedback = i32(0), i32(0)
    for i in range(n):
        if inference[i] != 0:
            last[0] = i32(i)
            if labels[i] == 0:
                labels[i] = i32(-1 - i)
            inferred = labels[i]
            break
    if given != 0:
        if last[0] < -n or last[0] >= n:
            int64s(d[STATUS], 1)[0] = 1
            return
        known = labels[last[0]]
        if known > 0:
            feedback = i32(1) if known == given else i32(-1)
        elif known < 0:
            labels[last[0]] = given
            inferred = given
    int32s(d[USER], 1)[0] = inferred
    int32s(d[FEEDBACK], 1)[0] = feedback
    int32s(d[TRIGGER], 1)[0] = i32(feedback < 0)


@leaf
def broadcast(address, time):
    """IdBroadcast: keeps an int32 and sends it on as int64."""
    d = int64s(address, VECTOR_WORDS)
    kept, received, out = ints(d, STATE), int64s(d[IN], d[N]), int64s(d[OUT], d[N])
    for i in range(d[N]):
        kept[i] = i32(received[i])
        out[i] = kept[i]


KEEP_U, KEEP_V, BIAS, VTH = PARAMETER, PARAMETER + 1, PARAMETER + 2, PARAMETER + 3
PICKED = NUMBER + 3  # address of the number that is out of range


@disjoint
def update(u, v, a, reset, keep_u, keep_v, bias):
    """One step of the neurons without spikes: as LIF, then set to zero where the reset says so."""
    for i in range(u.shape[0]):
        current = wrap_lava(i32(i32(decay_wide(i64(u[i]), i64(keep_u[i]))) + i32(a[i] << 6)))
        free = i32(i32(i32(decay_wide(i64(v[i]), i64(keep_v[i]))) + current) + bias[i])
        voltage = clip(free, i32(-STATE_MAX), i32(STATE_MAX))
        u[i] = i32(0) if reset[i] > 0 else current
        v[i] = i32(0) if reset[i] > 0 else voltage


@leaf
def prototype(address, time):
    """PrototypeLIF: a number that arrives picks who spikes, and leaves a full trace; else thresholds decide."""
    d = int64s(address, VECTOR_WORDS)
    u, v, trace = ints(d, STATE), ints(d, STATE + 1), ints(d, STATE + 2)
    out, back, vth = ints(d, OUT), ints(d, OUT + 1), ints(d, VTH)
    update(u, v, ints(d, IN), ints(d, IN + 1), ints(d, KEEP_U), ints(d, KEEP_V), ints(d, BIAS))
    picked = int32s(d[IN + 2], 1)[0]
    if picked < 0 or picked > d[N]:
        int64s(d[STATUS], 1)[0] = 1
        int64s(d[PICKED], 1)[0] = picked
        return
    for i in range(d[N]):
        chosen = picked == i + 1
        spiked = chosen if picked else v[i] > vth[i]
        if picked:
            trace[i] = i32(TRACE_MAX) if chosen else i32(0)
        back[i] = i32(chosen)
        out[i] = i32(spiked)
        if spiked:
            v[i] = i32(0)
