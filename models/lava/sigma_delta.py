"""Sigma, Delta and SigmaDelta neurons, and the delta encoder, by Lava's models: int32 that wraps, or float64 [lava]."""

import numpy as np

from loihi_emu.jit import disjoint, int64s, kernel, leaf
from loihi_emu.models.lava.vector import IN, NUMBER, OUT, PARAMETER, STATE, VECTOR_WORDS, floats, ints, longs

i32 = np.int32
i64 = np.int64

SIGMA, ACT, RESIDUE, ERROR = STATE, STATE + 1, STATE + 2, STATE + 3
VTH, BIAS = PARAMETER, PARAMETER + 1
SHIFT_IN, SHIFT_OUT, CUMULATES, RELU = NUMBER, NUMBER + 1, NUMBER + 2, NUMBER + 3
CLIPS, LOWEST, HIGHEST = NUMBER + 4, NUMBER + 5, NUMBER + 6


@disjoint
def add_int(sigma, a):
    """Sum up int32."""
    for i in range(sigma.shape[0]):
        sigma[i] = i32(sigma[i] + a[i])


@disjoint
def add_float(sigma, a):
    """Sum up float64."""
    for i in range(sigma.shape[0]):
        sigma[i] += a[i]


@leaf
def sigma(address, time):
    """Sigma in int32; the sum is the message."""
    d = int64s(address, VECTOR_WORDS)
    add_int(ints(d, SIGMA), ints(d, IN))


@leaf
def sigma_float(address, time):
    """Sigma in float64."""
    d = int64s(address, VECTOR_WORDS)
    add_float(floats(d, SIGMA), floats(d, IN))


@disjoint
def changes_int(out, y, act, residue, error, vth, shift_out, cumulates):
    """Send changes of at least the threshold, in int32."""
    for i in range(out.shape[0]):
        delta = i32(i32(y[i] - act[i]) + residue[i])
        measure = delta
        if cumulates:
            measure = i32(error[i] + delta)
            error[i] = measure
        size = i32(-measure) if measure < 0 else measure
        sent = delta if size >= vth[i] else i32(0)
        if cumulates and sent != 0:
            error[i] = i32(0)
        residue[i] = i32(delta - sent)
        act[i] = y[i]
        out[i] = i32(sent >> shift_out)


@disjoint
def changes_float(out, y, act, residue, error, vth, cumulates):
    """Send changes of at least the threshold, in float64."""
    for i in range(out.shape[0]):
        delta = y[i] - act[i] + residue[i]
        measure = delta
        if cumulates:
            measure = error[i] + delta
            error[i] = measure
        sent = delta if abs(measure) >= vth[i] else 0.0
        if cumulates and sent != 0.0:
            error[i] = 0.0
        residue[i] = delta - sent
        act[i] = y[i]
        out[i] = sent


@disjoint
def shift_in(out, a, bits):
    """Bring inputs to the scale of the state."""
    for i in range(out.shape[0]):
        out[i] = i32(a[i] << bits)


@disjoint
def activate_int(y, sigma, bias, relu):
    """Add bias, cut off what is negative."""
    for i in range(y.shape[0]):
        value = i32(sigma[i] + bias[i])
        y[i] = max(value, i32(0)) if relu else value


@disjoint
def activate_float(y, sigma, bias, relu):
    """Add bias, cut off what is negative."""
    for i in range(y.shape[0]):
        value = sigma[i] + bias[i]
        y[i] = max(value, 0.0) if relu else value


ACTIVATION = STATE + 4  # room for the activations of this step


@leaf
def delta(address, time):
    """Delta in int32."""
    d = int64s(address, VECTOR_WORDS)
    y = ints(d, ACTIVATION)
    shift_in(y, ints(d, IN), i32(d[SHIFT_IN]))
    changes_int(
        ints(d, OUT), y, ints(d, ACT), ints(d, RESIDUE), ints(d, ERROR), ints(d, VTH), i32(d[SHIFT_OUT]), d[CUMULATES]
    )


@leaf
def delta_float(address, time):
    """Delta in float64."""
    d = int64s(address, VECTOR_WORDS)
    a = floats(d, IN)
    changes_float(floats(d, OUT), a, floats(d, ACT), floats(d, RESIDUE), floats(d, ERROR), floats(d, VTH), d[CUMULATES])


@leaf
def sigma_delta(address, time):
    """SigmaDelta in int32."""
    d = int64s(address, VECTOR_WORDS)
    add_int(ints(d, SIGMA), ints(d, IN))
    y = ints(d, ACTIVATION)
    activate_int(y, ints(d, SIGMA), ints(d, BIAS), d[RELU])
    changes_int(
        ints(d, OUT), y, ints(d, ACT), ints(d, RESIDUE), ints(d, ERROR), ints(d, VTH), i32(d[SHIFT_OUT]), d[CUMULATES]
    )


@leaf
def sigma_delta_float(address, time):
    """SigmaDelta in float64."""
    d = int64s(address, VECTOR_WORDS)
    add_float(floats(d, SIGMA), floats(d, IN))
    y = floats(d, ACTIVATION)
    activate_float(y, floats(d, SIGMA), floats(d, BIAS), d[RELU])
    changes_float(floats(d, OUT), y, floats(d, ACT), floats(d, RESIDUE), floats(d, ERROR), floats(d, VTH), d[CUMULATES])


@disjoint
def changes_corrected(out, y, act, vth, bits):
    """Send changes and remember what the message really holds."""
    for i in range(out.shape[0]):
        change = i32(y[i] - act[i])
        size = i32(-change) if change < 0 else change
        sent = i32((change if size >= vth[i] else i32(0)) >> bits)
        act[i] = i32(act[i] + i32(sent << bits))
        out[i] = sent


@leaf
def sigma_delta_corrected(address, time):
    """SigmaDelta in int32 that loses no bits."""
    d = int64s(address, VECTOR_WORDS)
    add_int(ints(d, SIGMA), ints(d, IN))
    y = ints(d, ACTIVATION)
    activate_int(y, ints(d, SIGMA), ints(d, BIAS), d[RELU])
    changes_corrected(ints(d, OUT), y, ints(d, ACT), ints(d, VTH), i32(d[SHIFT_OUT]))


@disjoint
def encode(out, a, act, residue, vth, bits, clips, lowest, highest):
    """Changes in 64 bits, limited; state and message keep 32."""
    for i in range(out.shape[0]):
        x = i64(a[i]) << bits
        change = x - act[i] + residue[i]
        sent = change if abs(change) >= vth[i] else i64(0)
        if clips:
            sent = min(max(sent, lowest), highest)
        residue[i] = i32(change - sent)
        act[i] = i32(x)
        out[i] = i32(sent)


@kernel
def encode_any(d, a):
    """Changes of inputs of any kind; what is sent is due in the next step."""
    clips, lowest, highest = d[CLIPS], d[LOWEST], d[HIGHEST]
    encode(ints(d, OUT), a, ints(d, ACT), ints(d, RESIDUE), ints(d, VTH), d[SHIFT_IN], clips, lowest, highest)


@leaf
def delta_encoder(address, time):
    """DeltaEncoder of int32."""
    d = int64s(address, VECTOR_WORDS)
    encode_any(d, ints(d, IN))


@leaf
def delta_encoder_wide(address, time):
    """DeltaEncoder of int64."""
    d = int64s(address, VECTOR_WORDS)
    encode_any(d, longs(d, IN))


@leaf
def delta_encoder_float(address, time):
    """DeltaEncoder of float64, whose fractions are cut off."""
    d = int64s(address, VECTOR_WORDS)
    encode_any(d, floats(d, IN))
