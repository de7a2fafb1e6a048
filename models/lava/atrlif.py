"""Adaptive LIF by Lava's models: 24-bit states with decays given as fractions, or float64 [lava]."""

import numpy as np

from loihi_emu.arithmetic import wrap_lava
from loihi_emu.jit import disjoint, leaf, whole
from loihi_emu.models.lava.vector import shifted, vector
from loihi_emu.widths import STATE_MAX

i32 = np.int32
i64 = np.int64

# factor_i is used where delta_i is no integer; where it is (whole_i), the product with keep_i wraps at 32 bits.
FIXED = vector(
    "ATRLIF",
    "a_in s_out i v theta r bias",
    s="uint8",
    factor_i="float64",
    numbers="whole_i keep_i keep_v keep_theta keep_r theta_0 theta_step",
)
# factors: of i, v, theta, r; theta_0, theta_step.
FLOATING = vector("ATRLIFFloat", "a_in s_out i v theta r bias factors", "float64", s="uint8")
BITS = 12


@disjoint
def update(out, a, current, v, theta, r, s, bias, keep_i, whole_i, factor_i, keep_v, keep_theta, keep_r, rest, step):
    """One step in integers."""
    for k in range(out.shape[0]):
        product = i64(i32(current[k] * i32(keep_i))) if whole_i else i64(current[k] * factor_i)
        decayed = shifted(product, i64(1), BITS)
        current[k] = wrap_lava(i32(decayed + i64(i32(a[k] * i32(64)))))
        free = shifted(i64(v[k]), keep_v, BITS) + current[k] + bias[k]
        v[k] = i32(max(min(free, i64(STATE_MAX)), i64(-STATE_MAX)))
        theta[k] = i32(shifted(i64(i32(theta[k] - i32(rest))), keep_theta, BITS) + rest)
        r[k] = i32(shifted(i64(r[k]), keep_r, BITS))
        spiked = i32(v[k] - r[k]) >= theta[k]
        if spiked:
            r[k] = i32(r[k] + i32(i32(2) * theta[k]))
            theta[k] = i32(theta[k] + i32(step))
        s[k] = spiked
        out[k] = i32(spiked)


@leaf
def fixed(address, time):
    """ATRLIF in integers."""
    d = FIXED(address)
    n = d.n
    update(
        whole(d.s_out, n), whole(d.a_in, n), whole(d.i, n), whole(d.v, n), whole(d.theta, n), whole(d.r, n),
        whole(d.s, n), whole(d.bias, n), d.keep_i, d.whole_i != 0, d.factor_i[0], d.keep_v, d.keep_theta, d.keep_r,
        d.theta_0, d.theta_step,
    )  # fmt: skip


@disjoint
def update_float(out, a, current, v, theta, r, s, bias, factors):
    """One step in float64."""
    keep_i, keep_v, keep_theta, keep_r = factors[0], factors[1], factors[2], factors[3]
    rest, step = factors[4], factors[5]
    for k in range(out.shape[0]):
        current[k] = keep_i * current[k] + a[k]
        v[k] = keep_v * v[k] + current[k] + bias[k]
        theta[k] = keep_theta * (theta[k] - rest) + rest
        r[k] = keep_r * r[k]
        spiked = v[k] - r[k] >= theta[k]
        one = 1.0 if spiked else 0.0
        r[k] = r[k] + 2.0 * theta[k] * one
        theta[k] = theta[k] + step * one
        s[k] = spiked
        out[k] = one


@leaf
def floating(address, time):
    """ATRLIF in float64."""
    d = FLOATING(address)
    n = d.n
    update_float(
        whole(d.s_out, n), whole(d.a_in, n), whole(d.i, n), whole(d.v, n), whole(d.theta, n), whole(d.r, n),
        whole(d.s, n), whole(d.bias, n), whole(d.factors, 6),
    )  # fmt: skip
