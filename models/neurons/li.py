# mypy: allow-untyped-defs, allow-incomplete-defs
"""A leaky integrator in float64, which never spikes: it sends its voltage as a payload in every step.

u = u (1 - du) + q ;  v = v (1 - dv) + u + bias ;  v is sent where it is not 0
"""

from loihi_emu.jit import disjoint
from loihi_emu.models import layout as at
from loihi_emu.models.neuron_leaves import graded
from loihi_emu.models.neurons.lif_float import BIAS, DECAYS, LEFT, STARTS
from loihi_emu.models.specification import NeuronModel, as_given

LI = at.neurons(
    "li_float",
    state={"u": "float64", "v": "float64"},
    parameters=dict.fromkeys(("keep_u", "keep_v", "bias"), "float64"),
    accumulator="float64",
    payload="float64",
)


@graded(LI, message="float64")
@disjoint
def step(u, v, a_in, keep_u, keep_v, bias, mask, out):
    """One step of a block."""
    for i in range(u.shape[0]):
        u[i] = u[i] * keep_u[i] + a_in[i]
        v[i] = out[i] = v[i] * keep_v[i] + u[i] + bias[i]
        mask[i] = v[i] != 0.0
    return 0


# ---------------------------------------------------------------- the model
MODELS = {
    "float": (
        NeuronModel(
            "li", step, LI, (*DECAYS, BIAS, *STARTS), as_given("bias", left=LEFT),
            "Leaky integrator that sends its voltage as a payload in every step, in float64.", graded=True,
        ),
    ),
}  # fmt: skip
