"""Description of kernels that treat every element of a process alike: inputs, outputs, variables, all of one length."""

from loihi_emu.jit import float64s, int32s, int64s, kernel

N = 0
IN = 1  # addresses of up to 4 incoming messages
OUT = 5  # addresses of up to 2 outgoing messages
STATE = 7  # addresses of up to 6 variables
PARAMETER = 13  # addresses of up to 8 parameters, one value per element
NUMBER = 21  # up to 8 numbers, the same for all elements (the bits of a float64 where a kernel says so)
VECTOR_WORDS = 29


@kernel
def ints(d, word):
    """An array of int32."""
    return int32s(d[word], d[N])


@kernel
def longs(d, word):
    """An array of int64."""
    return int64s(d[word], d[N])


@kernel
def floats(d, word):
    """An array of float64."""
    return float64s(d[word], d[N])


@kernel
def shifted(x, factor, bits):
    """``x * factor / 2**bits`` in 64 bits, rounded toward zero [lava]."""
    product = x * factor
    return (product + ((product >> 63) & ((1 << bits) - 1))) >> bits
