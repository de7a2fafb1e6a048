# mypy: allow-untyped-defs, allow-incomplete-defs
"""The parts of a rule's products: factors of one side of the synapse, and of the synapse itself."""

import numpy as np

from loihi_emu.jit import address_of, disjoint, int8s, kernel, part, whole
from loihi_emu.models.plasticity import learning_layout as to

i32 = np.int32
i64 = np.int64


@kernel
def factor_value(value, constant, sign):
    """A factor: a variable plus its constant, or the sign of that."""
    total = i64(value) + constant
    if sign:
        return i64(1) if total > 0 else (i64(-1) if total < 0 else i64(0))
    return total


@kernel
def trace_at(d, variable, step):
    """Address of a trace as it was in a step of the epoch."""
    n = d.pre.size if variable < to.Y0 else d.post.size
    number = variable - to.X1 if variable < to.Y0 else variable - to.Y1 + to.X_TRACES
    return address_of(d.traces[number].history, step * n)


@kernel
def pre_part(d, q, step, j):
    """Mantissa times the presynaptic factors of neuron j in a step of the epoch."""
    n = d.pre.n
    value = q.mantissa
    for f in range(q.count):
        factor = q.factors[f]
        variable = factor.variable
        if variable == to.X0:
            fired = d.pre.stamp[j] != 0
            value *= factor_value(i64(1) if fired else i64(0), factor.constant, factor.sign)
        elif variable <= to.X2:
            value *= factor_value(i64(int8s(trace_at(d, variable, step), n)[j]), factor.constant, factor.sign)
    return value


@disjoint
def times_trace(out, values, constant):
    """Multiply by a trace plus a constant."""
    for i in range(out.shape[0]):
        out[i] = i32(out[i] * i32(i32(values[i]) + constant))


@kernel
def times_factor(out, values, constant, sign, fired):
    """Multiply by a factor; ``fired``: of whether the byte is above 0."""
    if not sign and not fired:
        times_trace(out, values, i32(constant))
        return
    for i in range(out.shape[0]):
        value = i64(values[i])
        if fired:
            value = i64(1) if value != 0 else i64(0)
        out[i] = i32(out[i] * factor_value(value, constant, sign))


@kernel
def side_part(d, q, step, pre, out):
    """Product of all factors of one side in a step of the epoch, for all its neurons; the mantissa counts as pre."""
    side = d.pre if pre != 0 else d.post
    n = side.n
    out[:] = i32(q.mantissa) if pre != 0 else i32(1)
    for f in range(q.count):
        factor = q.factors[f]
        variable = factor.variable
        if variable > to.Y3 or (variable <= to.X2) != (pre != 0):
            continue
        fired = variable == to.X0 or variable == to.Y0
        # stamps are below 64, so that signed and unsigned bytes agree
        values = address_of(side.stamp, 0) if fired else trace_at(d, variable, step)
        times_factor(out, int8s(values, n), factor.constant, factor.sign, fired)


@kernel
def post_parts(d, q, step):
    """Where the postsynaptic part of a product for one step of the epoch is kept (one step unless x0 gates it)."""
    n = d.post.n
    row = step if q.gate == to.GATE_X else 0
    return part(q.post, row * n, n)


@kernel
def pre_parts(d, q, step):
    """The same of the presynaptic part (one step unless y0 gates it)."""
    n = d.pre.n
    row = step if q.gate == to.GATE_Y else 0
    return part(q.pre, row * n, n)


@kernel
def post_at_spikes(d, q, listed):
    """For a product gated by y0: the postsynaptic part at every listed neuron's own spike."""
    n = d.post.n
    stamp = whole(d.post.stamp, n)
    out = whole(q.post, n)
    for k in range(listed.shape[0]):
        i = listed[k]
        value = i64(1)
        for f in range(q.count):
            factor = q.factors[f]
            variable = factor.variable
            if variable == to.Y0:
                value *= factor_value(i64(1), factor.constant, factor.sign)
            elif to.Y0 < variable <= to.Y3:
                y = int8s(trace_at(d, variable, i64(stamp[i]) - 1), n)
                value *= factor_value(i64(y[i]), factor.constant, factor.sign)
        out[i] = i32(value)


@kernel
def synaptic_part(q, weight, delay, tag):
    """Product of the factors w, d and t of one synapse."""
    value = i64(1)
    for f in range(q.count):
        factor = q.factors[f]
        variable = factor.variable
        if variable == to.W:
            value *= factor_value(weight, factor.constant, factor.sign)
        elif variable == to.D:
            value *= factor_value(delay, factor.constant, factor.sign)
        elif variable == to.T:
            value *= factor_value(tag, factor.constant, factor.sign)
    return value
