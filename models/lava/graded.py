"""GradedVec, GradedReluVec, ProdNeuron, NormVecDelay and InvSqrt by Lava's models: int32 that wraps [lava]."""

import numpy as np

from loihi_emu.jit import disjoint, int64s, kernel, leaf
from loihi_emu.models.lava.vector import IN, NUMBER, OUT, PARAMETER, STATE, VECTOR_WORDS, floats, ints, longs

i32 = np.int32

V = STATE
VTH = PARAMETER
EXPONENT = PARAMETER + 1
RELU = NUMBER


@kernel
def size(x):
    """Magnitude in int32; that of -2^31 is -2^31."""
    return i32(-x) if x < 0 else x


@disjoint
def send_above(out, v, a, vth, relu):
    """Add, send what is above the threshold, forget."""
    for i in range(out.shape[0]):
        value = i32(v[i] + a[i])
        measure = value if relu else size(value)
        out[i] = value if measure > vth[i] else i32(0)
        v[i] = i32(0)


@leaf
def vector(address, time):
    """GradedVec and GradedReluVec."""
    d = int64s(address, VECTOR_WORDS)
    send_above(ints(d, OUT), ints(d, V), ints(d, IN), ints(d, VTH), d[RELU])


@disjoint
def multiply(out, a, b, exponent, vth):
    """Send products above the threshold."""
    for i in range(out.shape[0]):
        product = i32(i32(a[i] * b[i]) >> exponent[i])
        out[i] = product if size(product) > vth[i] else i32(0)


@leaf
def product(address, time):
    """ProdNeuron."""
    d = int64s(address, VECTOR_WORDS)
    multiply(ints(d, OUT), ints(d, IN), ints(d, IN + 1), ints(d, EXPONENT), ints(d, VTH))


@disjoint
def normalise(out, square, v, a, b, vth):
    """Send the square of the new vector, and the one before times the factor."""
    for i in range(out.shape[0]):
        square[i] = i32(a[i] * a[i])
        product = i32(v[i] * b[i])
        v[i] = a[i]
        out[i] = product if size(product) > vth[i] else i32(0)


@leaf
def norm_delay(address, time):
    """NormVecDelay."""
    d = int64s(address, VECTOR_WORDS)
    normalise(ints(d, OUT), ints(d, OUT + 1), ints(d, V), ints(d, IN), ints(d, IN + 1), ints(d, VTH))


@leaf
def inverse_root(address, time):
    """InvSqrt in float64; infinite for 0."""
    d = int64s(address, VECTOR_WORDS)
    out, a = floats(d, OUT), floats(d, IN)
    for i in range(out.shape[0]):
        out[i] = 1.0 / np.sqrt(a[i])


@leaf
def spiker(address, time):
    """Spiker: payloads at regular steps, in int64."""
    d = int64s(address, VECTOR_WORDS)
    out, counter, rate, payload = longs(d, OUT), longs(d, STATE), longs(d, STATE + 1), longs(d, STATE + 2)
    for i in range(out.shape[0]):
        due = counter[i] == rate[i]
        out[i] = payload[i] if due else 0
        counter[i] = 1 if due else counter[i] + 1


@leaf
def receiver(address, time):
    """Receiver: keeps the last message, in int64."""
    d = int64s(address, VECTOR_WORDS)
    payload, a = longs(d, STATE), longs(d, IN)
    for i in range(payload.shape[0]):
        payload[i] = a[i]


STATUS = NUMBER  # address: 1 when an argument is negative
ARGUMENT = NUMBER + 1  # address of that argument
GUESSES = PARAMETER  # address of the first factors, one for each position of the highest bit
FRACTION_BITS, ITERATIONS = 12, 5
INPUT_BITS = 24


@leaf
def inverse_root_int(address, time):
    """InvSqrt in integers of 12 fraction bits: Goldschmidt's iteration, in 64 bits that wrap."""
    d = int64s(address, VECTOR_WORDS)
    out, a, guesses = ints(d, OUT), ints(d, IN), int64s(d[GUESSES], 24)
    for i in range(out.shape[0]):
        if a[i] < 0:
            int64s(d[STATUS], 1)[0] = 1
            int64s(d[ARGUMENT], 1)[0] = a[i]
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
