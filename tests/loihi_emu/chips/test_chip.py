"""Chips and boards: numbers, their evidence, and that unknown things stay unknown."""

import pickle
from dataclasses import fields, replace

import pytest

from loihi_emu import widths
from loihi_emu.chips.boards import BOARDS, board
from loihi_emu.chips.chip import LOIHI1, LOIHI2
from loihi_emu.errors import ReadOnlyError, UnknownNameError, ValidationError
from loihi_emu.rules.weights import EFFECTIVE_MAX

CHIPS = pytest.mark.parametrize("chip", [LOIHI1, LOIHI2], ids=lambda c: c.name)

WIDTHS = {
    "u_bits": 23, "v_bits": 23, "q_bits": 21, "decay_bits": 12, "decay_max": 4096, "vth_bits": 17, "vth_max": 131071,
    "vth_shift": 6, "bias_max": 4095, "bias_exp_max": 7, "weight_bits_max": 8, "weight_exp_min": -8,
    "weight_exp_max": 7, "weight_shift": 6, "weight_limit": 32767, "refractory_min": 1, "refractory_max": 63,
    "vmin_exp_max": 23, "vmax_exp_max": 7,
}  # fmt: skip


@CHIPS
def test_widths_are_plain_ints(chip):
    assert {name: getattr(chip, name) for name in WIDTHS} == WIDTHS
    assert all(type(getattr(chip, name)) is int for name in WIDTHS)


def test_capacities_of_loihi_1():
    assert (LOIHI1.cores, LOIHI1.compartments_per_core, LOIHI1.compartments) == (128, 1024, 131072)
    assert (LOIHI1.axons_in, LOIHI1.axons_out, LOIHI1.synaptic_memory) == (4096, 4096, 16384 * 8)
    assert (LOIHI1.max_delay, LOIHI2.max_delay) == (62, 63)


def test_loihi_2_gives_both_numbers_of_cores():
    assert (LOIHI2.cores, LOIHI2.usable_cores, LOIHI2.compartments) == (128, 120, 128 * 8192)
    assert LOIHI2.fact("cores").weak
    assert "120" in LOIHI2.fact("cores").doubt


@CHIPS
def test_every_quantity_has_evidence(chip):
    names = [f.name for f in fields(chip) if f.name not in ("name", "sources")]
    assert [f.name for f in chip.facts()] == names
    assert [f.name for f in chip.sources] == names
    for fact in chip.facts():
        assert fact.source
        assert fact.what
        assert fact.grade in ("paper", "code", "press", "derived", "unknown")
        assert (fact.value is None) == (fact.grade == "unknown")


@CHIPS
def test_derived_numbers_agree_with_their_parts(chip):
    assert chip.compartments == chip.cores * chip.compartments_per_core
    assert chip.vth_max == 2**chip.vth_bits - 1
    assert chip.bias_max == 2**chip.bias_bits - 1
    assert chip.decay_max == 2**chip.decay_bits
    assert chip.weight_limit == 2 ** (chip.q_bits - chip.weight_shift) - 1
    assert chip.max_delay < 2**chip.delay_bits


def test_no_energy_of_loihi_2_is_invented():
    measured = [f for f in LOIHI2.facts() if f.unit in ("pJ", "ns", "mW", "Gspike/s")]
    assert len(measured) == 19
    assert all(f.value is None for f in measured)
    assert LOIHI1.synop_pj == 23.6


def test_chip_and_kernels_agree():
    assert LOIHI1.decay_max == widths.DECAY_UNITY
    assert (
        LOIHI1.weight_shift, LOIHI1.q_bits, LOIHI1.v_bits,
    ) == (widths.WEIGHT_SHIFT, widths.Q_BITS, widths.STATE_BITS)  # fmt: skip
    assert LOIHI1.weight_limit == EFFECTIVE_MAX


@CHIPS
def test_chips_are_frozen_hashable_and_pickle(chip):
    with pytest.raises(ReadOnlyError, match="changed copy"):
        chip.cores = 1
    again = pickle.loads(pickle.dumps(chip))
    assert again == chip
    assert hash(again) == hash(chip)
    assert again.facts() == chip.facts()


def test_a_changed_chip_says_what_was_changed():
    small = replace(LOIHI1, cores=4)
    assert small != LOIHI1
    assert small.fact("cores").grade == "changed"
    assert "Loihi 1 has 128" in small.fact("cores").source
    assert small.fact("axons_in") == LOIHI1.fact("axons_in")


def test_fewer_cores_are_fewer_usable_ones():
    assert (replace(LOIHI1, cores=4).usable_cores, replace(LOIHI2, cores=4).usable_cores) == (4, 4)
    assert (replace(LOIHI1, cores=200).usable_cores, replace(LOIHI2, cores=121).usable_cores) == (128, 120)
    assert replace(LOIHI1, cores=4, usable_cores=3).usable_cores == 3
    assert replace(LOIHI1, usable_cores=500).usable_cores == 500


def test_unknown_quantity_offers_near_names():
    with pytest.raises(UnknownNameError, match='did you mean "max_delay"'):
        LOIHI1.fact("maxdelay")


@CHIPS
def test_texts(chip):
    table = chip.describe()
    assert all(f.name in table and f.source in table for f in chip.facts())
    assert chip.name in repr(chip)
    assert "\n" not in repr(chip)
    assert "press?" in LOIHI2.describe()


def test_fewer_compartments_allow_longer_delays():
    assert [LOIHI1.delay_limit(n) for n in (1, 128, 129, 1024)] == [62, 62, 61, 6]
    assert LOIHI2.delay_limit(100) is None
    with pytest.raises(ValidationError, match=r"got 1025, allowed is 1\.\.1024"):
        LOIHI1.delay_limit(1025)


def test_boards():
    assert len({b.name for b in BOARDS}) == len(BOARDS) == 8
    assert all(1 <= b.fewest <= b.most and b.evidence.source for b in BOARDS)
    springs = board("pohoiki springs")
    assert board("Pohoiki_Springs") is board("pohoiki-springs") is springs
    assert (springs.chip, springs.most, springs.compartments) == (LOIHI1, 768, 768 * 131072)
    assert board("Wolf Mountain").evidence.doubt
    assert repr(board("Nahuku")) == "<Board Nahuku: 8..32 x Loihi 1>"
    with pytest.raises(UnknownNameError, match='did you mean "Hala Point"'):
        board("Hala Pont")
