"""Ready rules: signs, shapes of windows, reward, error, decay."""

from dataclasses import replace

import numpy as np
import pytest
from messages import complains

from loihi_emu import Emulator, LearningRule, Network, Trace
from loihi_emu.learning import homeostatic, learning_window, pair_stdp, pes, reward_stdp, triplet_stdp


@pytest.mark.parametrize("t_epoch", [1, 2, 5])
@pytest.mark.parametrize("sign_mode", ["excitatory", "mixed"])
def test_causal_pairings_potentiate(sign_mode, t_epoch):
    after = np.arange(0, 12)
    window = learning_window(pair_stdp(0.5, 0.5, t_epoch=t_epoch), after, sign_mode=sign_mode)
    expected = 0.5 * 16 * np.exp(-(after + 1) / 10)  # a spike of step t is seen in step t + 1
    assert np.abs(window - expected).max() < 0.5


@pytest.mark.parametrize("t_epoch", [1, 2, 5])
def test_anticausal_pairings_depress(t_epoch):
    before = np.arange(-12, -1)
    window = learning_window(pair_stdp(0.5, 0.25, tau_minus=5, t_epoch=t_epoch), before)
    alone = before + 1  # steps from the spike's being seen to the arrival
    if t_epoch == 1:
        assert np.abs(window + 0.25 * 16 * np.exp(alone / 5)).max() < 0.4
    assert (window[alone < -t_epoch] < 0).all()


def test_triplets_strengthen_by_earlier_spikes():
    """A pair after another postsynaptic spike makes more of the weight than a pair alone."""
    rule = triplet_stdp(0.125, 0.125, 0.0625, 0.0625)
    grown = []
    for earlier in ([], [5]):
        net = Network(seed=2)
        source, drive = (
            net.input("s", 1, spikes=([30], [0])),
            net.input("d", 1, spikes=([*earlier, 32], [0] * (len(earlier) + 1))),
        )
        cell = net.population("c", 1, vth=1, dv=4096)
        net.connect(drive, cell, [[200]])
        net.connect(source, cell, [[100]], weight_exp=-8, learning=rule, name="w", sign_mode="excitatory")
        emulator = Emulator(net)
        emulator.run(40)
        grown.append(int(emulator.get("w", "weights")[0, 0]) - 100)
    assert 0 < grown[0] < grown[1]


def reinforced(times):
    net = Network(seed=3)
    source, drive = net.input("s", 20, spikes=(np.full(20, 5), np.arange(20))), net.input("d", 1, spikes=([7], [0]))
    cell = net.population("c", 1, vth=1, dv=4096)
    net.connect(drive, cell, [[200]])
    reward = net.input("reward", 1, spikes=(times, [0] * len(times)))
    rule = reward_stdp(0.5, 0.5, rate=0.0625, forget=0.0625)
    net.connect(
        source, cell, np.full((1, 20), 100), weight_exp=-8, learning=rule, name="w", sign_mode="excitatory",
        kind="dense", factors={"y3": reward},
    )  # fmt: skip
    emulator = Emulator(net)
    emulator.run(60)
    return emulator.get("w", "weights").mean() - 100


def test_reward_makes_weights_of_tags():
    none, early, late = reinforced([]), reinforced([10]), reinforced([40])
    assert none == 0 and early > 3 * late >= 0


def test_pes_lowers_the_error():
    """The sign of the error decides the direction, its size the speed."""
    rule = pes(0.03125)
    net = Network(seed=1)
    source, cells = net.input("s", 30, rate=0.2), net.population("c", 3, vth=131071)
    error = net.input("error", 3, spikes=(np.zeros(3, int), [0, 1, 2]), payloads=[5, -10, 0])
    error_free = net.connect(
        source,
        cells,
        np.zeros((3, 30), int),
        learning=rule,
        factors={"y1": error},
        sign_mode="mixed",
        name="w",
        kind="dense",
    )
    emulator = Emulator(net)
    emulator.run(100)
    means = emulator.get(error_free, "weights").mean(axis=1)
    assert means[0] < -5 and means[1] > 10 and means[2] == 0
    complains(lambda: net.connect(source, cells, np.zeros((3, 30), int), learning=rule), ["y1", "factors"])


def test_weights_relax_to_their_target():
    rule = homeostatic(LearningRule(dw="0*x0"), 0.125, target=100, every=2)
    net = Network(seed=1)
    source, cells = net.input("s", 50), net.population("c", 1, vth=1)
    net.connect(source, cells, np.full((1, 50), 200), learning=rule, name="w", kind="dense", sign_mode="excitatory")
    net.probe("w", "weights", every=4)
    means = Emulator(net).run(80)["w.weights"].mean(axis=(1, 2))
    expected = 100 + 100 * 0.875 ** np.arange(1, 20)
    assert np.abs(means[1:] - expected).max() < 2


def test_rules_are_plain_and_say_what_does_not_fit():
    assert replace(pair_stdp(), t_epoch=3).t_epoch == 3
    assert pair_stdp(0, 3).dw == "0*x1*y0 - 3*y1*x0"
    complains(lambda: pair_stdp(a_plus=0.3), ["pair_stdp", "a_plus", "0.25", "0.3125"])
    complains(lambda: pair_stdp(a_minus=-1), ["a_minus", "-1"])
    complains(lambda: triplet_stdp(impulse=200), ["impulse", "200"])
    complains(lambda: homeostatic("w", 1), ["homeostatic", "rule"])
    complains(lambda: learning_window("x", [1]), ["learning_window", "rule"])
    assert Trace(16, 10) == pair_stdp().x1
