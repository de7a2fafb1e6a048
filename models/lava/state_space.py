# mypy: allow-untyped-defs, allow-incomplete-defs
"""S4d in complex128 and SigmaS4dDelta in either number format by Lava's models [lava].

NumPy multiplies complex numbers with or without fused multiply-add, as the processor has it; a description says which.
"""

import math

from loihi_emu.jit import address_of, disjoint, float64s, fused, kernel
from loihi_emu.models.lava.vector import elements, vector
from loihi_emu.models.neurons.delta import changed_float

_DIAGONALS = dict.fromkeys(("s4_state", "a", "b", "c"), "complex128")
S4D = vector("S4d", "a_in s_out", "float64", "fuses", **_DIAGONALS)
SIGMA_S4D_DELTA = vector(
    "SigmaS4dDelta", "a_in s_out sigma act residue error vth s4_state a b c", "float64", "cumulates"
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


@kernel
def evolved(x, a, b, c, i, given, fuses):
    """Update the complex state of an element by a real number; return what comes out. Complex numbers are pairs."""
    r, j = 2 * i, 2 * i + 1
    re = real_part(x[r], x[j], a[r], a[j], fuses) + real_part(given, 0.0, b[r], b[j], fuses)
    im = imaginary_part(x[r], x[j], a[r], a[j], fuses) + imaginary_part(given, 0.0, b[r], b[j], fuses)
    x[r], x[j] = re, im
    y, z = real_part(c[r], c[j], re, im, fuses), imaginary_part(c[r], c[j], re, im, fuses)
    return real_part(y, z, 2.0, 0.0, fuses), imaginary_part(y, z, 2.0, 0.0, fuses)


@kernel
def pairs(values, n):
    """An array of complex128 as float64, real parts first."""
    return float64s(address_of(values, 0), 2 * n)


DIAGONALS = dict.fromkeys(_DIAGONALS, pairs)


@elements(S4D, **DIAGONALS)
@disjoint
def step(s_out, a_in, s4_state, a, b, c, fuses):
    """S4d."""
    for i in range(s_out.shape[0]):
        s_out[i] = evolved(s4_state, a, b, c, i, a_in[i], fuses)[0]


@elements(SIGMA_S4D_DELTA)
@disjoint
def sigma_s4d_delta(s_out, a_in, sigma, s4_state, a, b, c, act, residue, error, vth, cumulates):
    """SigmaS4dDelta with real parameters."""
    for i in range(s_out.shape[0]):
        sigma[i] += a_in[i]
        s4_state[i] = s4_state[i] * a[i] + sigma[i] * b[i]
        y = c[i] * s4_state[i] * 2.0
        s_out[i], residue[i], error[i] = changed_float(y, act[i], residue[i], error[i], vth[i], cumulates)
        act[i] = y


@elements(SIGMA_S4D_DELTA_COMPLEX, act=pairs, residue=pairs, error=pairs, **DIAGONALS)
@disjoint
def sigma_s4d_delta_complex(s_out, a_in, sigma, s4_state, a, b, c, act, residue, error, vth, cumulates, fuses):
    """SigmaS4dDelta with complex ones: changes as large as the threshold are kept whole, and their real parts sent."""
    for i in range(s_out.shape[0]):
        sigma[i] += a_in[i]
        r, j = 2 * i, 2 * i + 1
        new_re, new_im = evolved(s4_state, a, b, c, i, sigma[i], fuses)
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
        s_out[i] = sent_re
