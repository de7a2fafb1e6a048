"""Decays and time constants: the formula, its rounding, the round trip and what is refused."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loihi_emu.decay import decay_from_tau, tau_from_decay
from loihi_emu.errors import ValidationError
from loihi_emu.widths import DECAY_UNITY

pytestmark = pytest.mark.filterwarnings("ignore:decay_from_tau. tau=.* (counts steps|is beyond the slowest)")

DECAYS = np.arange(DECAY_UNITY + 1)


def test_round_trip_of_every_decay():
    tau = tau_from_decay(DECAYS)
    assert tau.dtype == np.float64
    assert (decay_from_tau(tau) == DECAYS).all()


@given(st.integers(0, DECAY_UNITY), st.floats(1e-6, 1e3))
def test_round_trip_in_any_unit_of_time(decay, dt):
    assert decay_from_tau(tau_from_decay(decay, dt), dt) == decay


@given(st.floats(0.05, 1e6), st.floats(1e-3, 1e3))
def test_rounding_is_at_most_half_a_unit(tau, ratio):
    decay = decay_from_tau(tau, dt=ratio)
    assert type(decay) is int
    assert abs(decay - 4096 * (1 - np.exp(-ratio / tau))) <= 0.5 + 1e-9


@given(st.lists(st.floats(0, 1e9), min_size=2, max_size=20))
def test_longer_time_constants_never_decay_faster(taus):
    assert (np.diff(decay_from_tau(np.sort(taus))) <= 0).all()


def test_scalars_stay_scalars_and_arrays_keep_their_shape():
    assert type(decay_from_tau(10.0)) is int
    assert type(tau_from_decay(100)) is float
    out = decay_from_tau(np.full((2, 3), 10.0))
    assert out.dtype == np.int64
    assert out.shape == (2, 3)
    assert tau_from_decay([1, 2]).shape == (2,)


def test_ends():
    assert decay_from_tau([0.0, 1e-300, np.inf, 8191.0, 8192.0]).tolist() == [4096, 4096, 0, 1, 0]
    assert tau_from_decay(0) == np.inf
    assert str(tau_from_decay(4096)) == "0.0"
    assert round(tau_from_decay(1), 1) == 4095.5


@pytest.mark.parametrize("tau", [10, 50, 200])
def test_exponential_stays_on_the_curve_where_first_order_leaves_it(tau):
    curve = np.exp(-1.0)
    ours = (1 - decay_from_tau(tau) / 4096) ** tau
    euler = (1 - round(4096 / tau) / 4096) ** tau
    assert abs(ours - curve) < 0.02
    assert abs(ours - curve) <= abs(euler - curve)


@pytest.mark.parametrize("tau", [-1.0, float("nan"), [1.0, -2.0], "10"])
def test_bad_time_constants(tau):
    with pytest.raises(ValidationError, match="decay_from_tau, tau"):
        decay_from_tau(tau)


@pytest.mark.parametrize("dt", [0.0, -1.0, float("nan"), float("inf"), [1.0]])
def test_bad_steps(dt):
    with pytest.raises(ValidationError, match="dt: got"):
        decay_from_tau(10.0, dt=dt)


@pytest.mark.parametrize("decay", [-1, 4097, 0.5])
def test_bad_decays(decay):
    with pytest.raises(ValidationError, match="tau_from_decay, decay: got"):
        tau_from_decay(decay)
