"""Single neurons of the oracle, by hand."""

from importlib import import_module
from pkgutil import iter_modules

import pytest

from loihi_emu.rules import find
from loihi_emu.validation import neurons
from loihi_emu.validation.neurons import integrators
from loihi_emu.validation.neurons.lif import chip_lif, float_lif, lava_lif, lava_ternary_lif, resetting
from loihi_emu.validation.oracle_arithmetic import decay, wrap
from loihi_emu.validation.oracle_neuron import COUNTERS, Arrival, Neuron, neurons_of
from loihi_emu.validation.peers.brian2_loihi.oracle import brian2_lif


def advance(rule, neuron, q=0, *, step=0, noise_u=0, noise_v=0):
    """Advance one step; return the spike and the counters that are not 0."""
    counts = dict.fromkeys(COUNTERS, 0)
    spike = rule(neuron, Arrival(step, q, noise_u, noise_v), counts)
    return spike, {name: count for name, count in counts.items() if count}


@pytest.mark.parametrize(
    ("x", "d", "expected"),
    [
        (1, 1, 0),  # 4095/4096 is cut to 0: a loss of one unit at least
        (-1, 1, 0),
        (4096, 1, 4095),
        (4097, 1, 4095),  # 4095.9998
        (-4097, 1, -4095),
        (100, 2048, 50),
        (-101, 2048, -50),
        (8388607, 4095, 2047),
        (77, 4096, 0),
        (77, 0, 77),
    ],
)
def test_decay_truncates_what_is_left_toward_zero(x, d, expected):
    assert decay(x, d) == expected


@pytest.mark.parametrize(
    ("x", "bits", "expected"),
    [
        (2097151, 21, 2097151),
        (2097152, 21, -2097152),
        (-2097152, 21, -2097152),
        (-2097153, 21, 2097151),
        (8388608, 23, -8388608),
        (3 * 2**24 + 5, 23, 5),
    ],
)
def test_wrap_is_two_s_complement(x, bits, expected):
    assert wrap(x, bits) == expected


def test_chip_step_by_hand():
    n = Neuron(u=-1000, v=500, p={"du": 410, "dv": 41, "vth": 20, "bias": 3, "bias_exp": 2})
    # u: -(1000*3686 >> 12) + 640 = -899 + 640; v: (500*4055 >> 12) - 259 + 12 = 494 - 247
    assert advance(chip_lif, n, 640) == (0, {})
    assert (n.u, n.v) == (-259, 247)


def test_chip_threshold_is_strict_and_v_resets_to_zero():
    n = Neuron(p={"du": 4096, "dv": 0, "vth": 10})
    assert advance(chip_lif, n, 640)[0] == 0
    assert n.v == 640
    assert advance(chip_lif, n, 64)[0] == 1
    assert (n.u, n.v) == (64, 0)


def test_threshold_exponent_gives_thresholds_in_full_units():
    n = Neuron(p={"du": 4096, "dv": 0, "vth": 100, "vth_exp": 0, "bias": 100})
    assert advance(chip_lif, n)[0] == 0
    assert advance(chip_lif, n)[0] == 1


@pytest.mark.parametrize(("refractory", "spikes"), [(0, 6), (1, 6), (2, 3), (3, 2), (6, 1)])
def test_refractory_steps_count_the_spike_s_own(refractory, spikes):
    n = Neuron(p={"du": 4096, "dv": 0, "vth": 0, "bias": 1, "refractory": refractory})
    assert sum(advance(chip_lif, n)[0] for _ in range(6)) == spikes


def test_current_integrates_while_v_is_held():
    n = Neuron(p={"du": 0, "dv": 0, "vth": 0, "refractory": 3})
    advance(chip_lif, n, 64)
    advance(chip_lif, n, 64)
    assert (n.u, n.v) == (128, 0)


def test_q_wraps_at_21_bits_after_noise():
    n = Neuron(p={"du": 4096, "dv": 4096, "vth": 131071})
    assert advance(chip_lif, n, 2097151) == (0, {})
    assert n.u == 2097151
    assert advance(chip_lif, n, 2097151, noise_u=1) == (0, {"q_overflow": 1})
    assert n.u == -2097152


def test_u_and_x_wrap_at_23_bits():
    n = Neuron(u=8388000, p={"du": 0, "dv": 4096, "vth": 131071, "bias": 600})
    assert advance(chip_lif, n, 640) == (0, {"u_overflow": 1})
    assert n.u == 8388640 - 2**24
    n = Neuron(u=8388000, p={"du": 0, "dv": 4096, "vth": 131071, "bias": 600})
    assert advance(chip_lif, n, 0, noise_v=8) == (0, {"x_overflow": 1, "v_saturation": 1})
    assert (n.u, n.v) == (8388000, -8388607)  # x = -2^23 is one below the lowest v


def test_v_saturates_instead_of_wrapping():
    n = Neuron(u=8000000, v=8000000, p={"du": 0, "dv": 0, "vth": 131071})
    assert advance(chip_lif, n) == (1, {"v_saturation": 1})
    n = Neuron(u=-8000000, v=-8000000, p={"du": 0, "dv": 0, "vth": 131071, "vmin": -127})
    assert advance(chip_lif, n) == (0, {"v_saturation": 1})
    assert n.v == -127


def test_vmax_below_threshold_keeps_a_neuron_silent_without_counting():
    n = Neuron(p={"du": 4096, "dv": 0, "vth": 100, "bias": 4000, "vmax": 511})
    assert advance(chip_lif, n) == (0, {})
    assert n.v == 511


def test_overflow_counts_while_refractory():
    n = Neuron(u=8388600, held=2, p={"du": 0, "dv": 0, "vth": 0})
    assert advance(chip_lif, n, 64) == (0, {"u_overflow": 1})
    assert n.v == 0


def test_brian2_has_no_limits():
    n = Neuron(u=2**30, v=2**40, p={"du": 0, "dv": 4095, "vth": 131071, "refractory": 64})
    assert advance(brian2_lif, n, 64) == (1, {})
    assert (n.u, n.v, n.held) == (2**30 + 64, 0, 63)


@pytest.mark.parametrize(
    ("u", "a", "after", "overflow"),
    [
        (0, 131072, 2**23, 0),  # +2^23 is representable
        (0, -131072, 2**23, 1),  # and -2^23 becomes it
        (0, 131073, -(2**23) + 64, 1),
        (2**23, 262144, 2**23 - 2048, 1),
        (0, 2**25, -(2**31) + 2**24, 1),  # a<<6 wraps at 32 bits, then one 24-bit wrap only
    ],
)
def test_lava_current_wraps_once(u, a, after, overflow):
    n = Neuron(u=u, p={"du": 0, "dv": 4096, "vth": 131071})
    _, counts = advance(lava_lif, n, a)
    assert n.u == after
    assert counts.get("u_overflow", 0) == overflow


def test_lava_register_du_decays_by_one_more():
    n = Neuron(u=1000, v=1000, p={"du": 2047, "dv": 2048, "vth": 100, "bias_mant": -5, "bias_exp": -1})
    advance(lava_lif, n, 1)
    assert (n.u, n.v) == (564, 500 + 564 - 3)
    n = Neuron(u=1000, p={"du": -1, "dv": 0, "vth": 100})
    advance(lava_lif, n)
    assert n.u == 1000


def test_lava_v_saturates():
    n = Neuron(u=-(2**23) + 1, v=-(2**23) + 1, p={"du": -1, "dv": 0, "vth": 1})
    assert advance(lava_lif, n) == (0, {"v_saturation": 1})
    assert n.v == -(2**23) + 1


def test_lava_reset_comes_before_the_update_of_lava_s_step():
    n = Neuron(p={"du": -1, "dv": 0, "vth": 1000, "reset_interval": 3, "reset_offset": 5})
    trace = []
    for step in range(6):
        advance(resetting(lava_lif), n, 1, step=step)
        trace.append(n.u)
    assert trace == [64, 64, 128, 192, 64, 128]  # Lava's steps 2 and 5, ours 1 and 4


def test_lava_ternary_resets_on_both_signs():
    n = Neuron(v=-700, p={"du": 4095, "dv": 0, "vth_hi": 10, "vth_lo": -10})
    assert advance(lava_ternary_lif, n)[0] == -1
    assert n.v == 0
    assert advance(lava_ternary_lif, n, 11)[0] == 1
    assert advance(lava_ternary_lif, n, -10)[0] == 0
    assert n.v == -640


def test_float_step_and_refractoriness():
    n = Neuron(u=2.0, v=1.0, p={"du": 0.25, "dv": 0.5, "vth": 2.0, "bias": 0.125, "refractory": 2})
    assert advance(float_lif, n, 0.5)[0] == 1  # u = 2.0, v = 0.5 + 2.0 + 0.125
    assert (n.u, n.v) == (2.0, 0.0)
    assert advance(float_lif, n, 0.5)[0] == 0
    assert (n.u, n.v) == (2.0, 0.0)
    assert advance(float_lif, n, 0.5)[0] == 1


def test_the_oracle_has_each_model_of_the_table_once(monkeypatch):
    declared = [import_module(f"{neurons.__name__}.{info.name}").MODELS for info in iter_modules(neurons.__path__)]
    assert {rules for models in declared for rules in models} == {"chip", "lava", "float"}
    for rules in ("chip", "lava", "float"):
        assert neurons_of(rules).keys() == {model.name for model in find(rules).models}
    monkeypatch.setitem(integrators.MODELS, "chip", {"lif": integrators.chip_lif_subtract})
    with pytest.raises(ValueError, match='integrators has "lif" too'):
        neurons_of("chip")
