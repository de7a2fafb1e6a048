# mypy: allow-untyped-defs, allow-incomplete-defs
"""S4d in complex128 and SigmaS4dDelta in either number format by Lava's models [lava].

NumPy multiplies complex numbers with or without fused multiply-add, as the processor has it; a description says which.
"""

import math

from loihi_emu.jit import address_of, disjoint, float64s, fused, kernel, leaf, whole
from loihi_emu.models.lava.vector import vector
from loihi_emu.models.neurons.delta import changed_float

_DIAGONALS = dict.fromkeys(("s4_state", "a", "b", "c"), "complex128")
S4D = vector("S4d", "a_in s_out", "float64", "fuses", **_DIAGONALS)
SIGMA_S4D_DELTA = vector(
    "SigmaS4dDelta", "a_in s_out sigma act residue error vth activation s4_state a b c", "float64", "cumulates"
)
SIGMA_S4D_DELTA_COMPLEX = vector(
    "SigmaS4dDeltaComplex",
    "a_in s_out sigma vth",
    "float64",
    "cumulates fuses",
    **_DIAGONALS,
    **dict.fromkeys(("act", "residue", "error"), "complex128"),
)


@kernel
def real_part(a, b, c, d, fuses):
    """Real part of (a + bi)(c + di)."""
    return fused(a, c, -(b * d)) if fuses else a * c - b * d


@kernel
def imaginary_part(a, b, c, d, fuses):
    """Imaginary part of (a + bi)(c + di)."""
    return fused(a, d, b * c) if fuses else a * d + b * c


@disjoint
def evolve(out, a_in, x, a, b, c, fuses):
    """One step of S4d; complex numbers are pairs."""
    for i in range(out.shape[0]):
        r, j = 2 * i, 2 * i + 1
        re = real_part(x[r], x[j], a[r], a[j], fuses) + real_part(a_in[i], 0.0, b[r], b[j], fuses)
        im = imaginary_part(x[r], x[j], a[r], a[j], fuses) + imaginary_part(a_in[i], 0.0, b[r], b[j], fuses)
        x[r], x[j] = re, im
        y, z = real_part(c[r], c[j], re, im, fuses), imaginary_part(c[r], c[j], re, im, fuses)
        out[i] = real_part(y, z, 2.0, 0.0, fuses)


@kernel
def pairs(values, n):
    """An array of complex128 as float64, real parts first."""
    return float64s(address_of(values, 0), 2 * n)


@leaf
def step(address, time):
    """S4d."""
    d = S4D(address)
    n = d.n
    diagonals = pairs(d.a, n), pairs(d.b, n), pairs(d.c, n)
    evolve(whole(d.s_out, n), whole(d.a_in, n), pairs(d.s4_state, n), *diagonals, d.fuses)


@disjoint
def add(sigma, a):
    """Sum up."""
    for i in range(sigma.shape[0]):
        sigma[i] += a[i]


@disjoint
def send_changes(out, y, act, residue, error, vth, cumulates):
    """Send changes of at least the threshold."""
    for i in range(out.shape[0]):
        out[i], residue[i], error[i] = changed_float(y[i], act[i], residue[i], error[i], vth[i], cumulates)
        act[i] = y[i]


@disjoint
def evolve_real(y, sigma, x, a, b, c):
    """Update real states by the sums; the output goes to y."""
    for i in range(y.shape[0]):
        x[i] = x[i] * a[i] + sigma[i] * b[i]
        y[i] = c[i] * x[i] * 2.0


@leaf
def sigma_s4d_delta(address, time):
    """SigmaS4dDelta with real parameters."""
    d = SIGMA_S4D_DELTA(address)
    add(whole(d.sigma, d.n), whole(d.a_in, d.n))
    y = whole(d.activation, d.n)
    evolve_real(y, whole(d.sigma, d.n), whole(d.s4_state, d.n), whole(d.a, d.n), whole(d.b, d.n), whole(d.c, d.n))
    send_changes(
        whole(d.s_out, d.n),
        y,
        whole(d.act, d.n),
        whole(d.residue, d.n),
        whole(d.error, d.n),
        whole(d.vth, d.n),
        d.cumulates,
    )


@disjoint
def evolve_and_send(out, sigma, x, act, residue, error, vth, a, b, c, cumulates, fuses):
    """One step of complex states; changes as large as the threshold are kept whole, and their real parts sent."""
    for i in range(out.shape[0]):
        r, j = 2 * i, 2 * i + 1
        re = real_part(x[r], x[j], a[r], a[j], fuses) + real_part(sigma[i], 0.0, b[r], b[j], fuses)
        im = imaginary_part(x[r], x[j], a[r], a[j], fuses) + imaginary_part(sigma[i], 0.0, b[r], b[j], fuses)
        x[r], x[j] = re, im
        y, z = real_part(c[r], c[j], re, im, fuses), imaginary_part(c[r], c[j], re, im, fuses)
        new_re, new_im = real_part(y, z, 2.0, 0.0, fuses), imaginary_part(y, z, 2.0, 0.0, fuses)
        delta_re, delta_im = new_re - act[r] + residue[r], new_im - act[j] + residue[j]
        measure_re, measure_im = delta_re, delta_im
        if cumulates:
            measure_re, measure_im = error[r] + delta_re, error[j] + delta_im
            error[r], error[j] = measure_re, measure_im
        sent = math.hypot(measure_re, measure_im) >= vth[i]
        sent_re, sent_im = (delta_re, delta_im) if sent else (0.0, 0.0)
        if cumulates and (sent_re != 0.0 or sent_im != 0.0):
            error[r], error[j] = 0.0, 0.0
        residue[r], residue[j] = delta_re - sent_re, delta_im - sent_im
        act[r], act[j] = new_re, new_im
        out[i] = sent_re


@leaf
def sigma_s4d_delta_complex(address, time):
    """SigmaS4dDelta with complex parameters."""
    d = SIGMA_S4D_DELTA_COMPLEX(address)
    add(whole(d.sigma, d.n), whole(d.a_in, d.n))
    n = d.n
    evolve_and_send(
        whole(d.s_out, n), whole(d.sigma, n), pairs(d.s4_state, n), pairs(d.act, n), pairs(d.residue, n),
        pairs(d.error, n), whole(d.vth, n), pairs(d.a, n), pairs(d.b, n), pairs(d.c, n), d.cumulates, d.fuses,
    )  # fmt: skip
