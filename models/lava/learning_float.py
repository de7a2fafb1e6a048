"""Learning of Lava's process models in float64: nothing is rounded or limited, signs are kept [lava].

The description is that of the integer rules; traces, impulses, courses, weights and tags are float64.
"""

import numpy as np

from loihi_emu.jit import float64s, int32s, int64s, kernel, leaf, uint8s
from loihi_emu.models.lava import learning_layout as at

i64 = np.int64


@kernel
def note_sources(d, now):
    """Take in the spikes of the sources."""
    n = d[at.N_PRE]
    count = int64s(d[at.PRE_COUNT], 1)[0]
    index = int32s(d[at.PRE_INDEX], count)
    spiked_at = int64s(d[at.TX], n)
    x1, x2, impulses = float64s(d[at.X1], n), float64s(d[at.X1 + 1], n), float64s(d[at.X_WHOLE], 2)
    for k in range(count):
        j = i64(index[k])
        half = (float64s(d[at.PAYLOADS] + 8 * j, 1)[0] if d[at.PAYLOADS] else 1.0) / 2
        again = spiked_at[j] > 0
        if d[at.GRADED] == at.REGULAR:
            if again:
                x1[j] += impulses[0]
        elif d[at.GRADED] == at.OVERWRITE:
            x1[j] = half
        else:
            x1[j] += half
        if again:
            x2[j] += impulses[1]
        spiked_at[j] = now


@leaf
def step(address, time):
    """Take in this step's spikes, and third factors."""
    d = int64s(address, at.LEARNING_WORDS)
    now = time % d[at.EPOCH] + 1
    note_sources(d, now)
    n = d[at.N_POST]
    count = int64s(d[at.POST_COUNT], 1)[0]
    index = int32s(d[at.POST_INDEX], count)
    spiked_at, spiked, impulses = int64s(d[at.TY], n), uint8s(d[at.Y0], n), float64s(d[at.Y_WHOLE], 3)
    for k in range(count):
        i = i64(index[k])
        spiked[i] = 1
        if spiked_at[i] > 0:
            for m in range(3):
                float64s(d[at.Y1 + m], n)[i] += impulses[m]
        spiked_at[i] = now
    if d[at.Y_IN]:
        for m in range(3):
            y, received = float64s(d[at.Y1 + m], n), float64s(d[at.Y_IN + m], n)
            for i in range(n):
                y[i] = received[i]


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
def side_courses(d, course, first, traces, n, times, factors, impulses):
    """Follow all traces of one side."""
    steps = d[at.EPOCH]
    for m in range(traces):
        run_course(
            float64s(course + 8 * m * n, (traces * steps + 1) * n),
            float64s(d[first + m], n),
            int64s(times, n),
            float64s(factors, traces)[m],
            float64s(impulses, traces)[m],
            traces * n,
            steps,
        )


@kernel
def factor_of(d, variable, dependency, i, j, synapse, tx, ty):
    """The value of a factor's variable."""
    steps = d[at.EPOCH]
    step_of = tx if dependency == at.BY_X0 else ty if dependency == at.BY_Y0 else steps
    if variable == at.V_X0:
        return 1.0 if tx > 0 else 0.0
    if variable == at.V_Y0:
        return 1.0 if ty > 0 else 0.0
    if variable == at.V_X1 or variable == at.V_X2:
        place = (step_of * 2 + variable - at.V_X1) * d[at.N_PRE] + j
        return float64s(d[at.X_COURSE] + 8 * place, 1)[0]
    if at.V_Y1 <= variable <= at.V_Y3:
        place = (step_of * 3 + variable - at.V_Y1) * d[at.N_POST] + i
        return float64s(d[at.Y_COURSE] + 8 * place, 1)[0]
    if variable >= at.V_WEIGHT:
        return float64s(d[at.VALUES + variable - at.V_WEIGHT] + 8 * synapse, 1)[0]
    return 0.0


@kernel
def change(d, v, i, j, synapse, u):
    """The sum of all products of one variable of one synapse."""
    tx, ty = int64s(d[at.TX], d[at.N_PRE])[j], int64s(d[at.TY], d[at.N_POST])[i]
    table = int64s(d[at.PRODUCTS], d[at.COUNT] * at.PRODUCT_WORDS)
    scales = float64s(d[at.SCALES], d[at.COUNT])
    total = 0.0
    for p in range(d[at.COUNT]):
        row = p * at.PRODUCT_WORDS
        dependency = table[row + at.DEPENDENCY]
        gate = tx > 0 if dependency == at.BY_X0 else ty > 0 if dependency == at.BY_Y0 else u
        if table[row + at.TARGET] != v or not gate:
            continue
        value = scales[p]
        for t in range(table[row + at.FIRST_TERM], table[row + at.FIRST_TERM] + table[row + at.TERM_COUNT]):
            term = int64s(d[at.TERMS] + 8 * t * at.TERM_WORDS, at.TERM_WORDS)
            const = float64s(d[at.CONSTS] + 8 * t, 1)[0]
            factor = factor_of(d, term[at.VARIABLE], dependency, i, j, synapse, tx, ty) + const
            if term[at.IS_SIGN]:
                factor = 1.0 if factor > 0 else -1.0 if factor < 0 else 0.0
            value = value * factor
        total += value
    return total


@kernel
def signed(d, v, value):
    """Cut off at zero what may not have the other sign."""
    if v == 1 or (v == 0 and d[at.SIGN] == at.EXCITATORY):
        return max(0.0, value)
    if v == 0 and d[at.SIGN] == at.INHIBITORY:
        return min(0.0, value)
    return value


@kernel
def learn_synapse(d, i, j, synapse, u):
    """Change all variables of a synapse, all by what they were before."""
    changes = (change(d, 0, i, j, synapse, u), change(d, 1, i, j, synapse, u), change(d, 2, i, j, synapse, u))
    for v in range(3):
        if d[at.CHANGED] >> v & 1:
            values = float64s(d[at.VALUES + v] + 8 * synapse, 1)
            values[0] = signed(d, v, values[0] + changes[v])
    if d[at.MIRROR]:
        float64s(d[at.MIRROR] + 8 * (i * d[at.N_PRE] + j), 1)[0] = float64s(d[at.VALUES] + 8 * synapse, 1)[0]


@leaf
def learn(address, time):
    """Learn, if this step ends an epoch."""
    d = int64s(address, at.LEARNING_WORDS)
    steps, n_pre, n_post = d[at.EPOCH], d[at.N_PRE], d[at.N_POST]
    if (time + 1) % steps != 0:
        return
    side_courses(d, d[at.X_COURSE], at.X1, 2, n_pre, d[at.TX], d[at.X_FACTOR], d[at.X_WHOLE])
    side_courses(d, d[at.Y_COURSE], at.Y1, 3, n_post, d[at.TY], d[at.Y_FACTOR], d[at.Y_WHOLE])
    epoch = (time + 1) // steps
    u = d[at.DECIMATE] >= 0 and epoch % (1 << d[at.DECIMATE]) == 0
    every = int64s(d[at.EVERY], 1)
    everything = every[0] != 0 or u
    spiked_x, spiked_y = int64s(d[at.TX], n_pre), int64s(d[at.TY], n_post)
    for j in range(n_pre):
        first, size = j * n_post, n_post
        if d[at.STARTS]:
            bounds = int64s(d[at.STARTS] + 8 * j, 2)
            first, size = bounds[0], bounds[1] - bounds[0]
        for k in range(size):
            i = i64(int32s(d[at.TARGETS] + 4 * (first + k), 1)[0]) if d[at.TARGETS] else k
            if everything or spiked_x[j] > 0 or spiked_y[i] > 0:
                learn_synapse(d, i, j, first + k, u)
    every[0] = 0
    for m in range(2):
        x, last = float64s(d[at.X1 + m], n_pre), float64s(d[at.X_COURSE] + 8 * (2 * steps + m) * n_pre, n_pre)
        for j in range(n_pre):
            x[j] = last[j]
    if d[at.Y_IN] == 0:
        for m in range(3):
            y, last = float64s(d[at.Y1 + m], n_post), float64s(d[at.Y_COURSE] + 8 * (3 * steps + m) * n_post, n_post)
            for i in range(n_post):
                y[i] = last[i]
    spiked_x[:] = 0
    spiked_y[:] = 0
    uint8s(d[at.X0], n_pre)[:] = 0
    uint8s(d[at.Y0], n_post)[:] = 0
