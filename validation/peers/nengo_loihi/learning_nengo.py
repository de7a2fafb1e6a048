# mypy: allow-untyped-defs, allow-incomplete-defs
"""PES as nengo-loihi 1.1.0's emulator computes it: a compatibility rule to replay that peer.

Steps count from 1. A spike is delivered with the weights from before its step's update. In every second step each
source neuron's trace becomes ``x = exp(-2 / tau) x + impulse [spiked since the last time]``; in every fourth step,
source by source, ``w = shift(w, 7 - e) + shift(scale x y1, 7)`` with the effective weight w and its exponent e = 6 +
weight_exp, rounded to the weight's precision. Both are rounded stochastically, with 53-bit numbers of the one legacy
generator that also draws that peer's noise. Products are 32-bit integers, as there.
"""

import math

import numpy as np

from loihi_emu.jit import kernel, leaf, whole
from loihi_emu.models.layout import SOURCE
from loihi_emu.models.records import NUMBER, Record, array, within
from loihi_emu.validation.peers.nengo_loihi.twister import STATE_WORDS, next_word

i32 = np.int32
i64 = np.int64

SIDE = Record("NengoSide", count=array("int64"), index=array("int32"), first=NUMBER, step=NUMBER, n=NUMBER)
ERROR = SOURCE.extended("NengoError", first=NUMBER, n=NUMBER)
LEARNING = Record(
    "NengoLearning",
    pre=within(SIDE),
    error=within(ERROR),  # the node that gives the error
    post_n=NUMBER,
    rows=array("int64"),
    targets=array("int32"),
    trace=array("int32"),  # of each source neuron
    fired=array("uint8"),  # of each source neuron
    errors=array("int32"),  # of each target neuron
    keep=array("float64"),  # (exp(-2 / tau), impulse)
    active=array("int32"),  # effective weights in full units
    unit=NUMBER,  # their exponent
    dropped=NUMBER,  # bits they lack
    factor=NUMBER,  # dw = factor 2^shift x1 y1, in units of 2^-7
    shift=NUMBER,
    state=array("uint32"),
    enabled=NUMBER,
    updates=array("int64"),
)

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
    d = LEARNING(address)
    pre, fired, trace = d.pre, d.fired, d.trace
    for k in range(pre.count[0]):
        away = i64(pre.index[k]) - pre.first
        if away >= 0 and away % pre.step == 0 and away // pre.step < pre.n:
            fired[away // pre.step] = 1
    if (time + 1) % EPOCH:
        return
    state = whole(d.state, STATE_WORDS)
    for j in range(pre.n):
        value = d.keep[0] * trace[j]
        if fired[j]:
            value += d.keep[1]
        trace[j] = i32(rounded(value, i64(MOST), state))
        fired[j] = 0


@kernel
def take_errors(error, errors):
    """Sum this step's errors of each target neuron; without an event the error is 0."""
    errors[:] = 0
    for k in range(error.count[0]):
        i = i64(error.index[k]) - error.first
        if 0 <= i < error.n:
            value = error.payload[k] if error.payload else i32(1)
            if error.n == 1:
                for target in range(errors.shape[0]):
                    errors[target] = i32(errors[target] + value)
            else:
                errors[i] = i32(errors[i] + value)


@leaf
def weights(address, time):
    """Change the weights in every fourth step."""
    d = LEARNING(address)
    if (time + 1) % UPDATE:
        return
    errors, trace = whole(d.errors, d.post_n), d.trace
    take_errors(d.error, errors)
    if not d.enabled:
        return
    n, starts, targets, active = d.pre.n, d.rows, d.targets, d.active
    state = whole(d.state, STATE_WORDS)
    most = i64((1 << (8 - d.dropped)) - 1)
    fraction = 1.0 / (1 << (FRACTION + d.dropped))
    for j in range(n):
        for s in range(starts[j], starts[j + 1]):
            product = i32(i64(trace[j]) * i64(errors[targets[s]]) * d.factor)
            learned = i32(i64(shifted(active[s], FRACTION - d.unit)) + i64(shifted(product, d.shift)))
            active[s] = i32(rounded(learned * fraction, most, state) << (d.unit + d.dropped))
    d.updates[0] += starts[n]
