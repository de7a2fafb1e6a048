# mypy: allow-untyped-defs, allow-incomplete-defs
"""Delta neurons by Lava 0.10's models: changes of the input that reach a threshold are sent; int32, or float64.

    y = a << (spike_exp + state_exp) ;  change = y - act + residue ;  act = y
    send change >> state_exp if |change| >= vth ;  residue = change - what was sent

With cum_error the sum of changes since the last one that was sent (error) is compared with the threshold instead. The
threshold is scaled as the input is; the magnitude of -2^31 is -2^31, as in 32 bits. What wraps is counted: a scaled
input as q, a change or the sum of changes as v. Evidence: Lava's source, compared with its models on random inputs.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from loihi_emu.jit import disjoint, kernel, wide_vectors
from loihi_emu.models import layout as at
from loihi_emu.models.neuron_leaves import graded
from loihi_emu.models.neurons.sigma import added
from loihi_emu.models.specification import Arrays, NeuronModel, Parameter, as_given
from loihi_emu.widths import VTH_MAX

i32 = np.int32

STATES = ("act", "residue", "error")
DELTA = at.neurons(
    "delta",
    state=dict.fromkeys(STATES, "int32"),
    parameters=dict.fromkeys(("vth", "shift_in", "shift_out", "cumulates"), "int32"),
)
DELTA_FLOAT = at.neurons(
    "delta_float",
    state=dict.fromkeys(STATES, "float64"),
    parameters={"vth": "float64", "cumulates": "int32"},
    accumulator="float64",
    payload="float64",
)


@kernel
def changed(y, act, residue, error, vth, cumulates):
    """What is sent of a change, what is left of it, the sum of changes since, and 0 if nothing wrapped."""
    apart, lost = subtracted(y, act)
    change, lost_again = added(apart, residue)
    total, lost_in_sum = added(error, change)
    sums = cumulates != 0
    measure = total if sums else change
    size = i32(abs(measure))
    sent = change if size >= vth else i32(0)
    since = (i32(0) if sent != 0 else total) if sums else error
    return sent, i32(change - sent), since, i32(i32(lost + lost_again) | (lost_in_sum if sums else i32(0)))


@kernel
def subtracted(x, y):
    """The difference in 32 bits, and the turns of 2^32 that it lost: -1, 0, 1."""
    total = i32(x - y)
    return total, i32(i32(i32((x ^ y) & (x ^ total)) >> 31) & i32(1 | i32(x >> 31)))


@graded(DELTA)
@disjoint
def step(act, residue, error, a_in, vth, shift_in, shift_out, cumulates, out, mask):
    """One step in int32; the mask says what is sent and what wrapped. Returns the OR of the mask."""
    wide_vectors()
    flags = i32(0)
    for i in range(act.shape[0]):
        shift = i32(shift_in[i] & 31)
        y = i32(a_in[i] << shift)
        sent, left, since, wrapped = changed(y, act[i], residue[i], error[i], vth[i], cumulates[i])
        act[i], residue[i], error[i] = y, left, since
        message = i32(sent >> i32(shift_out[i] & 31))
        out[i] = message
        bits = i32((i32(1) if message != 0 else i32(0)) | (i32(at.V_BIT) if wrapped != 0 else i32(0)))
        bits = i32(bits | (i32(at.Q_BIT) if i32(y >> shift) != a_in[i] else i32(0)))
        mask[i] = np.uint8(bits)
        flags = i32(flags | bits)
    return flags


@kernel
def changed_float(y, act, residue, error, vth, cumulates):
    """What is sent of a change, what is left of it, and the sum of changes since, in float64."""
    change = y - act + residue
    measure = error + change if cumulates else change
    sent = change if abs(measure) >= vth else 0.0
    since = (0.0 if sent != 0.0 else measure) if cumulates else error
    return sent, change - sent, since


@graded(DELTA_FLOAT, message="float64")
@disjoint
def step_float(act, residue, error, a_in, vth, cumulates, out, mask):
    """One step in float64."""
    for i in range(act.shape[0]):
        sent, residue[i], error[i] = changed_float(a_in[i], act[i], residue[i], error[i], vth[i], cumulates[i])
        act[i] = a_in[i]
        out[i] = sent
        mask[i] = sent != 0.0
    return 0


# ---------------------------------------------------------------- the models
BIG = float(1 << 50)
VTH_FLOAT = Parameter("vth", None, 0.0, BIG, "Threshold; a change is sent that reaches it.", whole=False)
CHANGE_WRAPPED = "a change or their sum wrapped"
WORD = (-(1 << 31), (1 << 31) - 1)
EXPONENTS = (
    Parameter("spike_exp", 0, 0, 7, "Payloads are scaled by 2^spike_exp."),
    Parameter("state_exp", 0, 0, 7, "State has so many bits more, which payloads lose."),
)
CUMULATES = Parameter("cum_error", 0, 0, 1, "1: the sum of changes since the last one sent is compared with vth.")


def lower(p: Mapping[str, Any], context: Mapping[str, Any]) -> tuple[Arrays, int]:
    """Exponents as shifts; the threshold at the scale of the state."""
    shift = p["spike_exp"] + p["state_exp"]
    cumulates = p["cum_error"]
    return {"vth": p["vth"] << shift, "shift_in": shift, "shift_out": p["state_exp"], "cumulates": cumulates}, 0


MODELS = {
    "lava": (
        NeuronModel(
            "delta", step, DELTA,
            (
                Parameter("vth", None, 0, VTH_MAX, "Threshold, before scaling; a change is sent that reaches it."),
                CUMULATES, *EXPONENTS,
            ),
            lower, "Sends changes of what arrives, as payloads, by Lava 0.10's fixed-point model of Delta.",
            graded=True, limits=dict.fromkeys(STATES, WORD), lost={"q": "a scaled input wrapped", "v": CHANGE_WRAPPED},
        ),
    ),
    "float": (
        NeuronModel(
            "delta", step_float, DELTA_FLOAT, (VTH_FLOAT, CUMULATES), as_given("vth", cumulates="cum_error"),
            "Sends changes of what arrives, as payloads, in float64.", graded=True,
        ),
    ),
}  # fmt: skip
