# mypy: allow-untyped-defs, allow-incomplete-defs
"""What Lava's rules do to synapses at the end of an epoch, in any arithmetic: the integers' or that of float64.

Of a source that spiked, or when all is due, a whole row is changed: products by x0 and u are vectors over the row,
those by y0 are added where targets spiked. Of other sources the synapses change whose targets spiked: column by
column, or listed by source, target and place. All variables are changed by what they were before.
"""

from typing import Any, NamedTuple

import numpy as np

from loihi_emu.jit import Leaf, disjoint, int64s, kernel, part, whole
from loihi_emu.models.lava import learning_layout as at
from loihi_emu.models.lava.epoch import forget_spikes, named_leaf

i64 = np.int64


class Arithmetic(NamedTuple):
    """The kernels in which integers and float64 differ.

    Attributes
    ----------
    numbers, number, size
        A view of numbers at an address, their type, and how many bytes each has.
    start : kernel
        ``(total, values)``: bring values of a variable to the form of sums.
    begin : kernel
        ``(d, p)``: what product p is before its factors.
    multiply, multiply_all : kernel
        ``(product, values, d, t)``: multiply by factor t, whose variable has a value for each synapse, or one for all.
    add : kernel
        ``(total, product, d, p)``: add product p.
    limit : kernel
        ``(total)``: add a product of 0.
    settle : kernel
        ``(values, total, d, v, random)``: bring sums back to variable v.
    draw : kernel
        ``(d)``: the number by which an epoch's sums are rounded.
    side_courses, keep_last : kernel
        ``(side, traces, steps)``: follow the traces of a side through the epoch; keep where they end.
    restless : int
        Bits: variables whose synapses are settled in each epoch, whether they change or not.
    """

    numbers: Any
    number: Any
    size: int
    start: Any
    begin: Any
    multiply: Any
    multiply_all: Any
    add: Any
    limit: Any
    settle: Any
    draw: Any
    side_courses: Any
    keep_last: Any
    restless: int


@disjoint
def gather(out, values, places):
    """Pick elements."""
    for k in range(places.shape[0]):
        out[k] = values[places[k]]


@disjoint
def scatter(values, places, given):
    """Write elements."""
    for k in range(places.shape[0]):
        values[places[k]] = given[k]


@kernel
def synapses(d):
    """How many synapses there are."""
    return d.starts[d.pre.n] if d.targets else d.pre.n * d.stride


@kernel
def listed(d, row, n):
    """A list in scratch."""
    return int64s(d.scratch + 8 * row * d.width, n)


@kernel
def list_spiked(d):
    """List the targets that spiked in this epoch; returns how many."""
    spiked_at = whole(d.post.spiked_at, d.post.n)
    found = int64s(d.spiked, d.post.n)
    count = 0
    for i in range(d.post.n):
        if spiked_at[i] > 0:
            found[count] = i
            count += 1
    return count


@kernel
def list_row(d, j, first, n, spiked):
    """List the synapses of a source's row whose targets spiked; returns how many."""
    sources, targets = listed(d, at.ROW_SOURCES, d.width), listed(d, at.ROW_TARGETS, d.width)
    places = listed(d, at.ROW_PLACES, d.width)
    count = 0
    if d.targets:
        spiked_at, row = whole(d.post.spiked_at, d.post.n), part(d.targets, first, n)
        for k in range(n):
            if spiked_at[row[k]] > 0:
                sources[count], targets[count], places[count] = j, row[k], first + k
                count += 1
        return count
    found = int64s(d.spiked, spiked)
    for k in range(spiked):
        sources[k], targets[k], places[k] = j, found[k], first + found[k]
    return spiked


@kernel
def list_column(d, i, by_x0, count):
    """List a target's synapses behind others, unless their rows were changed; returns how many there are then."""
    sources, targets = listed(d, at.ROW_SOURCES, d.width), listed(d, at.ROW_TARGETS, d.width)
    places, spiked_at = listed(d, at.ROW_PLACES, d.width), whole(d.pre.spiked_at, d.pre.n)
    for k in range(d.columns[i], d.columns[i + 1]):
        source = d.column_pre[k]
        if not (by_x0 and spiked_at[source] > 0):
            sources[count], targets[count], places[count] = source, i, d.column_synapse[k]
            count += 1
    return count


@kernel
def due(d, time):
    """Whether an epoch ends in which uk is 1."""
    epoch = (time - d.start + 1) // d.epoch
    return d.decimate >= 0 and epoch > 0 and epoch % (1 << d.decimate) == 0


@kernel
def depends(d, dependency):
    """Whether a product has a dependency."""
    found = False
    for p in range(d.product_count):
        found |= d.products[p].dependency == dependency
    return found


def learner(module: str, arithmetic: Arithmetic) -> Leaf:
    """Make the leaf ``learn`` of a module: learning at the end of an epoch."""
    numbers, number, size, start, begin, multiply, multiply_all, add, limit, settle, draw, *_ = arithmetic
    side_courses, keep_last, restless = arithmetic[-3:]

    @kernel
    def memory(d, v, first, n):
        return numbers(d.variables[v].values + size * first, n)

    @kernel
    def room(d, row, n):
        return numbers(d.scratch + 8 * row * d.width, n)

    @kernel
    def course_of(side, traces, m, step):
        """A trace of all neurons of a side in one step of the epoch."""
        return numbers(side.course + size * (step * traces + m) * side.n, side.n)

    @kernel
    def row_factor(d, t, product, step, j, first, tx):
        """Multiply the product of a row by a factor; traces are those of one step."""
        variable, n = d.terms[t].variable, product.shape[0]
        vector = room(d, at.ROW_FACTOR, n)
        if variable >= at.V_WEIGHT:
            multiply(product, memory(d, variable - at.V_WEIGHT, first, n), d, t)
        elif at.V_Y1 <= variable <= at.V_Y3:
            trace = course_of(d.post, 3, variable - at.V_Y1, step)
            if d.targets:
                gather(vector, trace, part(d.targets, first, n))
                multiply(product, vector, d, t)
            else:
                multiply(product, trace, d, t)
        elif variable == at.V_Y0:
            spiked_at = whole(d.post.spiked_at, d.post.n)
            for k in range(n):
                vector[k] = number(spiked_at[d.targets[first + k] if d.targets else k] > 0)
            multiply(product, vector, d, t)
        elif variable == at.V_X1 or variable == at.V_X2:
            multiply_all(product, course_of(d.pre, 2, variable - at.V_X1, step)[j], d, t)
        else:
            multiply_all(product, number(variable == at.V_X0 and tx > 0), d, t)

    @kernel
    def listed_factor(d, t, product):
        """Multiply the product of listed synapses by a factor; traces are of the steps in which targets spiked."""
        variable, n = d.terms[t].variable, product.shape[0]
        vector, spiked_at = room(d, at.ROW_FACTOR, n), whole(d.post.spiked_at, d.post.n)
        sources, targets = listed(d, at.ROW_SOURCES, n), listed(d, at.ROW_TARGETS, n)
        if variable >= at.V_WEIGHT:
            gather(vector, memory(d, variable - at.V_WEIGHT, 0, synapses(d)), listed(d, at.ROW_PLACES, n))
        elif at.V_Y1 <= variable <= at.V_Y3:
            m, n_post = variable - at.V_Y1, d.post.n
            trace = numbers(d.post.course, (d.epoch + 1) * 3 * n_post)
            for k in range(n):
                vector[k] = trace[(spiked_at[targets[k]] * 3 + m) * n_post + targets[k]]
        elif variable == at.V_X1 or variable == at.V_X2:
            m, n_pre = variable - at.V_X1, d.pre.n
            trace = numbers(d.pre.course, (d.epoch + 1) * 2 * n_pre)
            for k in range(n):
                vector[k] = trace[(spiked_at[targets[k]] * 2 + m) * n_pre + sources[k]]
        elif variable == at.V_X0:
            fired = whole(d.pre.spiked_at, d.pre.n)
            for k in range(n):
                vector[k] = number(fired[sources[k]] > 0)
        else:
            multiply_all(product, number(variable == at.V_Y0), d, t)
            return
        multiply(product, vector, d, t)

    @kernel
    def listed_product(d, p, n):
        """Product p, by y0, of so many listed synapses."""
        row, product = d.products[p], room(d, at.ROW_PRODUCT, n)
        product[:] = begin(d, p)
        for t in range(row.first_term, row.first_term + row.term_count):
            listed_factor(d, t, product)
        return product

    @kernel
    def learn_listed(d, n, random):
        """Change the listed synapses by all products that depend on y0."""
        places = listed(d, at.ROW_PLACES, n)
        for v in range(3):
            if d.changed >> v & 1:
                old = room(d, at.ROW_VALUES + v, n)
                gather(old, memory(d, v, 0, synapses(d)), places)
                start(room(d, at.ROW_NEW + v, n), old)
        for p in range(d.product_count):
            if d.products[p].dependency == at.BY_Y0:
                add(room(d, at.ROW_NEW + d.products[p].target, n), listed_product(d, p, n), d, p)
        for v in range(3):
            if d.changed >> v & 1:
                new = room(d, at.ROW_VALUES + v, n)
                settle(new, room(d, at.ROW_NEW + v, n), d, v, random)
                scatter(memory(d, v, 0, synapses(d)), places, new)

    @kernel
    def add_where_spiked(d, p, total, first, n):
        """Add a product by y0 to the sums of a row, at so many listed synapses."""
        product, places, some = listed_product(d, p, n), listed(d, at.ROW_PLACES, n), room(d, at.ROW_VALUES, n)
        for k in range(n):
            some[k] = total[places[k] - first]
        add(some, product, d, p)
        for k in range(n):
            total[places[k] - first] = some[k]

    @kernel
    def learn_row(d, j, first, n, u, spiked, random):
        """Change all synapses of a source."""
        tx = d.pre.spiked_at[j]
        count, limited = i64(-1), 0
        for v in range(3):
            if d.changed >> v & 1:
                start(room(d, at.ROW_NEW + v, n), memory(d, v, first, n))
        for p in range(d.product_count):
            row = d.products[p]
            total = room(d, at.ROW_NEW + row.target, n)
            if row.dependency == at.BY_Y0:
                if count < 0:
                    count = list_row(d, j, first, n, spiked)
                add_where_spiked(d, p, total, first, count)
            elif tx > 0 if row.dependency == at.BY_X0 else u:
                product = room(d, at.ROW_PRODUCT, n)
                product[:] = begin(d, p)
                step = tx if row.dependency == at.BY_X0 else d.epoch
                for t in range(row.first_term, row.first_term + row.term_count):
                    row_factor(d, t, product, step, j, first, tx)
                add(total, product, d, p)
                limited |= 1 << row.target
            if not limited >> row.target & 1:
                limit(total)
                limited |= 1 << row.target
        for v in range(3):
            if d.changed >> v & 1:
                values = memory(d, v, first, n)
                settle(values, room(d, at.ROW_NEW + v, n), d, v, random)
                if v == 0 and d.mirror:
                    mirror, n_pre = numbers(d.mirror, d.pre.n * d.post.n), d.pre.n
                    for k in range(n):
                        mirror[k * n_pre + j] = values[k]

    @kernel
    def column_factor(d, t, product, i, low):
        """Multiply the product of synapses of sources from `low` on with one target by a factor."""
        variable, n, step = d.terms[t].variable, product.shape[0], d.post.spiked_at[i]
        vector = room(d, at.ROW_FACTOR, n)
        if variable >= at.V_WEIGHT:
            multiply(product, room(d, at.ROW_VALUES + variable - at.V_WEIGHT, n), d, t)
        elif at.V_Y1 <= variable <= at.V_Y3:
            multiply_all(product, course_of(d.post, 3, variable - at.V_Y1, step)[i], d, t)
        elif variable == at.V_X1 or variable == at.V_X2:
            multiply(product, course_of(d.pre, 2, variable - at.V_X1, step)[low : low + n], d, t)
        elif variable == at.V_X0:
            fired = part(d.pre.spiked_at, low, n)
            for k in range(n):
                vector[k] = number(fired[k] > 0)
            multiply(product, vector, d, t)
        else:
            multiply_all(product, number(variable == at.V_Y0), d, t)

    @kernel
    def learn_column(d, i, low, n, by_x0, random):
        """Change the synapses of a dense connection from some sources to one target, unless their rows were changed."""
        stride, fired = d.stride, part(d.pre.spiked_at, low, n)
        first = low * stride + i
        for v in range(3):
            if d.variables[v].values:
                old, values = room(d, at.ROW_VALUES + v, n), memory(d, v, first, (n - 1) * stride + 1)
                for k in range(n):
                    old[k] = values[k * stride]
                start(room(d, at.ROW_NEW + v, n), old)
        for p in range(d.product_count):
            row = d.products[p]
            if row.dependency == at.BY_Y0:
                product = room(d, at.ROW_PRODUCT, n)
                product[:] = begin(d, p)
                for t in range(row.first_term, row.first_term + row.term_count):
                    column_factor(d, t, product, i, low)
                add(room(d, at.ROW_NEW + row.target, n), product, d, p)
        for v in range(3):
            if d.changed >> v & 1:
                new, values = room(d, at.ROW_VALUES + v, n), memory(d, v, first, (n - 1) * stride + 1)
                settle(new, room(d, at.ROW_NEW + v, n), d, v, random)
                for k in range(n):
                    if not (by_x0 and fired[k] > 0):
                        values[k * stride] = new[k]
                if v == 0 and d.mirror:
                    mirror = numbers(d.mirror + size * (i * d.pre.n + low), n)
                    for k in range(n):
                        mirror[k] = values[k * stride]

    @kernel
    def change_columns(d, spiked, by_x0, random):
        """Change the synapses whose targets spiked, but of sources whose rows were changed."""
        found, count = int64s(d.spiked, spiked), 0
        for k in range(spiked if d.targets else 0):
            if count + d.columns[found[k] + 1] - d.columns[found[k]] > d.width:
                learn_listed(d, count, random)
                count = 0
            count = list_column(d, found[k], by_x0, count)
        if count:
            learn_listed(d, count, random)
        for low in range(0, 0 if d.targets else d.pre.n, at.SOURCES):
            for k in range(spiked):
                learn_column(d, found[k], low, min(at.SOURCES, d.pre.n - low), by_x0, random)

    @kernel
    def change(d, time, random):
        """Change all that is to be changed at the end of an epoch."""
        u, by_x0 = due(d, time), depends(d, at.BY_X0)
        everything = d.every[0] != 0 or (u and depends(d, at.BY_U)) or d.changed & restless
        spiked_at = whole(d.pre.spiked_at, d.pre.n)
        spiked = list_spiked(d) if depends(d, at.BY_Y0) else 0
        for j in range(d.pre.n):
            if everything or (by_x0 and spiked_at[j] > 0):
                first, n = j * d.stride, d.post.n
                if d.targets:
                    first, n = d.starts[j], d.starts[j + 1] - d.starts[j]
                learn_row(d, j, first, n, u, spiked, random)
        if not everything:
            change_columns(d, spiked, by_x0, random)
        d.every[0] = 0

    def learn(address, time):
        """Learn, if this step ends an epoch."""
        d = at.LEARNING(address)
        if (time - d.start + 1) % d.epoch != 0:
            return
        for side in range(0 if d.divided else 2):  # constants as arguments would be compiled into a function each
            side_courses(d.pre if side == 0 else d.post, 2 + side, d.epoch)
        random = draw(d)
        if d.enabled:
            change(d, time, random)
        for side in range(0 if d.divided else 2):
            keep_last(d.pre if side == 0 else d.post, 2 + side, d.epoch)
        for side in range(1 if d.divided else 0, 2):
            forget_spikes(d.pre if side == 0 else d.post)

    return named_leaf(module, learn)
