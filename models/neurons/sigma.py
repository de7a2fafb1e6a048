# mypy: allow-untyped-defs, allow-incomplete-defs
"""Sigma neurons by Lava 0.10's models: ``sigma = sigma + a``, sent wherever it is not 0; int32 that wraps, or float64.

A wrap of the sum counts as an overflow of u. Evidence: Lava's source, compared with its models on random inputs.
"""

import numpy as np

from loihi_emu.jit import disjoint, kernel, wide_vectors
from loihi_emu.models import layout as at
from loihi_emu.models.neuron_leaves import graded
from loihi_emu.models.specification import NeuronModel, as_given

i32 = np.int32

SIGMA = at.neurons("sigma", state={"sigma": "int32"}, parameters={})
SIGMA_FLOAT = at.neurons(
    "sigma_float", state={"sigma": "float64"}, parameters={}, accumulator="float64", payload="float64"
)


@kernel
def added(x, y):
    """The sum in 32 bits, and the turns of 2^32 that it lost: -1, 0, 1."""
    total = i32(x + y)
    return total, i32(i32(i32((x ^ total) & (y ^ total)) >> 31) & i32(1 | i32(x >> 31)))


@graded(SIGMA)
@disjoint
def step(sigma, a_in, mask, out):
    """One step in int32; the mask says what is not 0 and what wrapped. Returns the OR of the mask."""
    wide_vectors()
    flags = i32(0)
    for i in range(sigma.shape[0]):
        total, turns = added(sigma[i], a_in[i])
        sigma[i] = out[i] = total
        bits = i32((i32(1) if total != 0 else i32(0)) | (i32(at.U_BIT) if turns != 0 else i32(0)))
        mask[i] = np.uint8(bits)
        flags = i32(flags | bits)
    return flags


@graded(SIGMA_FLOAT, message="float64")
@disjoint
def step_float(sigma, a_in, mask, out):
    """One step in float64."""
    for i in range(sigma.shape[0]):
        sigma[i] = out[i] = sigma[i] + a_in[i]
        mask[i] = sigma[i] != 0.0
    return 0


# ---------------------------------------------------------------- the models
MODELS = {
    "lava": (
        NeuronModel(
            "sigma", step, SIGMA, (), as_given(),
            "Sends the sum of all that arrived, as a payload, by Lava 0.10's fixed-point model of Sigma.",
            graded=True, limits={"sigma": (-(1 << 31), (1 << 31) - 1)}, lost={"u": "sigma wrapped"},
        ),
    ),
    "float": (
        NeuronModel(
            "sigma", step_float, SIGMA_FLOAT, (), as_given(),
            "Sends the sum of all that arrived, as a payload, in float64.", graded=True,
        ),
    ),
}  # fmt: skip
