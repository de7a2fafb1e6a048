"""S4d in complex128 and SigmaS4dDelta in either number format by Lava's models [lava].

NumPy multiplies complex numbers with or without fused multiply-add, as the processor has it; a description says which.
"""

import math

from loihi_emu.jit import disjoint, float64s, fused, int64s, kernel, leaf
from loihi_emu.models.lava.sigma_delta import (
    ACT,
    ACTIVATION,
    BIAS,
    CUMULATES,
    ERROR,
    RESIDUE,
    SIGMA,
    VTH,
    add_float,
    changes_float,
)
from loihi_emu.models.lava.vector import IN, NUMBER, OUT, STATE, VECTOR_WORDS, N, floats

X = STATE + 5  # the complex state of S4d is STATE; here Sigma and Delta stand before it
A, B, C = BIAS + 1, BIAS + 2, BIAS + 3
FUSES = NUMBER
FUSES_TOO = NUMBER + 7  # the same for SigmaS4dDelta, whose first numbers are those of Delta


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
def pairs(d, word):
    """An array of complex128 as float64, real parts first."""
    return float64s(d[word], 2 * d[N])


@leaf
def step(address, time):
    """S4d."""
    d = int64s(address, VECTOR_WORDS)
    evolve(floats(d, OUT), floats(d, IN), pairs(d, STATE), pairs(d, A), pairs(d, B), pairs(d, C), d[FUSES])


@disjoint
def evolve_real(y, sigma, x, a, b, c):
    """Update real states by the sums; the output goes to y."""
    for i in range(y.shape[0]):
        x[i] = x[i] * a[i] + sigma[i] * b[i]
        y[i] = c[i] * x[i] * 2.0


@leaf
def sigma_s4d_delta(address, time):
    """SigmaS4dDelta with real parameters."""
    d = int64s(address, VECTOR_WORDS)
    add_float(floats(d, SIGMA), floats(d, IN))
    y = floats(d, ACTIVATION)
    evolve_real(y, floats(d, SIGMA), floats(d, X), floats(d, A), floats(d, B), floats(d, C))
    changes_float(floats(d, OUT), y, floats(d, ACT), floats(d, RESIDUE), floats(d, ERROR), floats(d, VTH), d[CUMULATES])


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
    d = int64s(address, VECTOR_WORDS)
    add_float(floats(d, SIGMA), floats(d, IN))
    evolve_and_send(
        floats(d, OUT), floats(d, SIGMA), pairs(d, X), pairs(d, ACT), pairs(d, RESIDUE), pairs(d, ERROR),
        floats(d, VTH), pairs(d, A), pairs(d, B), pairs(d, C), d[CUMULATES], d[FUSES_TOO],
    )  # fmt: skip
