"""Diagonal state-space models by Lava's float models: complex128, written out in real and imaginary parts [lava]."""

from loihi_emu.jit import disjoint, float64s, int64s, leaf
from loihi_emu.models.lava.vector import IN, OUT, PARAMETER, STATE, VECTOR_WORDS, N, floats

A, B, C = PARAMETER, PARAMETER + 1, PARAMETER + 2  # complex: twice as many float64


@disjoint
def update(out, state, drive, a, b, c):
    """State = state a + drive b;  out = Re(c state 2)."""
    for i in range(out.shape[0]):
        re, im = state[2 * i], state[2 * i + 1]
        ar, ai = a[2 * i], a[2 * i + 1]
        new_re = (re * ar - im * ai) + drive[i] * b[2 * i]
        new_im = (re * ai + im * ar) + drive[i] * b[2 * i + 1]
        state[2 * i], state[2 * i + 1] = new_re, new_im
        out[i] = (c[2 * i] * new_re - c[2 * i + 1] * new_im) * 2.0


@leaf
def step(address, time):
    """S4d."""
    d = int64s(address, VECTOR_WORDS)
    n = 2 * d[N]
    update(
        floats(d, OUT), float64s(d[STATE], n), floats(d, IN), float64s(d[A], n), float64s(d[B], n), float64s(d[C], n)
    )
