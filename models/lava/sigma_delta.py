# mypy: allow-untyped-defs, allow-incomplete-defs
"""Sigma, Delta and SigmaDelta neurons, and the delta encoder, by Lava's models: int32 that wraps, or float64 [lava]."""

import numpy as np

from loihi_emu.jit import disjoint, float64s, int32s, int64s, kernel, leaf, whole
from loihi_emu.models.lava.vector import vector
from loihi_emu.models.records import NUMBER, array

i32 = np.int32
i64 = np.int64

SIGMA, SIGMA_FLOAT = vector("Sigma", "a_in sigma"), vector("SigmaFloat", "a_in sigma", "float64")
# Activation is room for the activations of this step.
_DELTA = "a_in s_out sigma act residue error vth activation"
_NUMBERS = "shift_in shift_out cumulates relu"
DELTA, DELTA_FLOAT = vector("Delta", _DELTA, numbers=_NUMBERS), vector("DeltaFloat", _DELTA, "float64", _NUMBERS)
SIGMA_DELTA = DELTA.extended("SigmaDelta", bias=array("int32"))
SIGMA_DELTA_FLOAT = DELTA_FLOAT.extended("SigmaDeltaFloat", bias=array("float64"))
# Inputs are of any kind; changes are limited to lowest..highest where clips is 1.
ENCODER = vector("DeltaEncoder", "s_out act residue vth", numbers="shift_in clips lowest highest").extended(
    "DeltaEncoder", a_in=NUMBER
)


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
    d = SIGMA(address)
    add_int(whole(d.sigma, d.n), whole(d.a_in, d.n))


@leaf
def sigma_float(address, time):
    """Sigma in float64."""
    d = SIGMA_FLOAT(address)
    add_float(whole(d.sigma, d.n), whole(d.a_in, d.n))


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


@leaf
def delta(address, time):
    """Delta in int32."""
    d = DELTA(address)
    y = whole(d.activation, d.n)
    shift_in(y, whole(d.a_in, d.n), i32(d.shift_in))
    changes_int(
        whole(d.s_out, d.n),
        y,
        whole(d.act, d.n),
        whole(d.residue, d.n),
        whole(d.error, d.n),
        whole(d.vth, d.n),
        i32(d.shift_out),
        d.cumulates,
    )


@leaf
def delta_float(address, time):
    """Delta in float64."""
    d = DELTA_FLOAT(address)
    a = whole(d.a_in, d.n)
    changes_float(
        whole(d.s_out, d.n),
        a,
        whole(d.act, d.n),
        whole(d.residue, d.n),
        whole(d.error, d.n),
        whole(d.vth, d.n),
        d.cumulates,
    )


@leaf
def sigma_delta(address, time):
    """SigmaDelta in int32."""
    d = SIGMA_DELTA(address)
    add_int(whole(d.sigma, d.n), whole(d.a_in, d.n))
    y = whole(d.activation, d.n)
    activate_int(y, whole(d.sigma, d.n), whole(d.bias, d.n), d.relu)
    changes_int(
        whole(d.s_out, d.n),
        y,
        whole(d.act, d.n),
        whole(d.residue, d.n),
        whole(d.error, d.n),
        whole(d.vth, d.n),
        i32(d.shift_out),
        d.cumulates,
    )


@leaf
def sigma_delta_float(address, time):
    """SigmaDelta in float64."""
    d = SIGMA_DELTA_FLOAT(address)
    add_float(whole(d.sigma, d.n), whole(d.a_in, d.n))
    y = whole(d.activation, d.n)
    activate_float(y, whole(d.sigma, d.n), whole(d.bias, d.n), d.relu)
    changes_float(
        whole(d.s_out, d.n),
        y,
        whole(d.act, d.n),
        whole(d.residue, d.n),
        whole(d.error, d.n),
        whole(d.vth, d.n),
        d.cumulates,
    )


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
    d = SIGMA_DELTA(address)
    add_int(whole(d.sigma, d.n), whole(d.a_in, d.n))
    y = whole(d.activation, d.n)
    activate_int(y, whole(d.sigma, d.n), whole(d.bias, d.n), d.relu)
    changes_corrected(whole(d.s_out, d.n), y, whole(d.act, d.n), whole(d.vth, d.n), i32(d.shift_out))


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
    clips, lowest, highest = d.clips, d.lowest, d.highest
    encode(
        whole(d.s_out, d.n),
        a,
        whole(d.act, d.n),
        whole(d.residue, d.n),
        whole(d.vth, d.n),
        d.shift_in,
        clips,
        lowest,
        highest,
    )


@leaf
def delta_encoder(address, time):
    """DeltaEncoder of int32."""
    d = ENCODER(address)
    encode_any(d, int32s(d.a_in, d.n))


@leaf
def delta_encoder_wide(address, time):
    """DeltaEncoder of int64."""
    d = ENCODER(address)
    encode_any(d, int64s(d.a_in, d.n))


@leaf
def delta_encoder_float(address, time):
    """DeltaEncoder of float64, whose fractions are cut off."""
    d = ENCODER(address)
    encode_any(d, float64s(d.a_in, d.n))
