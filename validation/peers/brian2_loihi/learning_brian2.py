# mypy: allow-untyped-defs, allow-incomplete-defs
"""Learning as brian2-loihi 0.5.2 computes it, quirks included: a compatibility rule to replay that peer.

Every synapse has its own traces. One step, in order (float64 where the peer has it):

1. flags from the state before: a trace's decay is rounded up where frac(x (1 - 1/tau)) > r; the weight's change where
   its remainder > r, for which x0 = y0 = 0 and products with a negative power of 2 count 0 (as that peer has it); the
   step up or down has the sign of this dw, not of the one in 5;
2. presynaptic spikes of this step: x = min(127, x + impulse);
3. what the peer's monitors see of the traces is kept;
4. postsynaptic spikes of the step before: y = min(127, y + impulse);
5. traces x = int(c x) + flag with c printed to 15 digits, and w = clip(w + (trunc(dw / P) + flag) P).
"""

import math

import numpy as np

from loihi_emu.jit import kernel, leaf, part, whole
from loihi_emu.models.plasticity import learning_layout as to
from loihi_emu.models.plasticity.plastic_words import WORDS, source_of
from loihi_emu.models.plasticity.products import factor_value
from loihi_emu.models.records import NUMBER, Record, array, within
from loihi_emu.philox import fill

i32 = np.int32
i64 = np.int64
u64 = np.uint64

SIDE = Record(
    "Brian2Side",
    count=array("int64"),
    index=array("int32"),
    first=NUMBER,
    step=NUMBER,
    n=NUMBER,
    fired=array("uint8"),  # scratch: spikes of each neuron
)
TRACE = Record(
    "Brian2Trace",
    now=array("int32"),
    seen=array("int32"),  # what monitors see
    flag=array("uint8"),  # is the trace rounded up?
)
TERM = Record("Brian2Factor", variable=NUMBER, constant=NUMBER, sign=NUMBER)
PRODUCT = Record(
    "Brian2Product",
    gate=NUMBER,
    epochs=NUMBER,
    halves=NUMBER,
    scale=array("float64"),
    count=NUMBER,
    factors=within(TERM, to.FACTOR_LIMIT),
)
TRACES = 5
ONE_STEP = 1  # steps of -1, 0, 1 are kept as 0, 1, 2
LEARNING = Record(
    "Brian2Learning",
    pre=within(SIDE),
    post=within(SIDE),
    synapses=NUMBER,
    source=array("int32"),  # the neurons of each synapse
    target=array("int32"),
    traces=within(TRACE, TRACES),  # x1, x2, y1, y2, y3 of each synapse; behind the last flags are those of w
    tau=array("float64"),  # (1 - 1/tau, the same to 15 digits, impulse) of each trace
    weights=array("int32"),  # mantissas, and effective weights in units of 64
    active=array("int32"),
    exponent=NUMBER,
    step=NUMBER,
    low=NUMBER,
    high=NUMBER,
    product_count=NUMBER,
    products=array(PRODUCT),
    random=array("float64"),  # constant or -1
    enabled=NUMBER,
    seed=NUMBER,
    stream=NUMBER,
    sample=array("int64"),
    draws=array("uint32"),
    pending=array("uint8"),  # with a delay: spikes under way, one byte a neuron and step
    slots=NUMBER,
    ring=array("int32"),  # where they arrive
    ring_slots=NUMBER,
    ring_n=NUMBER,
    first_target=NUMBER,
    target_step=NUMBER,
    events=array("int64"),
)


MOST = 127
LIMIT = 32767
TWO32 = 4294967296.0
KEY = 64
MILLISECOND = 0.001


@kernel
def mark_fired(side):
    """Count the spikes of each neuron of a side."""
    fired = whole(side.fired, side.n)
    fired[:] = 0
    for k in range(side.count[0]):
        away = i64(side.index[k]) - side.first
        if away >= 0 and away % side.step == 0 and away // side.step < side.n:
            fired[away // side.step] += 1


@kernel
def take_pending(d, time, fired):
    """Take the presynaptic spikes whose delay ends now, and deliver them with the effective weights of now."""
    n, n_pre = d.synapses, d.pre.n
    waiting = part(d.pending, (time % d.slots) * n_pre, n_pre)
    source, target, active = whole(d.source, n), whole(d.target, n), whole(d.active, n)
    q = part(d.ring, (time % d.ring_slots) * d.ring_n, d.ring_n)
    events = 0
    for s in range(n):
        times = i64(waiting[source[s]])
        if times:
            place = d.first_target + i64(target[s]) * d.target_step
            q[place] = i32(q[place] + i32(i64(active[s]) * times))
            events += times
    d.events[0] += events
    for j in range(n_pre):
        fired[j] = waiting[j]
        waiting[j] = 0


@kernel
def draw(d, purpose, time):
    """Random numbers of all synapses for one purpose."""
    words = whole(d.draws, d.synapses)
    key = u64(d.seed) ^ u64(u64(KEY + purpose) * u64(to.KEY_FACTOR))
    fill(words, key, u64(d.stream), u64(d.sample[0]), u64(time))
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
    for k in range(d.product_count):
        q = d.products[k]
        gate = 1.0
        if q.gate == to.GATE_X:
            gate = 1.0 if fired_pre and not before else 0.0
        elif q.gate == to.GATE_Y:
            gate = 1.0 if fired_post and not before else 0.0
        if q.epochs & ~epochs:
            gate = 0.0
        if gate == 0.0 or (before and q.halves):
            continue
        value = q.scale[0]
        for f in range(q.count):
            factor = q.factors[f]
            variable = factor.variable
            state = i64(0)
            if variable == to.X0:
                state = i64(1) if fired_pre and not before else i64(0)
            elif variable == to.Y0:
                state = i64(1) if fired_post and not before else i64(0)
            elif variable == to.W:
                state = i64(d.weights[s])
            else:
                number = variable - to.X1 if variable < to.Y0 else variable - to.Y1 + to.X_TRACES
                state = i64(d.traces[number].now[s])
            value *= float(factor_value(state, factor.constant, factor.sign))
        total += value
    return total


@kernel
def away_from_zero(x):
    """Round away from 0."""
    return math.ceil(x) if x > 0 else math.floor(x)


@leaf
def step(address, time):
    """One step of a connection that learns."""
    d = LEARNING(address)
    n = d.synapses
    source, target = whole(d.source, n), whole(d.target, n)
    fired_pre, fired_post = whole(d.pre.fired, d.pre.n), whole(d.post.fired, d.post.n)
    if d.pending:
        take_pending(d, time, fired_pre)
    else:
        mark_fired(d.pre)
    mark_fired(d.post)
    constant = d.random[0]
    parameters = whole(d.tau, 3 * TRACES)
    weights, active = whole(d.weights, n), whole(d.active, n)
    for k in range(TRACES):
        if not d.traces[k].now:
            continue
        now, flag = whole(d.traces[k].now, n), whole(d.traces[k].flag, n)
        words = whole(d.draws, n) if constant >= 0 else draw(d, k, time)
        keep, impulse = parameters[3 * k], i32(parameters[3 * k + 2])
        for s in range(n):
            r = constant if constant >= 0 else words[s] / TWO32
            decayed = now[s] * keep
            flag[s] = 1 if decayed - math.floor(decayed) > r else 0
    words = whole(d.draws, n) if constant >= 0 else draw(d, TRACES, time)
    precision, epochs = float(d.step), epochs_of(time)
    steps = part(d.traces[TRACES - 1].flag, n, n)  # behind the last trace's flags
    for s in range(n):
        r = constant if constant >= 0 else words[s] / TWO32
        dw = away_from_zero(change(d, s, epochs, True, False, False))
        steps[s] = ((1 if dw > 0 else -1) if (abs(dw) % precision) / precision > r else 0) + ONE_STEP
    for k in range(TRACES):
        if not d.traces[k].now:
            continue
        now, seen = whole(d.traces[k].now, n), whole(d.traces[k].seen, n)
        impulse = i32(parameters[3 * k + 2])
        for s in range(n):
            times = i64(fired_pre[source[s]]) if k < to.X_TRACES else i64(fired_post[target[s]])
            if k >= to.X_TRACES:
                seen[s] = now[s]
            now[s] = i32(min(now[s] + impulse * times, MOST))
            if k < to.X_TRACES:
                seen[s] = now[s]
    if d.enabled:
        for s in range(n):
            dw = change(d, s, epochs, False, fired_pre[source[s]] > 0, fired_post[target[s]] > 0)
            exact = away_from_zero(dw) / precision
            whole_steps = i64(math.floor(exact) if exact > 0 else math.ceil(exact))
            moved = i64(weights[s]) + (whole_steps + i64(steps[s]) - ONE_STEP) * d.step
            weights[s] = i32(min(max(moved, d.low), d.high))
            w = i64(weights[s])
            shifted = w << d.exponent if d.exponent >= 0 else w >> -d.exponent
            active[s] = i32(min(max(shifted, -LIMIT), LIMIT))
    for k in range(TRACES):
        if d.traces[k].now:
            now, flag = whole(d.traces[k].now, n), whole(d.traces[k].flag, n)
            for s in range(n):
                now[s] = i32(i64(parameters[3 * k + 1] * now[s]) + i64(flag[s]))


# Delivery by synapses with a delay: spikes are kept until it is over, then this peer's learning leaf delivers them.
POSTPONED = WORDS.extended("Brian2Postponed", pending=array("uint8"), wait=NUMBER, pending_slots=NUMBER)


@leaf
def postpone(address, time):
    """Note this step's events until their delay is over."""
    common, d = WORDS(address), POSTPONED(address)
    waiting = part(d.pending, (time + d.offset + d.wait) % d.pending_slots * d.sources, d.sources)
    for k in range(d.count[0]):
        j = source_of(common, k)
        if j >= 0:
            waiting[j] += 1
