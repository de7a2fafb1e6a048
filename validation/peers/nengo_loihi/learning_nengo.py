"""PES as nengo-loihi 1.1.0's emulator computes it: a compatibility rule to replay that peer.

Steps count from 1. A spike is delivered with the weights from before its step's update. In every second step each
source neuron's trace becomes ``x = exp(-2 / tau) x + impulse [spiked since the last time]``; in every fourth step,
source by source, ``w = shift(w, 7 - e) + shift(scale x y1, 7)`` with the effective weight w and its exponent e = 6 +
weight_exp, rounded to the weight's precision. Both are rounded stochastically, with 53-bit numbers of the one legacy
generator that also draws that peer's noise. Products are 32-bit integers, as there.
"""

import math

import numpy as np

from loihi_emu.jit import float64s, int32s, int64s, kernel, leaf, uint8s, uint32s
from loihi_emu.validation.peers.nengo_loihi.twister import STATE_WORDS, next_word

i32 = np.int32
i64 = np.int64

PRE_COUNT, PRE_INDEX, PRE_FIRST, PRE_STEP, PRE_N = range(5)
E_COUNT, E_INDEX, E_PAYLOAD, E_FIRST, E_N = range(5, 10)  # the node that gives the error; E_PAYLOAD 0: all are 1
POST_N, ROWS, TARGETS = 10, 11, 12  # addresses of row starts (int64) and of targets (int32)
TRACE, FIRED, ERRORS = 13, 14, 15  # addresses: int32 a source neuron, a byte a source neuron, int32 a target neuron
KEEP = 16  # address of (exp(-2 / tau), impulse), float64
ACTIVE, UNIT, DROPPED = 17, 18, 19  # effective weights (int32, full units), their exponent, bits they lack
FACTOR, SHIFT = 20, 21  # dw = FACTOR 2^SHIFT x1 y1, in units of 2^-7
STATE, ENABLED, UPDATES = 22, 23, 24
NENGO_WORDS = 25

EPOCH = 2
UPDATE = 4
MOST = 127
FRACTION = 7


@kernel
def uniform(state):
    """Draw a number of 53 bits in [0, 1), as the legacy generator makes it from two words."""
    high = next_word(state) >> 5
    low = next_word(state) >> 6
    return (high * 67108864.0 + low) / 9007199254740992.0


@kernel
def rounded(value, most, state):
    """Round the magnitude up with the probability of its fraction, to at most `most`."""
    size = abs(value)
    whole = math.floor(size)
    up = i64(1) if size - whole > uniform(state) else i64(0)
    found = min(i64(whole) + up, most)
    return -found if value < 0 else found


@kernel
def shifted(value, places):
    """Shift a 32-bit integer to the left, or to the right (toward minus infinity) for negative places."""
    return i32(i64(value) << places) if places >= 0 else i32(i64(value) >> -places)


@leaf
def traces(address, time):
    """Note the spikes that arrive, and advance the traces in every second step."""
    d = int64s(address, NENGO_WORDS)
    fired, trace = uint8s(d[FIRED], d[PRE_N]), int32s(d[TRACE], d[PRE_N])
    count = int64s(d[PRE_COUNT], 1)[0]
    index = int32s(d[PRE_INDEX], count)
    for k in range(count):
        away = i64(index[k]) - d[PRE_FIRST]
        if away >= 0 and away % d[PRE_STEP] == 0 and away // d[PRE_STEP] < d[PRE_N]:
            fired[away // d[PRE_STEP]] = 1
    if (time + 1) % EPOCH:
        return
    state, keep = uint32s(d[STATE], STATE_WORDS), float64s(d[KEEP], 2)
    for j in range(d[PRE_N]):
        value = keep[0] * trace[j]
        if fired[j]:
            value += keep[1]
        trace[j] = i32(rounded(value, i64(MOST), state))
        fired[j] = 0


@kernel
def take_errors(d, errors):
    """Sum this step's errors of each target neuron; without an event the error is 0."""
    errors[:] = 0
    count = int64s(d[E_COUNT], 1)[0]
    index = int32s(d[E_INDEX], count)
    payload = int32s(d[E_PAYLOAD] if d[E_PAYLOAD] else d[E_INDEX], count)
    for k in range(count):
        i = i64(index[k]) - d[E_FIRST]
        if 0 <= i < d[E_N]:
            value = payload[k] if d[E_PAYLOAD] else i32(1)
            if d[E_N] == 1:
                for target in range(errors.shape[0]):
                    errors[target] = i32(errors[target] + value)
            else:
                errors[i] = i32(errors[i] + value)


@leaf
def weights(address, time):
    """Change the weights in every fourth step."""
    d = int64s(address, NENGO_WORDS)
    if (time + 1) % UPDATE:
        return
    errors, trace = int32s(d[ERRORS], d[POST_N]), int32s(d[TRACE], d[PRE_N])
    take_errors(d, errors)
    if not d[ENABLED]:
        return
    starts = int64s(d[ROWS], d[PRE_N] + 1)
    total = starts[d[PRE_N]]
    targets, active = int32s(d[TARGETS], total), int32s(d[ACTIVE], total)
    state = uint32s(d[STATE], STATE_WORDS)
    most = i64((1 << (8 - d[DROPPED])) - 1)
    fraction = 1.0 / (1 << (FRACTION + d[DROPPED]))
    for j in range(d[PRE_N]):
        for s in range(starts[j], starts[j + 1]):
            product = i32(i64(trace[j]) * i64(errors[targets[s]]) * d[FACTOR])
            learned = i32(i64(shifted(active[s], FRACTION - d[UNIT])) + i64(shifted(product, d[SHIFT])))
            active[s] = i32(rounded(learned * fraction, most, state) << (d[UNIT] + d[DROPPED]))
    int64s(d[UPDATES], 1)[0] += total
