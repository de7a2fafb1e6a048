# mypy: allow-untyped-defs, allow-incomplete-defs
"""Learning rules of Lava in integers: sums of products, row by row of the synapses of a source, at the end of an epoch.

Every factor is limited to its width; a product wraps at 32 bits, is shifted right by what its factors are wider than 15
bits together, then left by the exponent of its constant, and limited to -32769..32767, as is each sum of products.
The sum holds the variable shifted left by 7; what is shifted out again is rounded up by chance [lava].
"""

import numpy as np

from loihi_emu.jit import disjoint, int32s, kernel, leaf, whole
from loihi_emu.models.lava import learning_layout as at
from loihi_emu.models.lava.pcg64 import advance, uniform
from loihi_emu.models.lava.traces import end_side, ends_epoch, side_courses

i32 = np.int32
i64 = np.int64

LOWEST, HIGHEST = -32769, 32767
UNIT = 128


@kernel
def finished(factor, bits, is_sign, low, high):
    """A factor with `bits` behind the point: its sign, or its whole part, limited."""
    if is_sign:
        factor = i64(factor > 0) - i64(factor < 0)
    elif bits:
        factor = -(-factor >> bits) if factor < 0 else factor >> bits
    return i32(max(low, min(factor, high)))


@disjoint
def multiply_vector(product, values, const, bits, is_sign, low, high):
    """Multiply by a factor that differs among synapses."""
    for k in range(product.shape[0]):
        product[k] = i32(product[k] * finished((i64(values[k]) << bits) + const, bits, is_sign, low, high))


@disjoint
def multiply_scalar(product, value, const, bits, is_sign, low, high):
    """Multiply by a factor that is the same for all synapses of a row."""
    limited = finished((value << bits) + const, bits, is_sign, low, high)
    for k in range(product.shape[0]):
        product[k] = i32(product[k] * limited)


@disjoint
def add_product(total, product, mantissa, shift, exponent):
    """Scale a product and add it."""
    for k in range(total.shape[0]):
        value = i32(i32(i32(product[k] * i32(mantissa)) >> i32(shift)) << i32(exponent))
        value = i32(max(i32(LOWEST), min(value, i32(HIGHEST))))
        total[k] = i32(max(i32(LOWEST), min(i32(total[k] + value), i32(HIGHEST))))


@disjoint
def start_total(total, values):
    """Bring a variable to the width of the sum."""
    for k in range(total.shape[0]):
        total[k] = i32(values[k] << 7)


@disjoint
def settle(values, total, low, high, random, sign):
    """Bring the sum back to the variable: sign, rounding by chance, limits."""
    for k in range(total.shape[0]):
        value = total[k]
        if sign > 0:
            value = max(value, i32(0))
        elif sign < 0:
            value = min(value, i32(0))
        up = random < (value & (UNIT - 1)) / UNIT
        values[k] = i32(max(i32(low), min(i32(i32(value >> 7) + i32(up)), i32(high))))


@kernel
def gather(out, values, places):
    """Pick elements."""
    for k in range(places.shape[0]):
        out[k] = values[places[k]]


@kernel
def scratch(d, row, n):
    """One row of scratch."""
    return int32s(d.scratch + 4 * row * d.width, n)


@kernel
def list_spiked(d):
    """List the targets that spiked in this epoch, of a dense connection; returns how many there are in any."""
    spiked_at = whole(d.post.spiked_at, d.post.n)
    dense = not d.targets
    listed = scratch(d, at.ROW_SPIKED, d.width)
    count = 0
    for i in range(d.post.n):
        if spiked_at[i] > 0:
            if dense:
                listed[count] = i
            count += 1
    return count


@kernel
def targets_of(d, first, size, spiked):
    """List the targets of a row of synapses with their places in the row; returns how many.

    `spiked` is -1 for all, or how many of all targets spiked: then these alone.
    """
    targets, places = scratch(d, at.ROW_TARGETS, size), scratch(d, at.ROW_PLACES, size)
    spiked_at = whole(d.post.spiked_at, d.post.n)
    sparse = bool(d.targets)
    if spiked >= 0 and not sparse:
        listed = scratch(d, at.ROW_SPIKED, spiked)
        for k in range(spiked):
            targets[k] = places[k] = listed[k]
        return spiked
    count = 0
    for k in range(size):
        target = d.targets[first + k] if sparse else i32(k)
        if spiked < 0 or spiked_at[target] > 0:
            targets[count] = target
            places[count] = k
            count += 1
    return count


@kernel
def trace_vector(d, out, targets, variable, dependency, tx):
    """A trace of the targets, at the step in which the product reads it."""
    n, steps = d.post.n, d.epoch
    m = variable - at.V_Y1
    course = int32s(d.post.course, (steps + 1) * 3 * n)
    spiked_at = whole(d.post.spiked_at, n)
    for k in range(targets.shape[0]):
        i = i64(targets[k])
        step = tx if dependency == at.BY_X0 else spiked_at[i] if dependency == at.BY_Y0 else steps
        out[k] = course[(step * 3 + m) * n + i]


@kernel
def source_vector(d, out, targets, variable, j):
    """A trace of the source, at the steps in which the targets spiked."""
    n = d.pre.n
    m = variable - at.V_X1
    course = int32s(d.pre.course, (d.epoch + 1) * 2 * n)
    spiked_at = whole(d.post.spiked_at, d.post.n)
    for k in range(targets.shape[0]):
        out[k] = course[(spiked_at[targets[k]] * 2 + m) * n + j]


@kernel
def one_term(d, product, term, dependency, targets, j, tx):
    """Multiply a product by one factor."""
    n = product.shape[0]
    variable, const, is_sign, low, high, bits = term.variable, term.const, term.is_sign, term.low, term.high, term.bits
    vector = scratch(d, at.ROW_FACTOR, n)
    value = i64(0)
    scalar = True
    if variable == at.V_X0:
        value = i64(tx > 0)
    elif variable == at.V_Y0:
        spiked_at = whole(d.post.spiked_at, d.post.n)
        for k in range(n):
            vector[k] = i32(spiked_at[targets[k]] > 0)
        scalar = False
    elif variable == at.V_X1 or variable == at.V_X2:
        if dependency == at.BY_Y0:
            source_vector(d, vector, targets, variable, j)
            scalar = False
        else:
            step = tx if dependency == at.BY_X0 else d.epoch
            place = (step * 2 + variable - at.V_X1) * d.pre.n + j
            value = i64(int32s(d.pre.course + 4 * place, 1)[0])
    elif at.V_Y1 <= variable <= at.V_Y3:
        trace_vector(d, vector, targets, variable, dependency, tx)
        scalar = False
    elif variable >= at.V_WEIGHT:
        multiply_vector(product, scratch(d, at.ROW_VALUES + variable - at.V_WEIGHT, n), const, bits, is_sign, low, high)
        return
    if scalar:
        multiply_scalar(product, value, const, bits, is_sign, low, high)
    else:
        multiply_vector(product, vector, const, bits, is_sign, low, high)


@kernel
def learn_row(d, j, first, count, full, u, random):
    """Apply all products to the listed synapses of a source; of a row that is not full those whose targets spiked."""
    targets, places = scratch(d, at.ROW_TARGETS, count), scratch(d, at.ROW_PLACES, count)
    product = scratch(d, at.ROW_PRODUCT, count)
    spiked_at = whole(d.post.spiked_at, d.post.n)
    tx = whole(d.pre.spiked_at, d.pre.n)[j]
    width = d.width
    for v in range(3):
        if d.variables[v].values == 0:
            continue
        old = scratch(d, at.ROW_VALUES + v, count)
        gather(old, int32s(d.variables[v].values + 4 * first, width), places)
        start_total(scratch(d, at.ROW_NEW + v, count), old)
    for p in range(d.product_count):
        row = d.products[p]
        dependency = row.dependency
        gate = tx > 0 if dependency == at.BY_X0 else u if dependency == at.BY_U else True
        if not full and not gate:
            continue  # in a full row even a product of 0 limits a value that was set
        if dependency == at.BY_Y0:
            for k in range(count):
                product[k] = i32(spiked_at[targets[k]] > 0)
        else:
            product[:] = i32(gate)
        if gate:
            for t in range(row.first_term, row.first_term + row.term_count):
                one_term(d, product, d.terms[t], dependency, targets, j, tx)
        total = scratch(d, at.ROW_NEW + row.target, count)
        add_product(total, product, row.mantissa, row.shift, row.exponent)
    for v in range(3):
        if d.changed >> v & 1:
            keep(d, v, j, first, scratch(d, at.ROW_NEW + v, count), places, random)


@kernel
def keep(d, v, j, first, total, places, random):
    """Settle a variable and write it back."""
    low, high, sign = i64(-257), i64(255), i64(0)
    if v == 0:
        mode = d.sign
        low = i64(-255) if mode == at.INHIBITORY else i64(0) if mode == at.EXCITATORY else i64(-256)
        high = i64(0) if mode == at.INHIBITORY else i64(255)
        sign = i64(1) if mode == at.EXCITATORY else i64(-1) if mode == at.INHIBITORY else i64(0)
    elif v == 1:
        low, sign = i64(0), i64(1)
    new = scratch(d, at.ROW_FACTOR, total.shape[0])
    settle(new, total, low, high, random, sign)
    values = int32s(d.variables[v].values + 4 * first, d.width)
    for k in range(total.shape[0]):
        values[places[k]] = new[k]
    if v == 0 and d.mirror:
        n_pre = d.pre.n
        mirror = int32s(d.mirror, n_pre * d.post.n)
        for k in range(total.shape[0]):
            mirror[i64(places[k]) * n_pre + j] = new[k]


@kernel
def due(d, time):
    """Whether an epoch ends in which uk is 1."""
    epoch = (time - d.start + 1) // d.epoch
    return d.decimate >= 0 and epoch > 0 and epoch % (1 << d.decimate) == 0


@kernel
def change(d, time, random):
    """Learn at the end of an epoch, source by source."""
    u = due(d, time)
    by_x0, by_y0, by_u = False, False, False
    for p in range(d.product_count):
        dependency = d.products[p].dependency
        by_x0 |= dependency == at.BY_X0
        by_y0 |= dependency == at.BY_Y0
        by_u |= dependency == at.BY_U
    every = d.every
    everything = every[0] != 0 or (by_u and u) or d.changed >> 2 & 1  # -257 in tag_1 is not stable
    n_pre, n_post = d.pre.n, d.post.n
    spiked_at = whole(d.pre.spiked_at, n_pre)
    spiked = list_spiked(d) if by_y0 and not everything else 0
    for j in range(n_pre):
        full = everything or (by_x0 and spiked_at[j] > 0)
        if not full and spiked == 0:
            continue
        first, size = j * n_post, n_post
        if d.starts:
            first, size = d.starts[j], d.starts[j + 1] - d.starts[j]
        count = targets_of(d, first, size, i64(-1) if full else spiked)
        if count:
            learn_row(d, j, first, count, full, u, random)
    every[0] = 0


@leaf
def learn(address, time):
    """Learn, if this step ends an epoch."""
    d = at.LEARNING(address)
    if not ends_epoch(d, time):
        return
    for number in range(2):  # constants as arguments would be compiled into a function each
        side_courses(d.pre if number == 0 else d.post, 2 + number, d.epoch)
    advance(d.roundings)
    if d.enabled:
        change(d, time, uniform(d.roundings))
    for number in range(2):
        end_side(d.pre if number == 0 else d.post, 2 + number, d.epoch)
