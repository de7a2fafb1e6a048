"""Weights as lists of mantissas: every weight in one list, legal, within half a step, and finer with more lists."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from loihi_emu.calibration.lists import LISTS, lists_of
from loihi_emu.rules.chip import ChipWeights


@given(st.integers(0, 1 << 30), st.integers(1, 8), st.sampled_from(LISTS), st.floats(1.0, 2000.0))
def test_lists_stand_for_the_weights(seed, bits, lists, scale):
    rng = np.random.default_rng(seed)
    values = rng.standard_t(2, 60) * (rng.random(60) < 0.8)
    values = np.clip(values, -12, 12)
    rates = rng.random(60) + 0.01
    made, acting = lists_of(values, rates, scale, bits, lists)
    rule, total, used = ChipWeights(), np.zeros(60), np.zeros(60, int)
    for one in made:
        rule.check("", one.mantissas, one.sign_mode, "sparse")
        effective = rule.effective(one.mantissas, one.sign_mode, bits, one.weight_exp)
        assert effective.truncated == effective.clipped == 0
        assert not one.mantissas[~one.chosen].any()
        total += effective.values / scale
        used += one.chosen
        inside = np.abs(acting - values)[one.chosen]
        beyond = np.abs(values[one.chosen]) * scale > one.step * (250 // (1 << (8 - bits)) + 1) / 2
        assert (inside[~beyond] <= one.step / scale * 0.5 + 1e-9).all()
    assert np.allclose(total, acting) and used.max(initial=0) <= 1
    assert ((used == 1) | (acting == 0)).all()
    assert len(made) <= lists


def test_more_lists_are_finer():
    rng = np.random.default_rng(3)
    values, rates = rng.standard_t(2, 4000), np.ones(4000)
    values = values / np.abs(values).max()
    errors = [float(((lists_of(values, rates, 2000.0, 8, k)[1] - values) ** 2).sum()) for k in LISTS]
    assert errors[1] < errors[0] / 2 and errors[2] < errors[1] / 4


def test_what_is_silent_does_not_count():
    """The second exponent serves the weights that act: without them it would be another one."""
    values = np.concatenate([np.full(50, 0.001), np.full(50, 0.013), [1.0]])
    often = np.concatenate([np.full(50, 1.0), np.full(50, 1e-6), [1.0]])
    seldom = np.concatenate([np.full(50, 1e-6), np.full(50, 1.0), [1.0]])
    for rates, group in ((often, slice(0, 50)), (seldom, slice(50, 100))):
        errors = np.abs(lists_of(values, rates, 20000.0, 4, 4)[1] - values)
        other = np.abs(lists_of(values, often if rates is seldom else seldom, 20000.0, 4, 4)[1] - values)
        assert errors[group].max() <= other[group].max()


def test_nothing_makes_no_list():
    made, acting = lists_of(np.zeros(5), np.ones(5), 100.0, 8, 4)
    assert made == [] and not acting.any()
    made, acting = lists_of(np.zeros(0), np.ones(0), 100.0, 8, 1)
    assert made == [] and acting.size == 0
