# mypy: allow-untyped-defs, allow-incomplete-defs
"""Learning rules of Lava in integers: sums of products at the end of an epoch.

Every factor is limited to its width; a product wraps at 32 bits, is shifted right by what its factors are wider than 15
bits together, then left by the exponent of its constant, and limited to -32769..32767, as is each sum of products.
The sum holds the variable shifted left by 7; what is shifted out again is rounded up by chance [lava].
"""

import numpy as np

from loihi_emu.jit import disjoint, int32s, kernel
from loihi_emu.models.lava import learning_layout as at
from loihi_emu.models.lava.learning_synapses import Arithmetic, learner
from loihi_emu.models.lava.pcg64 import advance, uniform
from loihi_emu.models.lava.traces import keep_last, side_courses

i32 = np.int32
i64 = np.int64

LOWEST, HIGHEST = -32769, 32767
FRACTION = 7
UNIT = 1 << FRACTION
NARROW = 1 << 30
"""Constants below it do not take a factor of a few bits out of 32."""
TAG_1 = 1 << 2
"""Its lowest value, -257, does not last: it is settled in each epoch."""


@kernel
def finished(factor, bits, is_sign, low, high):
    """A factor with `bits` behind the point: its sign, or its whole part, limited."""
    if is_sign:
        factor = i64(factor > 0) - i64(factor < 0)
    elif bits:
        factor = -(-factor >> bits) if factor < 0 else factor >> bits
    return i32(max(low, min(factor, high)))


@disjoint
def multiply_wide(product, values, const, bits, is_sign, low, high):
    """Multiply by a factor of 64 bits that differs among synapses."""
    for k in range(product.shape[0]):
        product[k] = i32(product[k] * finished((i64(values[k]) << bits) + const, bits, is_sign, low, high))


@disjoint
def multiply_narrow(product, values, const, low, high):
    """Multiply by a factor that differs among synapses and has no fraction: limited, then shifted by its constant."""
    for k in range(product.shape[0]):
        product[k] = i32(product[k] * i32(max(low, min(i32(values[k]), high)) + const))


@disjoint
def scale_all(product, factor):
    """Multiply by a factor that is the same for all synapses."""
    for k in range(product.shape[0]):
        product[k] = i32(product[k] * factor)


@kernel
def multiply(product, values, d, t):
    """Multiply by factor t, whose variable has a value for each synapse."""
    term = d.terms[t]
    const, low, high = term.const, term.low, term.high
    if term.is_sign or term.bits or abs(const) >= NARROW:
        multiply_wide(product, values, const, term.bits, term.is_sign, low, high)
    else:
        multiply_narrow(product, values, i32(const), i32(low - const), i32(high - const))


@kernel
def multiply_all(product, value, d, t):
    """Multiply by factor t, whose variable is the same for all synapses."""
    term = d.terms[t]
    bits = term.bits
    scale_all(product, finished((i64(value) << bits) + term.const, bits, term.is_sign, term.low, term.high))


@disjoint
def add_product(total, product, mantissa, shift, exponent):
    """Scale a product and add it."""
    for k in range(total.shape[0]):
        value = i32(i32(i32(product[k] * mantissa) >> i32(shift & 31)) << i32(exponent & 31))
        value = i32(max(i32(LOWEST), min(value, i32(HIGHEST))))
        total[k] = i32(max(i32(LOWEST), min(i32(total[k] + value), i32(HIGHEST))))


@kernel
def add(total, product, d, p):
    """Add product p."""
    row = d.products[p]
    add_product(total, product, i32(row.mantissa), i32(row.shift), i32(row.exponent))


@disjoint
def limit(total):
    """Add nothing, which limits what was set."""
    for k in range(total.shape[0]):
        total[k] = i32(max(i32(LOWEST), min(total[k], i32(HIGHEST))))


@disjoint
def start(total, values):
    """Bring a variable to the width of the sum."""
    for k in range(total.shape[0]):
        total[k] = i32(values[k] << FRACTION)


@kernel
def begin(d, p):
    """A product without factors."""
    return i32(1)


@disjoint
def round_off(values, total, least, most, low, high, up_from):
    """Limit sums to a sign, round those up whose fraction is from a number on, and limit the variable."""
    for k in range(total.shape[0]):
        value = i32(max(least, min(total[k], most)))
        up = i32(1) if i32(value & i32(UNIT - 1)) >= up_from else i32(0)
        values[k] = i32(max(low, min(i32(i32(value >> FRACTION) + up), high)))


@kernel
def settle(values, total, d, v, random):
    """Bring sums back to the variable."""
    least, most = i32(-(1 << 31)), i32((1 << 31) - 1)
    low, high = i32(-257), i32(255)
    if v == 0:
        low = i32(-255 if d.sign == at.INHIBITORY else -256)
    if v == 1 or (v == 0 and d.sign == at.EXCITATORY):
        least = low = i32(0)
    elif v == 0 and d.sign == at.INHIBITORY:
        most = high = i32(0)
    round_off(values, total, least, most, low, high, i32(i32(np.floor(random * UNIT)) + 1))


@kernel
def draw(d):
    """A number in [0, 1) for all synapses."""
    advance(d.roundings)
    return uniform(d.roundings)


learn = learner(
    __name__,
    Arithmetic(
        int32s, i32, 4, start, begin, multiply, multiply_all, add, limit, settle, draw, side_courses, keep_last,
        restless=TAG_1,
    ),
)  # fmt: skip
