"""What PhysicalUnits says of weights, biases and rates is what a network does."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from loihi_emu import Emulator, Network, PhysicalUnits, ValidationError
from loihi_emu.widths import STATE_MAX

UNITS = PhysicalUnits(threshold=15, vth=1000, dt=0.5)


@given(mv=st.floats(-3, 3), du=st.integers(0, 4096), dv=st.integers(0, 4096))
def test_one_spike_moves_v_as_far_as_said_by_the_nearest_weight(mv, du, dv):
    assume(du + dv > 0)
    units = PhysicalUnits(threshold=1000, vth=20_000)
    peaks = units.peak(np.arange(256), du=du, dv=dv)
    assume(abs(mv) <= peaks[-1])
    weight = units.weight(mv, du=du, dv=dv)
    assert abs(units.peak(weight, du=du, dv=dv) - mv) == pytest.approx(np.abs(peaks - abs(mv)).min())
    net = Network()
    source = net.input("source", 1, spikes=([1], [0]))
    cell = net.population("cell", 1, du=du, dv=dv, vth=100_000)
    net.connect(source, cell, [[int(weight)]], sign_mode="excitatory" if weight >= 0 else "inhibitory")
    net.probe(cell, "v")
    v = units.millivolts(Emulator(net).run(3000)["cell.v"].ravel())
    assert v[np.abs(v).argmax()] == units.peak(weight, du=du, dv=dv)


@pytest.mark.parametrize("mv", [0.5, -9.0, 200.0])
def test_a_bias_settles_where_said(mv):
    units = PhysicalUnits(threshold=250, vth=100_000, dt=0.5)
    net = Network()
    cell = net.population("cell", 1, dv=units.decay(10), vth=units.vth, **units.bias(mv, dv=units.decay(10)))
    net.probe(cell, "v")
    v = units.millivolts(Emulator(net).run(400)["cell.v"].ravel())
    assert v[-1] == pytest.approx(mv, rel=0.02)


def test_a_bias_has_the_smallest_exponent_that_holds_it():
    units = PhysicalUnits(threshold=64, vth=1000)  # 1000 units of v a mV
    assert units.bias(4.095, dv=4096) == {"bias": 4095, "bias_exp": 0}
    assert units.bias(4.096, dv=4096) == {"bias": 2048, "bias_exp": 1}
    assert units.bias([1.0, -8.19], dv=4096)["bias"].tolist() == [500, -4095]


def test_a_peak_ends_where_v_saturates():
    assert UNITS.peak([255, -255], du=1, dv=0).tolist() == (np.array([1, -1]) * STATE_MAX / UNITS.units_per_mv).tolist()


def test_numbers_are_kept_as_what_they_stand_for():
    units = PhysicalUnits(threshold=np.array(15), vth=1000.0, dt=np.float32(0.5))
    assert units == UNITS and repr(units) == repr(UNITS) and hash(units) == hash(UNITS)
    assert units.weight(0.5, du=742, dv=200) == UNITS.weight(0.5, du=742, dv=200)


def test_times_and_rates():
    assert UNITS.steps(2) == 4 and type(UNITS.steps(2)) is int
    assert UNITS.steps(np.array([[0.0, 0.2], [0.3, 2.0]])).tolist() == [[0, 0], [1, 4]]
    assert UNITS.steps([1, 2]).dtype == np.int64
    assert UNITS.decay(20) == 101
    assert UNITS.rate(50) == 0.025
    assert UNITS.rate([0, 2000]).tolist() == [0, 1]
    assert UNITS.milliseconds([0, 10]).tolist() == [0, 5]
    assert UNITS.hertz(25, steps=1000) == 50


@pytest.mark.parametrize(("du", "dv", "gain"), [(4096, 100, 1), (4096, 4096, 1), (2048, 2048, 1), (1024, 0, 245 / 64)])
def test_gains_of_known_responses(du, dv, gain):
    assert UNITS.peak(1, du=du, dv=dv) == pytest.approx(gain * 64 / UNITS.units_per_mv)


@pytest.mark.parametrize(
    ("wrong", "text"),
    [
        (lambda: PhysicalUnits(threshold=0, vth=10), "threshold: got 0, allowed is one number above 0"),
        (lambda: PhysicalUnits(threshold=[15, 15], vth=10), "allowed is one number above 0"),
        (lambda: PhysicalUnits(threshold=15, vth=1 << 17), r"vth: got 131072, allowed is 1\.\.131071"),
        (lambda: PhysicalUnits(threshold=15, vth=1000, dt=-1), "dt: got -1"),
        (lambda: UNITS.weight(50, du=742, dv=200), r"up to 13.* Take vth=27\d or less"),
        (lambda: UNITS.weight(1, du=0, dv=0), "at least one above 0"),
        (lambda: UNITS.bias(1, dv=0), "v does not settle"),
        (lambda: UNITS.bias(200, dv=4096), "smaller vth"),
        (lambda: UNITS.rate(3000), "shorter steps .*, or several sources"),
        (lambda: UNITS.steps([1, -1]), "ms: got -1 at index 1"),
        (lambda: UNITS.steps(np.inf), "ms: got inf"),
        (lambda: UNITS.steps([1, 1e300]), "ms: got .* at index 1"),
        (lambda: UNITS.peak(1.5, du=742, dv=200), "weight: got 1.5, allowed is whole numbers"),
        (lambda: UNITS.weight(1e9, du=742, dv=200), "look at its unit"),
        (lambda: UNITS.hertz(3, steps=0), "steps"),
    ],
)
def test_what_cannot_be_is_an_error(wrong, text):
    with pytest.raises(ValidationError, match=text):
        wrong()
