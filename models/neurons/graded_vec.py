# mypy: allow-untyped-defs, allow-incomplete-defs
"""GradedVec and GradedReluVec by Lava 0.10's fixed-point models: what arrived is sent on where it exceeds a threshold.

    v = wrap32(v + a) ;  send v if |v| > vth (GradedReluVec: if v > vth) ;  v = 0

The magnitude of -2^31 is -2^31, as in 32 bits. Evidence: Lava's source, compared with its models on random inputs.
"""

import numpy as np

from loihi_emu.jit import disjoint
from loihi_emu.models import layout as at
from loihi_emu.models.neuron_leaves import graded
from loihi_emu.models.specification import NeuronModel, Parameter, as_given

i32 = np.int32

GRADED = at.neurons("graded_vec", state={"v": "int32"}, parameters={"vth": "int32"})


@disjoint
def update(v, a, vth, relu, sent, mask):
    """One step of a block: what is sent, and the mask of what is not 0."""
    for i in range(v.shape[0]):
        value = i32(v[i] + a[i])
        size = i32(-value) if value < 0 and not relu else value
        sent[i] = value if size > vth[i] else i32(0)
        mask[i] = np.uint8(sent[i] != 0)
        v[i] = i32(0)


@graded(GRADED)
def step(v, a_in, vth, mask, out):
    """One step of GradedVec."""
    update(v, a_in, vth, False, out, mask)
    return 0


@graded(GRADED)
def step_relu(v, a_in, vth, mask, out):
    """One step of GradedReluVec."""
    update(v, a_in, vth, True, out, mask)
    return 0


# ---------------------------------------------------------------- the models
LARGEST = (1 << 31) - 1
PARAMETERS = (Parameter("vth", 1, 0, LARGEST, "Threshold; a value is sent where its magnitude is larger."),)
LIMITS = {"v": (-LARGEST - 1, LARGEST)}


MODELS = {
    "lava": (
        NeuronModel(
            "graded_vec", step, GRADED, PARAMETERS, as_given("vth"),
            "Sends what arrived, as a payload, by Lava 0.10's fixed-point model of GradedVec.",
            graded=True, limits=LIMITS,
        ),
        NeuronModel(
            "graded_relu_vec", step_relu, GRADED, PARAMETERS, as_given("vth"),
            "Sends what arrived where it is positive, as a payload, by Lava 0.10's fixed-point model of GradedReluVec.",
            graded=True, limits=LIMITS,
        ),
    )
}  # fmt: skip
