# mypy: allow-untyped-defs, allow-incomplete-defs
"""ProdNeuron by Lava 0.10's fixed-point model: the product of what arrives at two ports is sent.

    p = wrap32(a_in1 a_in2) >> exp, rounding down ;  send p if |p| > vth

The magnitude of -2^31 is -2^31, as in 32 bits. Lava's variable v, which its model never writes, is left out.
Evidence: Lava's source, compared with its models on random inputs.
"""

import numpy as np

from loihi_emu.jit import disjoint
from loihi_emu.models import layout as at
from loihi_emu.models.neuron_leaves import graded
from loihi_emu.models.specification import NeuronModel, Parameter, as_given

i32 = np.int32

PORTS = ("a_in1", "a_in2")
PRODUCT = at.neurons("prod_neuron", state={}, parameters={"vth": "int32", "exp": "int32"}, ports=PORTS)


@graded(PRODUCT)
@disjoint
def step(a_in1, a_in2, vth, exp, out, mask):
    """One step: what is sent, and the mask of what is not 0."""
    for i in range(a_in1.shape[0]):
        product = i32(i32(a_in1[i] * a_in2[i]) >> exp[i])
        size = i32(-product) if product < 0 else product
        out[i] = product if size > vth[i] else i32(0)
        mask[i] = np.uint8(out[i] != 0)
    return 0


# ---------------------------------------------------------------- the models
LARGEST = (1 << 31) - 1


MODELS = {
    "lava": (
        NeuronModel(
            "prod_neuron", step, PRODUCT,
            (
                Parameter("vth", 1, 0, LARGEST, "Threshold; a product is sent where its magnitude is larger."),
                Parameter("exp", 0, 0, 31, "Bits by which products are shifted right, rounding down."),
            ),
            as_given("vth", "exp"),
            "Sends the product of what arrives at its two ports, as a payload, by Lava 0.10's fixed-point model of "
            "ProdNeuron.",
            graded=True, limits={},
        ),
    )
}  # fmt: skip
