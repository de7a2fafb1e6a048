# mypy: allow-untyped-defs, allow-incomplete-defs
"""Learning of Lava's process models in float64: nothing is rounded or limited, signs are kept [lava].

The record is that of the integer rules; traces, impulses, courses, weights and tags are float64.
"""

import numpy as np

from loihi_emu.jit import disjoint, float64s, kernel, whole
from loihi_emu.models.lava import learning_layout as at
from loihi_emu.models.lava.epoch import courses, neuron_of, tracer, whole_value
from loihi_emu.models.lava.learning_synapses import Arithmetic, learner


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
def note(d, now, time):
    """Take in a step's spikes."""
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


@kernel
def value(factor, event):
    """The payload of a third factor's event."""
    return float64s(factor.payload + 8 * event, 1)[0] if factor.valued else np.float64(whole_value(factor, event))


@kernel
def follow(side, m, before, course, step):
    """One step of a trace of all neurons, with its impulses."""
    factor, impulse, spiked_at = side.factor[m], float64s(side.whole, 3)[m], whole(side.spiked_at, side.n)
    for i in range(side.n):
        value = factor * before[i]
        course[i] = value + impulse if spiked_at[i] == step else value


side_courses, keep_last = courses(float64s, float64s, 8, follow)
step = tracer(__name__, float64s, float64s, note, value, side_courses, keep_last)


@disjoint
def start(total, values):
    """Sums of changes begin at 0."""
    for k in range(total.shape[0]):
        total[k] = 0.0


@kernel
def begin(d, p):
    """A product without its factors: its constant."""
    return d.scales[p]


@kernel
def finished(factor, is_sign):
    """A factor, or its sign."""
    if is_sign:
        return 1.0 if factor > 0 else -1.0 if factor < 0 else 0.0
    return factor


@disjoint
def multiply_each(product, values, const, is_sign):
    """Multiply by a factor that differs among synapses."""
    for k in range(product.shape[0]):
        product[k] *= finished(values[k] + const, is_sign)


@kernel
def multiply(product, values, d, t):
    """Multiply by factor t, whose variable has a value for each synapse."""
    multiply_each(product, values, d.consts[t], d.terms[t].is_sign != 0)


@disjoint
def scale_all(product, factor):
    """Multiply by a factor that is the same for all synapses."""
    for k in range(product.shape[0]):
        product[k] *= factor


@kernel
def multiply_all(product, value, d, t):
    """Multiply by factor t, whose variable is the same for all synapses."""
    scale_all(product, finished(value + d.consts[t], d.terms[t].is_sign != 0))


@disjoint
def add_product(total, product):
    """Add products."""
    for k in range(total.shape[0]):
        total[k] += product[k]


@kernel
def add(total, product, d, p):
    """Add product p."""
    add_product(total, product)


@kernel
def limit(total):
    """Sums have no limits."""


@disjoint
def add_changes(values, total, sign):
    """Add sums of changes; what may not have the other sign is cut off at zero."""
    for k in range(total.shape[0]):
        value = values[k] + total[k]
        values[k] = max(0.0, value) if sign == at.EXCITATORY else min(0.0, value) if sign == at.INHIBITORY else value


@kernel
def settle(values, total, d, v, random):
    """Bring sums back to the variable."""
    add_changes(values, total, d.sign if v == 0 else at.EXCITATORY if v == 1 else at.MIXED)


@kernel
def draw(d):
    """Nothing."""
    return 0.0


learn = learner(
    __name__,
    Arithmetic(
        float64s, np.float64, 8, start, begin, multiply, multiply_all, add, limit, settle, draw,
        side_courses, keep_last, restless=0,
    ),
)  # fmt: skip
