"""Learning as brian2-loihi 0.5.2 computes it, quirks included: a compatibility rule to replay that peer.

Every synapse has its own traces. One step, in order (float64 where the peer has it):

1. flags from the state before: a trace's decay is rounded up where frac(x (1 - 1/tau)) > r; the weight's change where
   its remainder > r, for which x0 = y0 = 0 and products with a negative power of 2 count 0 (as that peer has it);
2. presynaptic spikes of this step: x = min(127, x + impulse);
3. what the peer's monitors see of the traces is kept;
4. postsynaptic spikes of the step before: y = min(127, y + impulse);
5. traces x = int(c x) + flag with c printed to 15 digits, and w = clip(w + (trunc(dw / P) + sgn(dw) flag) P).
"""

import math

import numpy as np

from loihi_emu.jit import float64s, int32s, int64s, kernel, leaf, uint8s, uint32s
from loihi_emu.models import learning_layout as to
from loihi_emu.models.products import settled
from loihi_emu.philox import fill

i32 = np.int32
i64 = np.int64
u64 = np.uint64

PRE_COUNT, PRE_INDEX, PRE_FIRST, PRE_STEP, PRE_N = range(5)
POST_COUNT, POST_INDEX, POST_FIRST, POST_STEP, POST_N = range(5, 10)
SYNAPSES, SOURCE, TARGET = 10, 11, 12  # number, and addresses of the neurons of each, int32
NOW, SEEN = 13, 18  # addresses of x1, x2, y1, y2, y3 of each synapse, and of what monitors see; int32
FLAG = 23  # addresses of one byte a synapse: is the trace rounded up?
TAU = 28  # address of (1 - 1/tau, the same to 15 digits, impulse) of each trace, float64
WEIGHTS, ACTIVE = 29, 30  # addresses of mantissas and of effective weights in units of 64, int32
EXPONENT, STEP, LOW, HIGH = 31, 32, 33, 34
PRODUCTS, TABLE, SCALES = 35, 36, 37  # the rule; scales are float64
PRE_FIRED, POST_FIRED = 38, 39  # addresses of scratch, one byte a neuron
RANDOM, ENABLED = 40, 41  # address of (constant or -1), float64
SEED, STREAM, SAMPLE, DRAWS = 42, 43, 44, 45
PENDING, SLOTS = 46, 47  # with a delay: address of spikes under way, one byte a neuron and step; 0 without
RING, RING_SLOTS, RING_N, FIRST_TARGET, TARGET_STEP = 48, 49, 50, 51, 52  # where they arrive
EVENTS = 53
BRIAN2_WORDS = 54

Q_GATE, Q_EPOCHS, Q_HALVES, Q_COUNT, Q_FIRST = range(5)
PRODUCT_WORDS = Q_FIRST + 3 * to.FACTOR_LIMIT

MOST = 127
LIMIT = 32767
TWO32 = 4294967296.0
TRACES = 5
KEY = 64
MILLISECOND = 0.001


@kernel
def mark_fired(d, side, fired):
    """Count the spikes of each neuron of a side."""
    fired[:] = 0
    count = int64s(d[side], 1)[0]
    index = int32s(d[side + 1], count)
    for k in range(count):
        away = i64(index[k]) - d[side + 2]
        if away >= 0 and away % d[side + 3] == 0 and away // d[side + 3] < d[side + 4]:
            fired[away // d[side + 3]] += 1


@kernel
def take_pending(d, time, fired):
    """Take the presynaptic spikes whose delay ends now, and deliver them with the effective weights of now."""
    n, n_pre = d[SYNAPSES], d[PRE_N]
    waiting = uint8s(d[PENDING] + (time % d[SLOTS]) * n_pre, n_pre)
    source, target, active = int32s(d[SOURCE], n), int32s(d[TARGET], n), int32s(d[ACTIVE], n)
    q = int32s(d[RING] + 4 * (time % d[RING_SLOTS]) * d[RING_N], d[RING_N])
    events = 0
    for s in range(n):
        times = i64(waiting[source[s]])
        if times:
            place = d[FIRST_TARGET] + i64(target[s]) * d[TARGET_STEP]
            q[place] = i32(q[place] + i32(i64(active[s]) * times))
            events += times
    int64s(d[EVENTS], 1)[0] += events
    for j in range(n_pre):
        fired[j] = waiting[j]
        waiting[j] = 0


@kernel
def draw(d, purpose, time):
    """Random numbers of all synapses for one purpose."""
    words = uint32s(d[DRAWS], d[SYNAPSES])
    key = u64(d[SEED]) ^ u64(u64(KEY + purpose) * u64(to.KEY_FACTOR))
    fill(words, key, u64(d[STREAM]), u64(int64s(d[SAMPLE], 1)[0]), u64(time))
    return words


@kernel
def epochs_of(time):
    """The u_k that are 1 in this step, as bits: u0 always, the others where the peer's float time is a multiple.

    That peer divides its time in seconds by a millisecond, both in float64, so that u1 is 0 at 2002, 2006, ...
    """
    steps = float(time) * MILLISECOND / MILLISECOND
    found = i64(1)
    for exponent in range(1, 10):
        if steps % float(1 << exponent) == 0.0:
            found |= i64(1) << exponent
    return found


@kernel
def change(d, s, epochs, before, fired_pre, fired_post):
    """The rule's value for one synapse; ``before``: as the peer's rounding flags see it."""
    total = 0.0
    scales = float64s(d[SCALES], d[PRODUCTS])
    for k in range(d[PRODUCTS]):
        q = int64s(d[TABLE] + 8 * k * PRODUCT_WORDS, PRODUCT_WORDS)
        gate = 1.0
        if q[Q_GATE] == to.GATE_X:
            gate = 1.0 if fired_pre and not before else 0.0
        elif q[Q_GATE] == to.GATE_Y:
            gate = 1.0 if fired_post and not before else 0.0
        if q[Q_EPOCHS] & ~epochs:
            gate = 0.0
        if gate == 0.0 or (before and q[Q_HALVES]):
            continue
        value = scales[k]
        for f in range(q[Q_COUNT]):
            place = Q_FIRST + 3 * f
            variable = q[place]
            state = i64(0)
            if variable == to.X0:
                state = i64(1) if fired_pre and not before else i64(0)
            elif variable == to.Y0:
                state = i64(1) if fired_post and not before else i64(0)
            elif variable == to.W:
                state = i64(int32s(d[WEIGHTS], d[SYNAPSES])[s])
            else:
                number = variable - to.X1 if variable < to.Y0 else variable - to.Y1 + to.X_TRACES
                state = i64(int32s(d[NOW + number], d[SYNAPSES])[s])
            value *= float(settled(state, q[place + 1], q[place + 2]))
        total += value
    return total


@kernel
def away_from_zero(x):
    """Round away from 0."""
    return math.ceil(x) if x > 0 else math.floor(x)


@leaf
def step(address, time):
    """One step of a connection that learns."""
    d = int64s(address, BRIAN2_WORDS)
    n = d[SYNAPSES]
    source, target = int32s(d[SOURCE], n), int32s(d[TARGET], n)
    fired_pre, fired_post = uint8s(d[PRE_FIRED], d[PRE_N]), uint8s(d[POST_FIRED], d[POST_N])
    if d[PENDING]:
        take_pending(d, time, fired_pre)
    else:
        mark_fired(d, PRE_COUNT, fired_pre)
    mark_fired(d, POST_COUNT, fired_post)
    constant = float64s(d[RANDOM], 1)[0]
    parameters = float64s(d[TAU], 3 * TRACES)
    weights, active = int32s(d[WEIGHTS], n), int32s(d[ACTIVE], n)
    for k in range(TRACES):
        if d[NOW + k] == 0:
            continue
        now, seen, flag = int32s(d[NOW + k], n), int32s(d[SEEN + k], n), uint8s(d[FLAG + k], n)
        words = uint32s(d[DRAWS], n) if constant >= 0 else draw(d, k, time)
        keep, impulse = parameters[3 * k], i32(parameters[3 * k + 2])
        for s in range(n):
            r = constant if constant >= 0 else words[s] / TWO32
            decayed = now[s] * keep
            flag[s] = 1 if decayed - math.floor(decayed) > r else 0
    words = uint32s(d[DRAWS], n) if constant >= 0 else draw(d, TRACES, time)
    precision, epochs = float(d[STEP]), epochs_of(time)
    ups = uint8s(d[FLAG + TRACES - 1] + n, n)  # behind the last trace's flags
    for s in range(n):
        r = constant if constant >= 0 else words[s] / TWO32
        dw = away_from_zero(change(d, s, epochs, True, False, False))
        ups[s] = 1 if (abs(dw) % precision) / precision > r else 0
    for k in range(TRACES):
        if d[NOW + k] == 0:
            continue
        now, seen = int32s(d[NOW + k], n), int32s(d[SEEN + k], n)
        impulse = i32(parameters[3 * k + 2])
        for s in range(n):
            times = i64(fired_pre[source[s]]) if k < to.X_TRACES else i64(fired_post[target[s]])
            if k >= to.X_TRACES:
                seen[s] = now[s]
            now[s] = i32(min(now[s] + impulse * times, MOST))
            if k < to.X_TRACES:
                seen[s] = now[s]
    if d[ENABLED]:
        for s in range(n):
            dw = change(d, s, epochs, False, fired_pre[source[s]] > 0, fired_post[target[s]] > 0)
            sign = (1 if dw > 0 else 0) - (1 if dw < 0 else 0)
            whole = away_from_zero(dw) / precision
            quotient = math.floor(whole) if whole > 0 else math.ceil(whole)
            moved = i64(weights[s]) + (i64(quotient) + sign * i64(ups[s])) * d[STEP]
            weights[s] = i32(min(max(moved, d[LOW]), d[HIGH]))
            w = i64(weights[s])
            shifted = w << d[EXPONENT] if d[EXPONENT] >= 0 else w >> -d[EXPONENT]
            active[s] = i32(min(max(shifted, -LIMIT), LIMIT))
    for k in range(TRACES):
        if d[NOW + k]:
            now, flag = int32s(d[NOW + k], n), uint8s(d[FLAG + k], n)
            for s in range(n):
                now[s] = i32(i64(parameters[3 * k + 1] * now[s]) + i64(flag[s]))
