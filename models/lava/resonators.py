# mypy: allow-untyped-defs, allow-incomplete-defs
"""RF, RF_IZ and RFZero by Lava's models: 24-bit states that saturate, or float64; RFZero in int32 that wraps [lava]."""

import numpy as np

from loihi_emu.jit import disjoint, kernel, leaf, whole
from loihi_emu.models.lava.vector import shifted, vector
from loihi_emu.widths import STATE_MAX

i32 = np.int32
i64 = np.int64

RF = vector(
    "RF",
    "a_real_in a_imag_in s_out real imag vth",
    sin_decay="int64",
    cos_decay="int64",
    numbers="state_exp decay_bits",
)
RF_FLOAT = vector("RFFloat", "a_real_in a_imag_in real imag sin_decay cos_decay vth", "float64", s_out="int32")
RF_ZERO = vector("RFZero", "u_in v_in s_out u v lct lst uth")
COEFFICIENT_BITS = 15


@kernel
def saturated(x):
    """Limit to 24 bits."""
    return i32(max(min(x, i64(STATE_MAX)), i64(-STATE_MAX)))


@disjoint
def rotate(out, a, b, real, imag, sin, cos, vth, exponent, bits, resets):
    """One step in integers."""
    for i in range(out.shape[0]):
        re, im = i64(real[i]), i64(imag[i])
        x, y = i64(i32(a[i] << exponent)), i64(i32(b[i] << exponent))
        new_re = saturated(shifted(re, cos[i], bits) - shifted(im, sin[i], bits) + x)
        new_im = saturated(shifted(re, sin[i], bits) + shifted(im, cos[i], bits) + y)
        if resets:
            spiked = new_im >= vth[i]
            real[i] = i32(0) if spiked else new_re
            imag[i] = i32(vth[i] - 1) if spiked else new_im
        else:
            spiked = new_re >= vth[i] and new_im >= 0 and im < 0
            real[i] = new_re
            imag[i] = new_im
        out[i] = i32(spiked)


@disjoint
def rotate_float(out, a, b, real, imag, sin, cos, vth, resets):
    """One step in float64; the message holds 0 and 1."""
    for i in range(out.shape[0]):
        re, im = real[i], imag[i]
        new_re = cos[i] * re - sin[i] * im + a[i]
        new_im = sin[i] * re + cos[i] * im + b[i]
        if resets:
            spiked = new_im >= vth[i]
            real[i] = new_re * (0.0 if spiked else 1.0)
            imag[i] = vth[i] - 1e-5 if spiked else new_im
        else:
            spiked = new_re >= vth[i] and new_im >= 0 and im < 0
            real[i] = new_re
            imag[i] = new_im
        out[i] = i32(spiked)


@kernel
def run(address, resets):
    """One step of a process in integers."""
    d = RF(address)
    n = d.n
    rotate(
        whole(d.s_out, n), whole(d.a_real_in, n), whole(d.a_imag_in, n), whole(d.real, n), whole(d.imag, n),
        whole(d.sin_decay, n), whole(d.cos_decay, n), whole(d.vth, n), i32(d.state_exp), d.decay_bits, resets,
    )  # fmt: skip


@kernel
def run_float(address, resets):
    """One step of a process in float64."""
    d = RF_FLOAT(address)
    n = d.n
    rotate_float(
        whole(d.s_out, n), whole(d.a_real_in, n), whole(d.a_imag_in, n), whole(d.real, n), whole(d.imag, n),
        whole(d.sin_decay, n), whole(d.cos_decay, n), whole(d.vth, n), resets,
    )  # fmt: skip


@leaf
def rf(address, time):
    """RF in integers."""
    run(address, False)


@leaf
def rf_iz(address, time):
    """RF_IZ in integers."""
    run(address, True)


@leaf
def rf_float(address, time):
    """RF in float64."""
    run_float(address, False)


@leaf
def rf_iz_float(address, time):
    """RF_IZ in float64."""
    run_float(address, True)


@kernel
def part(state, coefficient):
    """A product that wraps at 32 bits, rounded down."""
    return i32(i32(state * coefficient) >> COEFFICIENT_BITS)


@disjoint
def rotate_zero(out, u_in, v_in, u, v, lct, lst, uth):
    """One step of RFZero: the amplitude is sent where the imaginary part crosses zero upwards."""
    for i in range(out.shape[0]):
        new_u = i32(i32(part(u[i], lct[i]) - part(v[i], lst[i])) + u_in[i])
        new_v = i32(i32(part(v[i], lct[i]) + part(u[i], lst[i])) + v_in[i])
        crossing = new_u > uth[i] and new_v >= 0 and v[i] < 0
        u[i], v[i] = new_u, new_v
        out[i] = new_u if crossing else i32(0)


@leaf
def rf_zero(address, time):
    """RFZero."""
    d = RF_ZERO(address)
    n = d.n
    rotate_zero(
        whole(d.s_out, n), whole(d.u_in, n), whole(d.v_in, n), whole(d.u, n), whole(d.v, n), whole(d.lct, n),
        whole(d.lst, n), whole(d.uth, n),
    )  # fmt: skip
