# mypy: allow-untyped-defs, allow-incomplete-defs
"""Leaky integrate-and-fire in float64, for prototypes: Lava's floating-point LIF with a refractory period.

u = u * (1 - du) + q ;  v = v * (1 - dv) + u + bias ;  spike if v > vth, then v = 0 for the refractory period.
"""

from collections.abc import Mapping
from typing import Any

from loihi_emu.jit import block, disjoint, leaf, part, uint8s, whole
from loihi_emu.models import layout as at
from loihi_emu.models.specification import Arrays, NeuronModel, Parameter
from loihi_emu.models.spikes import count_spikes, emit, ring_start

LIF = at.neurons(
    "lif_float",
    state={"u": "float64", "v": "float64", "rest": "int8"},
    parameters={"keep_u": "float64", "keep_v": "float64", "bias": "float64", "vth": "float64", "refractory": "int8"},
    accumulator="float64",
)


@disjoint
def update(u, v, rest, q, keep_u, keep_v, bias, vth, period, mask):
    """One step of a block."""
    for i in range(u.shape[0]):
        waiting = rest[i]
        u[i] = u[i] * keep_u[i] + q[i]
        voltage = v[i] * keep_v[i] + u[i] + bias[i] if waiting == 0 else 0.0
        spiked = voltage > vth[i]
        v[i] = 0.0 if spiked else voltage
        rest[i] = period[i] - 1 if spiked else max(waiting - 1, 0)
        mask[i] = spiked


@leaf
def step(address, time):
    """One step of a group."""
    group, d = at.GROUP(address), LIF(address)
    n = d.n
    index = whole(d.index, n)
    count = 0
    for b in range((n + at.BLOCK - 1) // at.BLOCK):
        first = b * at.BLOCK
        m = min(at.BLOCK, n - first)
        q = part(d.ring, ring_start(group, time, first), m)
        mask = uint8s(d.mask, m)
        update(
            part(d.u, first, m),
            part(d.v, first, m),
            part(d.rest, first, m),
            q,
            block(d.keep_u, b, m),
            block(d.keep_v, b, m),
            block(d.bias, b, m),
            block(d.vth, b, m),
            block(d.refractory, b, m),
            mask,
        )
        if d.slots:
            q[:] = 0.0
        count = emit(mask, d.mask, first, index, count)
    count_spikes(group, count)


# ---------------------------------------------------------------- the model
_BIG = float(1 << 50)


def lower(p: Mapping[str, Any], context: Mapping[str, Any]) -> tuple[Arrays, int]:
    """Floating-point LIF."""
    return {
        "keep_u": 1.0 - p["du"],
        "keep_v": 1.0 - p["dv"],
        "bias": p["bias"],
        "vth": p["vth"],
        "refractory": p["refractory"],
    }, 0


LIF_FLOAT = NeuronModel(
    "lif", step, LIF,
    (
        Parameter("du", 1.0, 0.0, 1.0, "Decay of u per step, a fraction.", whole=False),
        Parameter("dv", 0.0, 0.0, 1.0, "Decay of v per step, a fraction.", whole=False),
        Parameter("vth", None, 0.0, _BIG, "Threshold; a spike needs v > vth.", whole=False),
        Parameter("bias", 0.0, -_BIG, _BIG, "Added to v in every step.", whole=False),
        Parameter("refractory", 1, 1, 127, "Refractory period in steps."),
        Parameter("u", 0.0, -_BIG, _BIG, "Current at the start.", whole=False),
        Parameter("v", 0.0, -_BIG, _BIG, "Voltage at the start.", whole=False),
    ),
    lower, "LIF in float64.",
)  # fmt: skip
MODELS = {"float": (LIF_FLOAT,)}
