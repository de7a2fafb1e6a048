# mypy: allow-untyped-defs, allow-incomplete-defs
"""Continual learning with prototypes by Lava's models: novelty, allocation, readout, prototype neurons [lava]."""

import numpy as np

from loihi_emu.arithmetic import clip, decay_wide, wrap_lava
from loihi_emu.jit import disjoint, kernel, leaf, whole
from loihi_emu.models.lava.vector import elements, vector
from loihi_emu.widths import STATE_MAX, TRACE_MAX

i32 = np.int32
i64 = np.int64

# The clock: whether it waits, and the steps that have passed.
NOVELTY = vector(
    "NoveltyDetector",
    "input_aval_in output_aval_in novelty_detected_out t_wait",
    clock="int64",
    numbers="input_size output_size",
)
ALLOCATOR = vector("Allocator", "trigger_in allocate_out next_alloc_id")
# The status is 1 once the last winner is out of range.
READOUT = vector(
    "Readout",
    "inference_in label_in user_output trigger_alloc feedback proto_labels last_winner_id",
    status="int64",
    numbers="prototypes",
)
BROADCAST = vector("IdBroadcast", "a_in s_out", "int64", val="int32")
# The status is 1 once the number that arrives, then kept in picked, is out of range.
PROTOTYPE = vector(
    "PrototypeLIF",
    "a_in reset_in a_third_factor_in s_out s_out_bap u v y1 keep_u keep_v bias vth",
    status="int64",
    picked="int64",
)


@kernel
def any_of(values, n):
    """Whether an element is not zero."""
    found = False
    for i in range(n):
        found |= values[i] != 0
    return found


WAITING, PASSED = 0, 1


@leaf
def novelty(address, time):
    """NoveltyDetector."""
    d = NOVELTY(address)
    state = d.clock
    novel = False
    if any_of(d.input_aval_in, d.input_size):
        state[WAITING], state[PASSED] = 1, 0
    if any_of(d.output_aval_in, d.output_size):
        state[WAITING], state[PASSED] = 0, 0
    elif state[PASSED] > d.t_wait[0]:
        novel = True
        state[WAITING], state[PASSED] = 0, 0
    state[PASSED] += state[WAITING]
    d.novelty_detected_out[0] = i32(novel)


@leaf
def allocator(address, time):
    """Allocator."""
    d = ALLOCATOR(address)
    triggered = i32(d.trigger_in[0] != 0)
    following = d.next_alloc_id
    d.allocate_out[0] = i32(following[0] * triggered)
    following[0] = i32(following[0] + triggered)


@leaf
def readout(address, time):
    """Readout."""
    d = READOUT(address)
    n = d.prototypes
    inference, labels, last = d.inference_in, whole(d.proto_labels, n), d.last_winner_id
    given = d.label_in[0]
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
            d.status[0] = 1
            return
        known = labels[last[0]]
        if known > 0:
            feedback = i32(1) if known == given else i32(-1)
        elif known < 0:
            labels[last[0]] = given
            inferred = given
    d.user_output[0] = inferred
    d.feedback[0] = feedback
    d.trigger_alloc[0] = i32(feedback < 0)


@elements(BROADCAST)
@kernel
def broadcast(a_in, s_out, val):
    """IdBroadcast: keeps an int32 and sends it on as int64."""
    for i in range(a_in.shape[0]):
        val[i] = i32(a_in[i])
        s_out[i] = val[i]


@disjoint
def update(u, v, a, reset, keep_u, keep_v, bias):
    """One step of the neurons without spikes: as LIF, then set to zero where the reset says so."""
    for i in range(u.shape[0]):
        current = wrap_lava(i32(i32(decay_wide(i64(u[i]), i64(keep_u[i]))) + i32(a[i] << 6)))
        free = i32(i32(i32(decay_wide(i64(v[i]), i64(keep_v[i]))) + current) + bias[i])
        voltage = clip(free, i32(-STATE_MAX), i32(STATE_MAX))
        u[i] = i32(0) if reset[i] > 0 else current
        v[i] = i32(0) if reset[i] > 0 else voltage


@elements(PROTOTYPE)
@kernel
def prototype(d, u, v, y1, a_in, reset_in, keep_u, keep_v, bias, vth, s_out, s_out_bap):
    """PrototypeLIF: a number that arrives picks who spikes, and leaves a full trace; else thresholds decide."""
    update(u, v, a_in, reset_in, keep_u, keep_v, bias)
    picked = d.a_third_factor_in[0]
    if picked < 0 or picked > d.n:
        d.status[0] = 1
        d.picked[0] = picked
        return
    for i in range(d.n):
        chosen = picked == i + 1
        spiked = chosen if picked else v[i] > vth[i]
        if picked:
            y1[i] = i32(TRACE_MAX) if chosen else i32(0)
        s_out_bap[i] = i32(chosen)
        s_out[i] = i32(spiked)
        if spiked:
            v[i] = i32(0)
