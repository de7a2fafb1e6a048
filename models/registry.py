"""The table of neuron models: one entry each."""

from __future__ import annotations

from loihi_emu.errors import unknown
from loihi_emu.models import lowering
from loihi_emu.models.specification import NeuronModel, Parameter

_V = (1 << 23) - 1
_BIG = float(1 << 50)

_DU = Parameter("du", 4096, 0, 4096, "Decay of u per step in 1/4096 (12 bits). Loihi's register holds du - 1.")
_DV = Parameter("dv", 0, 0, 4096, "Decay of v per step in 1/4096 (12 bits).")
_VTH = Parameter("vth", None, 0, (1 << 17) - 1, "Threshold mantissa, 17 bits; a spike needs v > vth * 64.")
_BIAS = Parameter("bias", 0, -4095, 4095, "Bias mantissa, 13 bits signed, added to v as bias * 2**bias_exp.")
_BIAS_EXP = Parameter("bias_exp", 0, 0, 7, "Bias exponent, 3 bits.")
_REFRACTORY = Parameter("refractory", 1, 1, 63, "Steps from a spike until v integrates again; 1: the next step.")
_VMIN = Parameter("vmin", -_V, -_V, 0, "Lower limit of v; the chip has -(2**e) + 1 with e in 0..23.")
_VMAX = Parameter("vmax", _V, 0, _V, "Upper limit of v; the chip has 2**(9 + 2e) - 1 with e in 0..7.")
_U0 = Parameter("u", 0, -_V - 1, _V, "Current at the start, 24 bits signed.")
_V0 = Parameter("v", 0, -_V, _V, "Voltage at the start, 24 bits signed.")
_FIELDS = {"u": (-_V - 1, _V), "v": (-_V, _V), "rest": (0, 64)}
_NENGO_FIELDS = _FIELDS | {"v": (-_V - 1, _V)}

_CHIP = (_DU, _DV, _VTH, _BIAS, _BIAS_EXP, _REFRACTORY, _VMIN, _VMAX, _U0, _V0)
_CHIP_STATE = (("u", "int32"), ("v", "int32"), ("rest", "uint8"))
_CHIP_ARRAYS = (
    ("keep_u", "int16"),
    ("keep_v", "int16"),
    ("bias", "int32"),
    ("vth", "int32"),
    ("vmin", "int32"),
    ("vmax", "int32"),
    ("refractory", "int8"),
    ("noise_u", "int32"),
    ("bias16", "int16"),
    ("vth16", "int16"),
)

_LAVA = (
    Parameter("du", 0, -1, 4095, "Lava's du: u decays by (du + 1)/4096 per step."),
    Parameter("dv", 0, 0, 4096, "Lava's dv: v decays by dv/4096 per step."),
    Parameter("bias_mant", 0, -(1 << 15), (1 << 15) - 1, "Bias mantissa, 16 bits signed."),
    Parameter("bias_exp", 0, -15, 15, "Bias exponent; negative ones shift right, rounding down."),
    Parameter("u", 0, -_V, _V + 1, "Current at the start."),
    Parameter("v", 0, -_V, _V, "Voltage at the start."),
)
_LAVA_VTH = Parameter("vth", 10, -(1 << 24), 1 << 24, "Threshold mantissa; a spike needs v > vth * 64.")
_LAVA_STATE = (("u", "int32"), ("v", "int32"))
_LAVA_ARRAYS = (
    ("keep_u", "int16"),
    ("keep_v", "int16"),
    ("bias", "int32"),
    ("vth", "int32"),
    ("vth_low", "int32"),
    ("interval", "int32"),
    ("offset", "int32"),
)
_LAVA_FIELDS = {"u": (-(1 << 31), (1 << 31) - 1), "v": (-_V, _V)}


def _replaced(parameters: tuple[Parameter, ...], *changed: Parameter) -> tuple[Parameter, ...]:
    """The parameters with some exchanged for others of the same name, and new ones at the end."""
    names = {p.name: p for p in changed}
    kept = tuple(names.pop(p.name, p) for p in parameters)
    return kept + tuple(names.values())


MODELS: tuple[NeuronModel, ...] = (
    NeuronModel(
        "lif", "chip", "lif_chip:step", _CHIP, _CHIP_STATE, _CHIP_ARRAYS, lowering.lower_chip,
        "Current-based LIF by the chip's rules (brian2-loihi and nengo-loihi agree with silicon on them).",
        noise=("u", "v"), limits=_FIELDS,
    ),
    NeuronModel(
        "lif", "nengo_loihi", "lif_chip:step",
        _replaced(
            _CHIP,
            Parameter("vth", None, 0, _V, "Threshold; in units of 64 unless vth_exp is 0."),
            Parameter("vth_exp", 6, 0, 6, "Shift of the threshold."),
            Parameter("bias", 0, -4095 * 128, 4095 * 128, "Bias, mantissa or (bias_exp 0) in full."),
            Parameter("refractory", 1, 0, 63, "Refractory period; 0 acts as 1."),
            Parameter("vmin", -_V, -_V - 1, 0, "Lower limit of v."),
            Parameter("v", 0, -_V - 1, _V, "Voltage at the start, 24 bits signed."),
        ),
        _CHIP_STATE, _CHIP_ARRAYS, lowering.lower_nengo,
        "The chip's rules in the units of nengo-loihi 1.1.0, with its noise generator.",
        noise=("u", "v"), limits=_NENGO_FIELDS,
    ),
    NeuronModel(
        "lif", "brian2_loihi", "lif_brian2:step",
        (
            _DU, _DV, _VTH,
            Parameter("refractory", 1, 1, 64, "Refractory period in steps."),
            Parameter("u", 0, -_BIG, _BIG, "Current at the start."),
            Parameter("v", 0, -_BIG, _BIG, "Voltage at the start."),
        ),
        (("u", "int64"), ("v", "int64"), ("rest", "int8")),
        (("keep_u", "int16"), ("keep_v", "int16"), ("vth", "int32"), ("refractory", "int8")),
        lowering.lower_brian2,
        "LIF as brian2-loihi 0.5.2 has it: the chip's rules without any limit of width, without bias.",
        limits={"u": (-_BIG, _BIG), "v": (-_BIG, _BIG), "rest": (0, 64)},
    ),
    NeuronModel(
        "lif", "lava", "lif_lava:step", (*_LAVA, _LAVA_VTH), _LAVA_STATE, _LAVA_ARRAYS, lowering.lower_lava,
        "LIF by Lava 0.10's fixed-point model.", limits=_LAVA_FIELDS,
    ),
    NeuronModel(
        "lif_reset", "lava", "lif_lava:step_reset",
        (
            *_LAVA, _LAVA_VTH,
            Parameter("reset_interval", 1, 1, (1 << 31) - 1, "Steps between resets."),
            Parameter("reset_offset", 0, 0, (1 << 31) - 1, "Phase of the resets, in Lava's time steps (ours + 1)."),
        ),
        _LAVA_STATE, _LAVA_ARRAYS, lowering.lower_lava_reset,
        "LIF whose state is set to zero at an interval, by Lava 0.10's fixed-point model.", limits=_LAVA_FIELDS,
    ),
    NeuronModel(
        "ternary_lif", "lava", "lif_lava:step_ternary",
        (
            *_LAVA,
            Parameter("vth_hi", 10, -(1 << 24), 1 << 24, "Upper threshold mantissa: +1 is sent above."),
            Parameter("vth_lo", -10, -(1 << 24), 1 << 24, "Lower threshold mantissa: -1 is sent below."),
        ),
        _LAVA_STATE, _LAVA_ARRAYS, lowering.lower_lava_ternary,
        "LIF with two thresholds that sends +1 and -1, by Lava 0.10's fixed-point model.",
        graded=True, limits=_LAVA_FIELDS,
    ),
    NeuronModel(
        "lif", "float", "lif_float:step",
        (
            Parameter("du", 1.0, 0.0, 1.0, "Decay of u per step, a fraction.", whole=False),
            Parameter("dv", 0.0, 0.0, 1.0, "Decay of v per step, a fraction.", whole=False),
            Parameter("vth", None, 0.0, _BIG, "Threshold; a spike needs v > vth.", whole=False),
            Parameter("bias", 0.0, -_BIG, _BIG, "Added to v in every step.", whole=False),
            Parameter("refractory", 1, 1, 127, "Refractory period in steps."),
            Parameter("u", 0.0, -_BIG, _BIG, "Current at the start.", whole=False),
            Parameter("v", 0.0, -_BIG, _BIG, "Voltage at the start.", whole=False),
        ),
        (("u", "float64"), ("v", "float64"), ("rest", "int8")),
        (
            ("keep_u", "float64"), ("keep_v", "float64"), ("bias", "float64"), ("vth", "float64"),
            ("refractory", "int8"),
        ),
        lowering.lower_float, "LIF in float64.", accumulator="float64",
    ),
)  # fmt: skip

RULES: tuple[str, ...] = tuple(dict.fromkeys(m.rules for m in MODELS))
"""The rule sets there are; "chip" is the default."""


def find(rules: str, model: str) -> NeuronModel:
    """The model of a name under a rule set.

    Raises
    ------
    UnknownNameError
        No such rule set or model; near names are listed.

    Examples
    --------
    >>> find("chip", "lif").kernel
    'lif_chip:step'
    """
    if rules not in RULES:
        raise unknown("rule set", rules, RULES)
    of_rules = {m.name: m for m in MODELS if m.rules == rules}
    if model not in of_rules:
        others = [f'"{m.rules}"' for m in MODELS if m.name == model]
        advice = f"Rules {', '.join(others)} have it." if others else ""
        raise unknown("model", model, of_rules, where=f'rules "{rules}"', advice=advice)
    return of_rules[model]
