"""nengo-loihi 1.1.0's emulator as a rule set: the chip's rules with weights in full units of u, and its generator."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from loihi_emu.models import layout as at
from loihi_emu.models.neurons.lif_chip import CHIP_LIF
from loihi_emu.models.neurons.lif_chip import lower as lower_chip
from loihi_emu.models.specification import Arrays, Parameter
from loihi_emu.network.elements import Connection
from loihi_emu.rules.chip import ChipWeights
from loihi_emu.rules.rule_set import RuleSet
from loihi_emu.rules.weights import Sums
from loihi_emu.validation.peers.nengo_loihi.learning_rules import NengoLearning
from loihi_emu.widths import STATE_MAX, WEIGHT_SHIFT

UNIT = WEIGHT_SHIFT
"""Weights of exponent 0 count 2^6 units of u."""


class NengoWeights(ChipWeights):
    """The chip's weights; effective ones have an exponent, since they need not be multiples of 64 units of u."""

    scaled_exponents = (-UNIT, 0)

    def sums(self, c: Connection) -> Sums:
        """Sums are brought to units of u, in which this peer adds them up."""
        return Sums(UNIT + (c.weight_exp if c.scaled else 0))


def lower(p: Mapping[str, Any], context: Mapping[str, Any]) -> tuple[Arrays, int]:
    """The chip's LIF with currents in full units, since nengo-loihi's weights need not be multiples of 64."""
    arrays, flags = lower_chip(p, context)
    return arrays, flags | at.CHECKED_ONLY | at.FULL_UNITS | at.FULL


LIF = replace(
    CHIP_LIF.with_parameters(
        Parameter("vth", None, 0, STATE_MAX, "Threshold; in units of 64 unless vth_exp is 0."),
        Parameter("vth_exp", 6, 0, 6, "Shift of the threshold."),
        Parameter("bias", 0, -4095 * 128, 4095 * 128, "Bias, mantissa or (bias_exp 0) in full."),
        Parameter("refractory", 1, 0, 63, "Refractory period; 0 acts as 1."),
        Parameter("vmin", -STATE_MAX, -STATE_MAX - 1, 0, "Lower limit of v."),
        Parameter("v", 0, -STATE_MAX - 1, STATE_MAX, "Voltage at the start, 24 bits signed."),
    ),
    lower=lower,
    text="The chip's rules in the units of nengo-loihi 1.1.0, with its noise generator.",
    limits={"u": (-STATE_MAX - 1, STATE_MAX), "v": (-STATE_MAX - 1, STATE_MAX), "rest": (0, 64)},
)

RULE_SET = RuleSet(
    "nengo_loihi",
    "nengo-loihi 1.1.0's emulator, quirks included, to replay what it recorded.",
    models=(LIF,),
    weights=NengoWeights(),
    learning=NengoLearning(),
    generator="loihi_emu.validation.peers.nengo_loihi.generator:Twister",
    leaves=(
        "loihi_emu.validation.peers.nengo_loihi.learning_nengo",
        "loihi_emu.validation.peers.nengo_loihi.twister",
    ),
)
