# mypy: allow-untyped-defs, allow-incomplete-defs
"""NormVecDelay, InvSqrt, Spiker and Receiver by Lava's models: int32 that wraps [lava]."""

import numpy as np

from loihi_emu.jit import disjoint, kernel, leaf
from loihi_emu.models.lava.vector import elements, vector

i32 = np.int32

NORM_DELAY = vector("NormVecDelay", "a_in1 a_in2 s_out s2_out v v2 vth")
ROOT_FLOAT = vector("InvSqrtFloat", "a_in s_out", "float64")
# The status is 1 once an argument is negative; guesses: the first factors, one for each position of the highest bit.
ROOT = vector("InvSqrt", "a_in s_out", status="int64", argument="int64", guesses="int64")
SPIKER = vector("Spiker", "s_out counter rate payload", "int64")
RECEIVER = vector("Receiver", "a_in payload", "int64")


@kernel
def size(x):
    """Magnitude in int32; that of -2^31 is -2^31."""
    return i32(-x) if x < 0 else x


@elements(NORM_DELAY)
@disjoint
def norm_delay(s_out, s2_out, v, v2, a_in1, a_in2, vth):
    """NormVecDelay: send the square of the new vector, and the one before times the factor."""
    for i in range(s_out.shape[0]):
        s2_out[i] = i32(a_in1[i] * a_in1[i])
        product = i32(v[i] * a_in2[i])
        v2[i] = v[i]
        v[i] = a_in1[i]
        s_out[i] = product if size(product) > vth[i] else i32(0)


@elements(ROOT_FLOAT)
@kernel
def inverse_root(s_out, a_in):
    """InvSqrt in float64; infinite for 0."""
    for i in range(s_out.shape[0]):
        s_out[i] = 1.0 / np.sqrt(a_in[i])


@elements(SPIKER)
@kernel
def spiker(s_out, counter, rate, payload):
    """Spiker: payloads at regular steps, in int64."""
    for i in range(s_out.shape[0]):
        due = counter[i] == rate[i]
        s_out[i] = payload[i] if due else 0
        counter[i] = 1 if due else counter[i] + 1


@elements(RECEIVER)
@kernel
def receiver(payload, a_in):
    """Receiver: keeps the last message, in int64."""
    for i in range(payload.shape[0]):
        payload[i] = a_in[i]


FRACTION_BITS, ITERATIONS = 12, 5
INPUT_BITS = 24


@leaf
def inverse_root_int(address, time):
    """InvSqrt in integers of 12 fraction bits: Goldschmidt's iteration, in 64 bits that wrap."""
    d = ROOT(address)
    out, a, guesses = d.s_out, d.a_in, d.guesses
    for i in range(d.n):
        if a[i] < 0:
            d.status[0] = 1
            d.argument[0] = a[i]
            return
        root = np.int64(0)
        if a[i] > 0:
            highest = 0
            while a[i] >> (highest + 1):
                highest += 1
            factor, rest = guesses[highest % INPUT_BITS], np.int64(a[i])
            root = factor >> 1
            for _ in range(ITERATIONS):
                rest = (((rest * factor) >> (FRACTION_BITS + 1)) * factor) >> (FRACTION_BITS + 1)
                factor = (3 << FRACTION_BITS) - rest
                root = (root * factor) >> (FRACTION_BITS + 1)
        out[i] = i32(root)
