# mypy: allow-untyped-defs, allow-incomplete-defs
"""LIFRefractory in float64, in the order of operations of Lava 0.10's model; Lava has it in floating point alone.

    u = u (1 - du) + q ;  v = v (1 - dv) + (u + bias) unless the neuron rests ;  spike if v > vth, then v = 0

After a spike in step t it rests up to step t + refractory_period. Steps are counted as in Lava, whose first is 1.
"""

from loihi_emu.jit import disjoint
from loihi_emu.models import layout as at
from loihi_emu.models.neuron_leaves import spiking
from loihi_emu.models.neurons.lif_float import BIAS, BIG, DECAYS, LEFT, REALS, STARTS, VTH
from loihi_emu.models.specification import NeuronModel, Parameter, as_given

REFRACTORY = at.neurons(
    "lif_refractory",
    state={"u": "float64", "v": "float64", "refractory_period_end": "int64"},
    parameters=REALS | {"refractory_period": "int64"},
    accumulator="float64",
)


@spiking(REFRACTORY, message="float64")
@disjoint
def step(u, v, a_in, keep_u, keep_v, bias, vth, refractory_period_end, refractory_period, mask, time):
    """One step."""
    now = time + 1
    for i in range(u.shape[0]):
        u[i] = u[i] * keep_u[i] + a_in[i]
        voltage = v[i] * keep_v[i] + (u[i] + bias[i]) if refractory_period_end[i] < now else v[i]
        spiked = voltage > vth[i]
        v[i] = 0.0 if spiked else voltage
        refractory_period_end[i] = now + refractory_period[i] if spiked else refractory_period_end[i]
        mask[i] = spiked
    return 0


# ---------------------------------------------------------------- the model
PERIOD = Parameter("refractory_period", 1, 1, (1 << 31) - 1, "Steps after that of a spike in which v stays at 0.")
LIMITS = dict.fromkeys(("u", "v"), (-BIG, BIG)) | {"refractory_period_end": (0, 1 << 62)}


MODELS = {
    "float": (
        NeuronModel(
            "lif_refractory", step, REFRACTORY, (*DECAYS, VTH, BIAS, PERIOD, *STARTS),
            as_given("bias", "vth", "refractory_period", left=LEFT),
            "LIF that rests after a spike, in float64, by Lava 0.10's LIFRefractory.", limits=LIMITS,
        ),
    )
}  # fmt: skip
