"""What a core has once: neurons that need it differently are on different cores, whatever the strategy."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from messages import UNHEEDED
from profiles import at_most

from loihi_emu import LOIHI1, LOIHI2, LearningRule, MappingError, Network, Noise, Trace

pytestmark = UNHEEDED


def where(placement, name, neuron=0):
    place = placement.where(name, neuron)
    return place.chip, place.core


def learner(epoch, dw="2^-2*x1*y0"):
    return LearningRule(dw=dw, x1=Trace(10, 5), y1=Trace(10, 5), t_epoch=epoch)


@pytest.mark.parametrize("strategy", ["greedy", "traffic"])
@pytest.mark.parametrize("rules", ["chip", "nengo_loihi", "brian2_loihi", "lava"])
@pytest.mark.parametrize("decay", ["du", "dv"])
def test_decays_of_0_and_4096_are_apart_and_others_go_with_either(rules, decay, strategy):
    low = -1 if (rules, decay) == ("lava", "du") else 0  # Lava's du is the decay less 1
    net = Network(rules=rules)
    for name, value in (("none", low), ("all", low + 4096), ("some", low + 819)):
        net.population(name, 10, vth=9, **({"du": 100, "dv": 100} | {decay: value}))
    placement = net.place(strategy=strategy)
    assert where(placement, "none") != where(placement, "all")
    assert placement.cores == 2


def test_neurons_of_one_population_are_apart_too():
    net = Network()
    decays = np.tile([0, 4096, 7], 200)
    net.population("a", 600, vth=9, dv=decays)
    placement = net.place()
    cores = np.array([placement.where("a", k).core for k in range(600)])
    assert not set(cores[decays == 0]) & set(cores[decays == 4096])
    with pytest.raises(MappingError, match=r'neurons of "a" differ in dv.*another core'):
        net.place(strategy={"a": 0})


def test_lengths_of_epochs_are_apart():
    net = Network()
    pre = net.input("pre", 4)
    for name, epoch in (("p", 2), ("q", 5), ("r", 2)):
        net.population(name, 4, vth=10)
        net.connect(pre, name, np.ones((4, 4), int), learning=learner(epoch), sign_mode="excitatory")
    net.population("free", 4, vth=10)
    placement = net.place(strategy={"p": 0, "q": 1, "r": 0, "free": 1})
    assert placement.cores == 2
    with pytest.raises(MappingError, match='"p" and "q" differ in t_epoch') as caught:
        net.place(strategy={"p": 0, "q": 0, "r": 1, "free": 0})
    assert (caught.value.resource, caught.value.need, caught.value.have) == ("epoch", 2, 1)
    greedy = net.place()
    assert where(greedy, "p") != where(greedy, "q")


def test_learning_rules_of_a_core_are_counted_and_their_limit_is_unknown():
    net = Network()
    pre, cells = net.input("pre", 2), net.population("cells", 2, vth=10)
    for k in range(5):
        rule = learner(2, f"2^-{k}*x1*y0")
        net.connect(pre, cells, np.ones((2, 2), int), learning=rule, sign_mode="excitatory")
    placement = net.place()
    assert placement.budgets["learning_rules"].tolist() == [5]
    assert placement.limits["learning_rules"] is None
    assert "learning_rules: unknown" in str(placement)
    assert LOIHI1.fact("learning_rules").grade == "unknown"
    few = replace(LOIHI1, learning_rules=4)
    with pytest.raises(MappingError, match="needs 5 learning rules alone") as caught:
        net.place(chip=few)
    assert (caught.value.resource, caught.value.need, caught.value.have) == ("learning_rules", 5, 4)


def test_a_chip_of_ones_own_may_have_no_such_setting():
    net = Network()
    net.population("a", 10, vth=9, dv=0)
    net.population("b", 10, vth=9, dv=4096)
    assert net.place(chip=replace(LOIHI1, decay_offsets_per_core=None)).cores == 1
    with pytest.raises(ValueError, match="decay_offsets_per_core: got 2, allowed is 1, or None"):
        net.place(chip=replace(LOIHI1, decay_offsets_per_core=2))


def test_the_facts_have_their_evidence():
    assert "Fugu" in LOIHI1.fact("decay_max").source
    assert not LOIHI1.fact("decay_max").doubt
    assert "Fugu" in LOIHI1.fact("decay_offsets_per_core").source
    assert LOIHI1.fact("epochs_per_core").value == 1
    assert LOIHI2.fact("epochs_per_core").weak


@at_most(25)
@given(st.data())
def test_no_core_has_a_setting_twice(data):
    """Random populations with mixed decays, noise and epochs, under both strategies."""
    net = Network()
    pre = net.input("pre", 3)
    each = {}
    for k in range(data.draw(st.integers(1, 6))):
        n = data.draw(st.integers(1, 40))
        decays = {
            key: data.draw(st.lists(st.sampled_from([0, 5, 4096]), min_size=n, max_size=n)) for key in ("du", "dv")
        }
        level = data.draw(st.sampled_from([None, 3, 9]))
        epoch = data.draw(st.sampled_from([0, 2, 5]))
        noise = None if level is None else Noise("v", level)
        net.population(f"p{k}", n, vth=9, noise=noise, **decays)
        if epoch:
            weights = np.ones((n, 3), int)
            net.connect(pre, f"p{k}", weights, learning=learner(epoch), sign_mode="excitatory")
        each[f"p{k}"] = (decays, level, epoch)
    placement = net.place(strategy=data.draw(st.sampled_from(["greedy", "traffic"])))
    found = {}
    for name, (decays, level, epoch) in each.items():
        for i in range(net.populations[name].size):
            uses = {("noise", level), ("epoch", epoch or None)}
            uses |= {(key, values[i] if values[i] in (0, 4096) else None) for key, values in decays.items()}
            for key, value in uses:
                if value is not None:
                    found.setdefault((where(placement, name, i), key), set()).add(value)
    assert all(len(values) == 1 for values in found.values()), found
