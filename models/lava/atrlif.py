"""Adaptive LIF by Lava's models: 24-bit states with decays given as fractions, or float64 [lava]."""

import numpy as np

from loihi_emu.arithmetic import wrap_lava
from loihi_emu.jit import disjoint, float64s, int64s, leaf, uint8s
from loihi_emu.models.lava.vector import IN, NUMBER, OUT, PARAMETER, STATE, VECTOR_WORDS, N, floats, ints, shifted
from loihi_emu.widths import STATE_MAX

i32 = np.int32
i64 = np.int64

CURRENT, V, THETA, R, S = STATE, STATE + 1, STATE + 2, STATE + 3, STATE + 4
BIAS = PARAMETER
FACTORS = PARAMETER + 1  # address of 6 float64: factors of i, v, theta, r; theta_0, theta_step
WHOLE_I = NUMBER  # 1: delta_i is an integer, the product wraps at 32 bits; else it is a float64
KEEP_I, KEEP_V, KEEP_THETA, KEEP_R = NUMBER + 1, NUMBER + 2, NUMBER + 3, NUMBER + 4
THETA_0, THETA_STEP = NUMBER + 5, NUMBER + 6
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
    d = int64s(address, VECTOR_WORDS)
    factors = float64s(d[FACTORS], 6)
    update(
        ints(d, OUT), ints(d, IN), ints(d, CURRENT), ints(d, V), ints(d, THETA), ints(d, R), uint8s(d[S], d[N]),
        ints(d, BIAS), d[KEEP_I], d[WHOLE_I] != 0, factors[0], d[KEEP_V], d[KEEP_THETA], d[KEEP_R], d[THETA_0],
        d[THETA_STEP],
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
    d = int64s(address, VECTOR_WORDS)
    update_float(
        floats(d, OUT), floats(d, IN), floats(d, CURRENT), floats(d, V), floats(d, THETA), floats(d, R),
        uint8s(d[S], d[N]), floats(d, BIAS), float64s(d[FACTORS], 6),
    )  # fmt: skip
