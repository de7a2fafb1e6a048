"""brian2-loihi 0.5.2 as a rule set: the chip's rules without any limit of width, without bias."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from loihi_emu.models.neurons.lif_chip import DU, DV, VTH
from loihi_emu.models.specification import Arrays, NeuronModel, Parameter
from loihi_emu.rules.chip import RANGES, ChipWeights
from loihi_emu.rules.rule_set import RuleSet
from loihi_emu.validation.peers.brian2_loihi import lif_brian2
from loihi_emu.validation.peers.brian2_loihi.learning_rules import Brian2Learning
from loihi_emu.widths import DECAY_UNITY, WEIGHT_SHIFT

LARGEST = float(1 << 50)
"""Magnitude of u and v at the start."""


def lower(p: Mapping[str, Any], context: Mapping[str, Any]) -> tuple[Arrays, int]:
    """brian2-loihi's LIF: no bias, no limits."""
    return {
        "keep_u": DECAY_UNITY - p["du"],
        "keep_v": DECAY_UNITY - p["dv"],
        "vth": p["vth"] << WEIGHT_SHIFT,
        "refractory": p["refractory"],
    }, 0


LIF = NeuronModel(
    "lif", lif_brian2.step, lif_brian2.LIF,
    (
        DU, DV, VTH,
        Parameter("refractory", 1, 1, 64, "Refractory period in steps."),
        Parameter("u", 0, -LARGEST, LARGEST, "Current at the start."),
        Parameter("v", 0, -LARGEST, LARGEST, "Voltage at the start."),
    ),
    lower,
    "LIF as brian2-loihi 0.5.2 has it: the chip's rules without any limit of width, without bias.",
    limits={"u": (-LARGEST, LARGEST), "v": (-LARGEST, LARGEST), "rest": (0, 64)},
)  # fmt: skip

RULE_SET = RuleSet(
    "brian2_loihi",
    "brian2-loihi 0.5.2, quirks included, to replay what it recorded.",
    models=(LIF,),
    weights=ChipWeights(RANGES | {"inhibitory": (-256, 0)}),
    learning=Brian2Learning(),
    unlimited=("u", "v"),
    leaves=(
        "loihi_emu.validation.peers.brian2_loihi.lif_brian2",
        "loihi_emu.validation.peers.brian2_loihi.learning_brian2",
    ),
)
