# mypy: allow-untyped-defs, allow-incomplete-defs
"""Learning by the chip's rule set: synapses, in the last step of every epoch.

One leaf for every rule: a rule is a table of products (:mod:`loihi_emu.models.plasticity.learning_layout`). It runs
after the traces (:mod:`loihi_emu.models.plasticity.traces`), after the inputs' synapses have delivered and before the
neurons advance. So a presynaptic spike counts in the step in
which a synapse without delay delivers it, and a postsynaptic spike of step t counts in step t + 1.
"""

import numpy as np

from loihi_emu.jit import address_of, kernel, leaf, part, uint32s, whole
from loihi_emu.models.plasticity import learning_layout as to
from loihi_emu.models.plasticity import passes, products, rows, traces
from loihi_emu.philox import fill_from

i64 = np.int64
u64 = np.uint64

FULL, SINGLE = rows.FULL, rows.SINGLE


@kernel
def list_spikes(d):
    """List the postsynaptic neurons that spiked in this epoch; returns their number."""
    n = d.post.n
    stamp = whole(d.post.stamp, n)
    listed = whole(d.listed, n)
    count = 0
    for i in range(n):
        if stamp[i] != 0:
            listed[count] = i
            count += 1
    return count


@kernel
def any_set(stamp):
    """Whether some byte is not 0."""
    found = np.uint8(0)
    for i in range(stamp.shape[0]):
        found = np.uint8(found | stamp[i])
    return found != 0


@kernel
def activate(d, time, fired_pre, fired_post):
    """Mark the products that act in this epoch; returns their gates as bits."""
    epoch = (time + 1) // d.epoch
    gates = 0
    for k in range(d.product_count):
        q = rows.product_of(d, k)
        gate = q.gate
        active = gate == to.GATE_U or (fired_pre if gate == to.GATE_X else fired_post)
        mask = q.epochs
        for exponent in range(10):
            if mask & (1 << exponent) and epoch & ((1 << exponent) - 1):
                active = False
        q.active = 1 if active else 0
        if active:
            gates |= 1 << gate
    return gates


@kernel
def draw(d, time, which):
    """One 16-bit random number for every neuron of both sides and every target that changes."""
    n_pre, n_post = d.pre.n, d.post.n
    before = d.post.low & 7  # a counter has eight
    start = u64((d.post.low - before) >> 1)
    for goal in range(3):
        if which & (1 << goal):
            stream, sample, step = u64(d.stream), traces.sample_of(d), u64(time)
            out = uint32s(address_of(d.random[goal].pre, 0), (n_pre + 1) >> 1)
            fill_from(out, u64(0), traces.key_of(d, to.KEY_PRE + 16 * goal), stream, sample, step)
            out = uint32s(address_of(d.random[goal].post, -before), (before + n_post + 1) >> 1)
            fill_from(out, start, traces.key_of(d, to.KEY_POST + 16 * goal), stream, sample, step)


@kernel
def has_step(stamp, step):
    """Whether a neuron spiked last in this step of the epoch."""
    found = False
    for i in range(stamp.shape[0]):
        found = found or i64(stamp[i]) == step + 1
    return found


@kernel
def mark(moved, values):
    """Mark the source neurons whose part is not 0."""
    for j in range(moved.shape[0]):
        moved[j] |= np.uint8(SINGLE) if values[j] != 0 else np.uint8(0)


@kernel
def prepare(d, count):
    """Compute the parts of the active products that depend on one side only, and mark the sources that move."""
    n_pre, n_post = d.pre.n, d.post.n
    before, after = whole(d.pre.stamp, n_pre), whole(d.post.stamp, n_post)
    moved = whole(d.moved, n_pre)
    moved[:] = 0
    full = False
    gated = False
    for k in range(d.product_count):
        q = rows.product_of(d, k)
        if q.active == 0:
            continue
        if q.gate == to.GATE_Y:
            products.post_at_spikes(d, q, whole(d.listed, count))
            for step in range(d.epoch):
                if has_step(after, step):
                    parts = products.pre_parts(d, q, step)
                    products.side_part(d, q, step, i64(1), parts)
                    mark(moved, parts)
        elif q.gate == to.GATE_X:
            gated = True
            for step in range(d.epoch):
                if has_step(before, step):
                    products.side_part(d, q, step, i64(0), products.post_parts(d, q, step))
        else:
            full = True
            last = d.epoch - 1
            products.side_part(d, q, last, i64(1), products.pre_parts(d, q, last))
            products.side_part(d, q, last, i64(0), products.post_parts(d, q, last))
    for j in range(n_pre):
        if full or (gated and before[j] != 0):
            moved[j] = np.uint8(FULL)


@kernel
def only_product(d):
    """The one active product gated by y0, if it is alone, narrow and of both sides, in epochs of one step; else -1."""
    found = -1
    for k in range(d.product_count):
        q = rows.product_of(d, k)
        if q.active and q.gate == to.GATE_Y:
            if found >= 0 or q.fused != to.BY_POST or d.epoch > 1:
                return -1
            found = k
    return found


@kernel
def fusable(d, which):
    """Whether whole rows can take the active products in one pass; the rows' two (or one) products, -1 for none."""
    first = second = -1
    if which != 1 or d.rows:
        return -1, -1
    for k in range(d.product_count):
        q = rows.product_of(d, k)
        if q.active and q.gate != to.GATE_Y:
            if q.fused == 0 or second >= 0:
                return -1, -1
            if first < 0:
                first = k
            else:
                second = k
    if first >= 0 and second >= 0:
        q, p = rows.product_of(d, first), rows.product_of(d, second)
        if q.gate != p.gate or q.fused == to.BY_WEIGHT:
            return -1, -1
    return first, second


@kernel
def update_rows(d, count, which):
    """Update whole rows; in a dense matrix also single synapses."""
    n_pre, n_post, stride = d.pre.n, d.post.n, d.stride
    moved = whole(d.moved, n_pre)
    sparse = bool(d.rows)
    listed = whole(d.listed, count)
    alone = only_product(d) if which == 1 and not sparse else -1
    updates = 0
    if alone >= 0:
        q = rows.product_of(d, alone)
        passes.gather_listed(d, q, listed)
        updates += count * passes.update_listed(d, q, listed)
    first_product, second_product = fusable(d, which)
    if first_product >= 0:
        updates += n_post * passes.update_fused(d, listed, first_product, second_product)
    if first_product >= 0 and (alone >= 0 or count == 0):
        return updates
    for j in range(n_pre):
        if moved[j] == FULL and first_product < 0:
            first = d.rows[j] if sparse else j * stride
            end = d.ends[j] if sparse else first + n_post
            for place in range(first, end, to.BLOCK):
                rows.update_block(d, j, place, place - first, min(to.BLOCK, end - place), listed, which)
            updates += end - first
        elif moved[j] == SINGLE and not sparse and alone < 0:
            for k in range(count):
                rows.update_one(d, j, i64(listed[k]), j * stride + listed[k], which)
            updates += count
    return updates


@kernel
def update_columns(d, count, which):
    """Update the synapses of a sparse matrix whose targets spiked, but for those of rows updated whole."""
    n_pre, n_post = d.pre.n, d.post.n
    moved = whole(d.moved, n_pre)
    starts = whole(d.columns, n_post + 1)
    listed = whole(d.listed, count)
    updates = 0
    for k in range(count):
        i = listed[k]
        first, n = starts[i], starts[i + 1] - starts[i]
        places, sources = part(d.column_synapse, first, n), part(d.column_pre, first, n)
        for s in range(n):
            if moved[sources[s]] == SINGLE:
                rows.update_one(d, i64(sources[s]), i64(i), i64(places[s]), which)
                updates += 1
    return updates


@kernel
def finish_epoch(d, time):
    """Update the synapses at the end of an epoch."""
    n_pre, n_post = d.pre.n, d.post.n
    fired_pre = any_set(whole(d.pre.stamp, n_pre))
    fired_post = any_set(whole(d.post.stamp, n_post))
    gates = activate(d, time, fired_pre, fired_post)
    if gates == 0:
        return
    which = rows.targets_of(d)
    draw(d, time, which)
    count = list_spikes(d) if gates & (1 << to.GATE_Y) else 0
    prepare(d, count)
    updates = update_rows(d, count, which)
    if d.rows and count:
        updates += update_columns(d, count, which)
    d.updates[0] += updates


@leaf
def step(address, time):
    """Change the synapses of a connection that learns, if this step ends an epoch."""
    d = to.LEARNING(address)
    if (time + 1) % d.epoch == 0 and d.enabled:
        finish_epoch(d, time)
