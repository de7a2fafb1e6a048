"""The neuron models of the chip's, of Lava's and of float64 rules: one entry each."""

from __future__ import annotations

from loihi_emu.models import lowering
from loihi_emu.models.specification import NeuronModel, Parameter
from loihi_emu.widths import DECAY_UNITY, STATE_MAX

_BIG = float(1 << 50)

_DU = Parameter(
    "du", DECAY_UNITY, 0, DECAY_UNITY, "Decay of u per step in 1/4096 (12 bits). Loihi's register holds du - 1."
)  # fmt: skip
_DV = Parameter("dv", 0, 0, DECAY_UNITY, "Decay of v per step in 1/4096 (12 bits).")
_VTH = Parameter("vth", None, 0, (1 << 17) - 1, "Threshold mantissa, 17 bits; a spike needs v > vth * 64.")
_BIAS = Parameter("bias", 0, -4095, 4095, "Bias mantissa, 13 bits signed, added to v as bias * 2**bias_exp.")
_BIAS_EXP = Parameter("bias_exp", 0, 0, 7, "Bias exponent, 3 bits.")
_REFRACTORY = Parameter("refractory", 1, 1, 63, "Steps from a spike until v integrates again; 1: the next step.")
_VMIN = Parameter("vmin", -STATE_MAX, -STATE_MAX, 0, "Lower limit of v; the chip has -(2**e) + 1 with e in 0..23.")
_VMAX = Parameter("vmax", STATE_MAX, 0, STATE_MAX, "Upper limit of v; the chip has 2**(9 + 2e) - 1 with e in 0..7.")
_U0 = Parameter("u", 0, -STATE_MAX - 1, STATE_MAX, "Current at the start, 24 bits signed.")
_V0 = Parameter("v", 0, -STATE_MAX, STATE_MAX, "Voltage at the start, 24 bits signed.")
_FIELDS = {"u": (-STATE_MAX - 1, STATE_MAX), "v": (-STATE_MAX, STATE_MAX), "rest": (0, 64)}

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
    Parameter("du", 0, -1, DECAY_UNITY - 1, "Lava's du: u decays by (du + 1)/4096 per step."),
    Parameter("dv", 0, 0, DECAY_UNITY, "Lava's dv: v decays by dv/4096 per step."),
    Parameter("bias_mant", 0, -(1 << 15), (1 << 15) - 1, "Bias mantissa, 16 bits signed."),
    Parameter("bias_exp", 0, -15, 15, "Bias exponent; negative ones shift right, rounding down."),
    Parameter("u", 0, -STATE_MAX, STATE_MAX + 1, "Current at the start."),
    Parameter("v", 0, -STATE_MAX, STATE_MAX, "Voltage at the start."),
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
_LAVA_FIELDS = {"u": (-(1 << 31), (1 << 31) - 1), "v": (-STATE_MAX, STATE_MAX)}


CHIP_LIF = NeuronModel(
    "lif", "lif_chip:step", _CHIP, _CHIP_STATE, _CHIP_ARRAYS, lowering.lower_chip,
    "Current-based LIF by the chip's rules (brian2-loihi and nengo-loihi agree with silicon on them).",
    noise=("u", "v"), limits=_FIELDS,
)  # fmt: skip

CHIP: tuple[NeuronModel, ...] = (CHIP_LIF,)

LAVA: tuple[NeuronModel, ...] = (
    NeuronModel(
        "lif", "lif_lava:step", (*_LAVA, _LAVA_VTH), _LAVA_STATE, _LAVA_ARRAYS, lowering.lower_lava,
        "LIF by Lava 0.10's fixed-point model.", limits=_LAVA_FIELDS,
    ),
    NeuronModel(
        "lif_reset", "lif_lava:step_reset",
        (
            *_LAVA, _LAVA_VTH,
            Parameter("reset_interval", 1, 1, (1 << 31) - 1, "Steps between resets."),
            Parameter("reset_offset", 0, 0, (1 << 31) - 1, "Phase of the resets, in Lava's time steps (ours + 1)."),
        ),
        _LAVA_STATE, _LAVA_ARRAYS, lowering.lower_lava_reset,
        "LIF whose state is set to zero at an interval, by Lava 0.10's fixed-point model.", limits=_LAVA_FIELDS,
    ),
    NeuronModel(
        "ternary_lif", "lif_lava:step_ternary",
        (
            *_LAVA,
            Parameter("vth_hi", 10, -(1 << 24), 1 << 24, "Upper threshold mantissa: +1 is sent above."),
            Parameter("vth_lo", -10, -(1 << 24), 1 << 24, "Lower threshold mantissa: -1 is sent below."),
        ),
        _LAVA_STATE, _LAVA_ARRAYS, lowering.lower_lava_ternary,
        "LIF with two thresholds that sends +1 and -1, by Lava 0.10's fixed-point model.",
        graded=True, limits=_LAVA_FIELDS,
    ),
)  # fmt: skip

FLOAT: tuple[NeuronModel, ...] = (
    NeuronModel(
        "lif", "lif_float:step",
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
