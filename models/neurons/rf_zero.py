# mypy: allow-untyped-defs, allow-incomplete-defs
"""RFZero by Lava 0.10's fixed-point model: a resonator that sends its amplitude where it crosses zero.

    u' = wrap32((u c >> 15) - (v s >> 15) + u_in)     c = exp(-dt / decay_tau) cos(2 pi freqs dt) 2^15, cut
    v' = wrap32((v c >> 15) + (u s >> 15) + v_in)     s = exp(-dt / decay_tau) sin(2 pi freqs dt) 2^15, cut
    send u' where u' > uth, v' >= 0 and v < 0

Products wrap at 32 bits before they are shifted, rounding down: that of a state beyond 2^16 is not what it stands for,
and nothing counts it, as in Lava.

Evidence: Lava's source, compared with its models on random inputs.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from loihi_emu.jit import disjoint, kernel
from loihi_emu.models import layout as at
from loihi_emu.models.neuron_leaves import graded
from loihi_emu.models.specification import Arrays, NeuronModel, Parameter

i32 = np.int32

COEFFICIENT_BITS = 15
PORTS = ("u_in", "v_in")
RF_ZERO = at.neurons(
    "rf_zero",
    state=dict.fromkeys(("u", "v"), "int32"),
    parameters=dict.fromkeys(("lct", "lst", "uth"), "int32"),
    ports=PORTS,
)


@kernel
def scaled(state, coefficient):
    """A product that wraps at 32 bits, without its bits of fraction, rounded down."""
    return i32(i32(state * coefficient) >> COEFFICIENT_BITS)


@graded(RF_ZERO)
@disjoint
def step(u, v, u_in, v_in, lct, lst, uth, out, mask):
    """One step: what is sent, and the mask of what is not 0."""
    for i in range(u.shape[0]):
        new_u = i32(i32(scaled(u[i], lct[i]) - scaled(v[i], lst[i])) + u_in[i])
        new_v = i32(i32(scaled(v[i], lct[i]) + scaled(u[i], lst[i])) + v_in[i])
        crosses = new_u > uth[i] and new_v >= 0 and v[i] < 0
        u[i], v[i] = new_u, new_v
        out[i] = new_u if crosses else i32(0)
        mask[i] = np.uint8(out[i] != 0)
    return 0


# ---------------------------------------------------------------- the models
LARGEST = (1 << 31) - 1
BIG = float(1 << 50)
LIMITS = dict.fromkeys(("u", "v"), (-LARGEST - 1, LARGEST))


def lower(p: Mapping[str, Any], context: Mapping[str, Any]) -> tuple[Arrays, int]:
    """Coefficients of 15 bits of fraction, cut."""
    angle, length = p["dt"] * p["freqs"] * np.pi * 2, np.exp(p["dt"] * (-1 / p["decay_tau"]))  # in Lava's order
    lct, lst = (np.trunc(length * wave(angle) * (1 << COEFFICIENT_BITS)) for wave in (np.cos, np.sin))
    return {"lct": lct, "lst": lst, "uth": p["uth"]}, 0


MODELS = {
    "lava": (
        NeuronModel(
            "rf_zero", step, RF_ZERO,
            (
                Parameter("freqs", None, -BIG, BIG, "Frequency in Hz.", whole=False),
                Parameter("decay_tau", None, 1e-9, BIG, "Time constant of the decay, in seconds.", whole=False),
                Parameter("dt", 0.001, 1e-9, BIG, "Seconds of a step.", whole=False),
                Parameter("uth", 1, -LARGEST - 1, LARGEST, "Threshold; the amplitude is sent where it is larger."),
                Parameter("u", 0, -LARGEST - 1, LARGEST, "Real part at the start."),
                Parameter("v", 0, -LARGEST - 1, LARGEST, "Imaginary part at the start."),
            ),
            lower,
            "Resonator that sends its amplitude as it crosses zero upwards, as Lava 0.10's fixed-point RFZero does.",
            graded=True, limits=LIMITS,
        ),
    )
}  # fmt: skip
