# mypy: allow-untyped-defs, allow-incomplete-defs
"""Learning of Lava's process models in float64: nothing is rounded or limited, signs are kept [lava].

The record is that of the integer rules; traces, impulses, courses, weights and tags are float64.
"""

import numpy as np

from loihi_emu.jit import float64s, kernel, leaf, whole
from loihi_emu.models.lava import learning_layout as at
from loihi_emu.models.lava.learning import due, list_spiked, scratch, targets_of
from loihi_emu.models.lava.traces import ends_epoch, is_driven, neuron_of, place_in_epoch, targets_of_event, whole_value

i64 = np.int64


@kernel
def note_sources(d, now):
    """Take in the spikes of the sources."""
    n = d.pre.n
    spiked_at = whole(d.pre.spiked_at, n)
    impulses = float64s(d.pre.whole, 2)
    for k in range(d.pre.count[0]):
        j = neuron_of(d.pre, k)
        if j < 0:
            continue
        if d.graded != at.REGULAR:
            half = (float64s(d.payloads + 8 * j, 1)[0] if d.payloads else 1.0) / 2
            x1 = float64s(d.pre.traces[0].now, n)
            x1[j] = half if d.graded == at.OVERWRITE else x1[j] + half
        for m in range(2):
            if spiked_at[j] > 0 and d.pre.traces[m].now and (m == 1 or d.graded == at.REGULAR):
                float64s(d.pre.traces[m].now, n)[j] += impulses[m]
        spiked_at[j] = now


@kernel
def take_over(factor, y):
    """Replace a trace by the payloads of its third factor, 0.0 where there is none in this step."""
    y[:] = 0.0
    for k in range(factor.count[0]):
        low, high = targets_of_event(factor, k, y.shape[0])
        for i in range(low, high):
            y[i] += float64s(factor.payload + 8 * k, 1)[0] if factor.valued else np.float64(whole_value(factor, k))


@leaf
def step(address, time):
    """Take in this step's spikes, and third factors."""
    d = at.LEARNING(address)
    now = place_in_epoch(d, time)
    note_sources(d, now)
    n = d.post.n
    spiked_at, spiked, impulses = whole(d.post.spiked_at, n), whole(d.post.spiked, n), float64s(d.post.whole, 3)
    for k in range(d.post.count[0]):
        i = neuron_of(d.post, k)
        if i < 0:
            continue
        spiked[i] = 1
        for m in range(3):
            if spiked_at[i] > 0 and d.post.traces[m].now:
                float64s(d.post.traces[m].now, n)[i] += impulses[m]
        spiked_at[i] = now
    for m in range(3):
        trace = d.post.traces[m]
        if trace.received:
            y, received = float64s(trace.now, n), float64s(trace.received, n)
            for i in range(n):
                y[i] = received[i]
        elif trace.factor.size:
            take_over(trace.factor, float64s(trace.now, n))


@kernel
def run_course(course, values, spiked_at, factor, impulse, stride, steps):
    """Follow one trace of all neurons through the epoch; `stride` elements lie between two steps."""
    n = values.shape[0]
    for i in range(n):
        course[i] = values[i]
    for step_of in range(1, steps + 1):
        before, here = (step_of - 1) * stride, step_of * stride
        for i in range(n):
            value = factor * course[before + i]
            if spiked_at[i] == step_of:
                value += impulse
            course[here + i] = value


@kernel
def side_courses(side, traces, steps):
    """Follow all traces of one side."""
    n = side.n
    for m in range(traces):
        if side.traces[m].now:
            run_course(
                float64s(side.course + 8 * m * n, (traces * steps + 1) * n),
                float64s(side.traces[m].now, n),
                whole(side.spiked_at, n),
                side.factor[m],
                float64s(side.whole, traces)[m],
                traces * n,
                steps,
            )


@kernel
def end_side(side, traces, steps):
    """Keep the traces of the epoch's end, and forget its spikes."""
    n = side.n
    for m in range(traces):
        if side.traces[m].now and not is_driven(side.traces[m]):
            values, last = float64s(side.traces[m].now, n), float64s(side.course + 8 * (traces * steps + m) * n, n)
            for i in range(n):
                values[i] = last[i]
    whole(side.spiked_at, n)[:] = 0
    whole(side.spiked, n)[:] = 0


@kernel
def factor_of(d, variable, dependency, i, j, synapse, tx, ty):
    """The value of a factor's variable."""
    steps = d.epoch
    step_of = tx if dependency == at.BY_X0 else ty if dependency == at.BY_Y0 else steps
    if variable == at.V_X0:
        return 1.0 if tx > 0 else 0.0
    if variable == at.V_Y0:
        return 1.0 if ty > 0 else 0.0
    if variable == at.V_X1 or variable == at.V_X2:
        place = (step_of * 2 + variable - at.V_X1) * d.pre.n + j
        return float64s(d.pre.course + 8 * place, 1)[0]
    if at.V_Y1 <= variable <= at.V_Y3:
        place = (step_of * 3 + variable - at.V_Y1) * d.post.n + i
        return float64s(d.post.course + 8 * place, 1)[0]
    if variable >= at.V_WEIGHT:
        return float64s(d.variables[variable - at.V_WEIGHT].values + 8 * synapse, 1)[0]
    return 0.0


@kernel
def change(d, v, i, j, synapse, u):
    """The sum of all products of one variable of one synapse."""
    tx, ty = whole(d.pre.spiked_at, d.pre.n)[j], whole(d.post.spiked_at, d.post.n)[i]
    total = 0.0
    for p in range(d.product_count):
        row = d.products[p]
        dependency = row.dependency
        gate = tx > 0 if dependency == at.BY_X0 else ty > 0 if dependency == at.BY_Y0 else u
        if row.target != v or not gate:
            continue
        value = d.scales[p]
        for t in range(row.first_term, row.first_term + row.term_count):
            term = d.terms[t]
            const = d.consts[t]
            factor = factor_of(d, term.variable, dependency, i, j, synapse, tx, ty) + const
            if term.is_sign:
                factor = 1.0 if factor > 0 else -1.0 if factor < 0 else 0.0
            value = value * factor
        total += value
    return total


@kernel
def signed(d, v, value):
    """Cut off at zero what may not have the other sign."""
    if v == 1 or (v == 0 and d.sign == at.EXCITATORY):
        return max(0.0, value)
    if v == 0 and d.sign == at.INHIBITORY:
        return min(0.0, value)
    return value


@kernel
def learn_synapse(d, i, j, synapse, u):
    """Change all variables of a synapse, all by what they were before."""
    changes = float64s(d.scratch + 4 * at.ROW_VALUES * d.width, 3)
    for v in range(3):
        changes[v] = change(d, v, i, j, synapse, u) if d.changed >> v & 1 else 0.0
    for v in range(3):
        if d.changed >> v & 1:
            values = float64s(d.variables[v].values + 8 * synapse, 1)
            values[0] = signed(d, v, values[0] + changes[v])
    if d.mirror:
        float64s(d.mirror + 8 * (i * d.pre.n + j), 1)[0] = float64s(d.variables[0].values + 8 * synapse, 1)[0]


@kernel
def change_all(d, u):
    """Learn at the end of an epoch: all synapses, or those of neurons that spiked."""
    n_pre, n_post = d.pre.n, d.post.n
    everything = d.every[0] != 0 or u
    spiked_x = whole(d.pre.spiked_at, n_pre)
    spiked = i64(0) if everything else list_spiked(d)
    for j in range(n_pre):
        full = everything or spiked_x[j] > 0
        if not full and spiked == 0:
            continue
        first, size = j * n_post, n_post
        if d.starts:
            first, size = d.starts[j], d.starts[j + 1] - d.starts[j]
        count = targets_of(d, first, size, i64(-1) if full else spiked)
        targets, places = scratch(d, at.ROW_TARGETS, count), scratch(d, at.ROW_PLACES, count)
        for k in range(count):
            learn_synapse(d, i64(targets[k]), j, first + places[k], u)
    d.every[0] = 0


@leaf
def learn(address, time):
    """Learn, if this step ends an epoch."""
    d = at.LEARNING(address)
    if not ends_epoch(d, time):
        return
    for number in range(2):  # constants as arguments would be compiled into a function each
        side_courses(d.pre if number == 0 else d.post, 2 + number, d.epoch)
    if d.enabled:
        change_all(d, due(d, time))
    for number in range(2):
        end_side(d.pre if number == 0 else d.post, 2 + number, d.epoch)
