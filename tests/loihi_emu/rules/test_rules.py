"""Rule sets: the table of them, and one of a user's own in one file."""

import subprocess
import sys
from contextlib import contextmanager
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import narrow_rules
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from messages import UNHEEDED
from recipes import assert_equals_oracle
from strategies import recipes

from loihi_emu import Emulator, LearningRule, Network, Trace, UnknownNameError, ValidationError
from loihi_emu.image.draws import Generator
from loihi_emu.jit import Leaf
from loihi_emu.lazy import imported
from loihi_emu.rules import find, names, register, table
from loihi_emu.validation import oracle

pytestmark = UNHEEDED

ROOT = Path(__file__).resolve().parents[3]


@contextmanager
def registered(*rule_sets):
    """Rule sets known for the length of a block."""
    known, plain = dict(table._known), dict(oracle.RULES)
    try:
        for rule_set in rule_sets:
            register(rule_set)
        oracle.register(narrow_rules.ORACLE)
        yield
    finally:
        for now, before in ((table._known, known), (oracle.RULES, plain)):
            now.clear()
            now.update(before)


@pytest.fixture
def narrow():
    with registered(narrow_rules.RULE_SET):
        yield "narrow"


# ------------------------------------------------------------ the table
@pytest.mark.parametrize("name", names())
def test_what_a_rule_set_names_is_there(name):
    rules = find(name)
    assert rules.name == name and rules.text and rules.models
    assert all(isinstance(model.leaf, Leaf) for model in rules.models)
    assert issubclass(imported(rules.generator), Generator)
    assert rules.learning is None or callable(imported(rules.learning.learner))
    leaves = [value for module in rules.leaves for value in vars(import_module(module)).values()]
    assert any(isinstance(value, Leaf) for value in leaves) or not rules.leaves


@pytest.mark.parametrize("name", names())
def test_every_model_has_a_rule_of_the_oracle(name):
    assert {model.name for model in find(name).models} == set(oracle.RULES[name].neurons)


@pytest.mark.slow
def test_peers_are_imported_when_a_network_asks_for_them():
    code = """
import sys
from loihi_emu import Emulator, Network
def run(rules):
    net = Network(rules=rules)
    net.population("cells", 2, vth=9)
    Emulator(net).run(2)
    return [name for name in sys.modules if name.startswith("loihi_emu.validation")]
assert run("chip") == [], run("chip")
assert "loihi_emu.validation.peers.nengo_loihi.rule_set" in run("nengo_loihi")
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, cwd=ROOT)
    assert done.returncode == 0, done.stderr


# ------------------------------------------------------------ a rule set of one's own
@given(st.data())
def test_a_rule_set_of_ones_own_equals_its_oracle(data):
    with registered(narrow_rules.RULE_SET):
        recipe = data.draw(recipes(rules=st.just("narrow")))
        assert_equals_oracle(recipe.network(), recipe.run(), counters=False)


def wide(rules):
    """A network whose u passes 2^15."""
    net = Network(rules=rules)
    source, cells = net.input("source", 1, spikes=([0, 1, 2], [0, 0, 0])), net.population("cells", 1, du=0, vth=900)
    net.connect(source, cells, [[255]])
    net.probe(cells, ["spikes", "u"])
    return net


def test_it_counts_otherwise_than_the_chip(narrow):
    runs = [Emulator(wide(rules)).run(4)["cells.u"].ravel() for rules in ("chip", narrow)]
    assert runs[0].tolist() == [16320, 32640, 48960, 48960]
    assert runs[1].tolist() == [16320, 32640, 48960 - 65536, 48960 - 65536]


def test_its_name_is_in_recordings_files_and_placements(narrow, tmp_path):
    net = wide(narrow)
    recording = Emulator(net).run(3)
    assert recording.info["rules"] == "narrow"
    path = net.save(tmp_path / "net")
    again = Network.load(path)
    assert again.rules == "narrow" and again.rule_set is narrow_rules.RULE_SET
    np.testing.assert_array_equal(Emulator(again).run(3)["cells.u"], recording["cells.u"])
    assert net.place().cores == 1


def test_checkpoints_and_learning_work_under_it(narrow, tmp_path):
    net = wide(narrow)
    rule = LearningRule(dw="2^-2*x1*y0", x1=Trace(40, 5.0), y1=Trace(40, 5.0))
    net.connect("source", "cells", [[9]], name="learns", sign_mode="mixed", learning=rule)
    net.probe("learns", ["weights", "x1"])
    slow = oracle.Oracle(net)
    slow.run(12)
    emulator = Emulator(net)
    emulator.run(5)
    emulator.save(tmp_path / "point")
    emulator.run(4)
    emulator.restore(tmp_path / "point")
    assert emulator.run(7)["learns.weights"].reshape(7, 1).tolist() == slow.learned["learns"]["w"][5:]


def test_registering():
    with registered(narrow_rules.RULE_SET):
        assert names()[-1] == "narrow"
        shorter = replace(narrow_rules.RULE_SET, max_delay=2)
        register(shorter)  # in its place
        assert Network(rules="narrow").max_delay == 2
    with pytest.raises(UnknownNameError, match='unknown rule set "narrow"'):
        Network(rules="narrow")
    with pytest.raises(ValidationError, match="got 'chip', allowed is a new name"):
        register(replace(narrow_rules.RULE_SET, name="chip"))
    with pytest.raises(ValidationError, match="RuleSet"):
        register("narrow")


@pytest.mark.parametrize(
    ("changed", "text"),
    [
        ({"text": None}, "text: got None, allowed is a sentence"),
        ({"max_delay": -1}, "max_delay: got -1, allowed is a whole number"),
        ({"max_delay": "3"}, "max_delay: got '3'"),
        ({"weights": None}, "weights: got None, allowed is an object of a WeightRule"),
        ({"learning": "chip"}, "learning: got 'chip', allowed is an object of a LearningRules, or None"),
        ({"generator": "draws"}, "generator: got 'draws', allowed is \"module:class\""),
        ({"leaves": "narrow_rules"}, "leaves: got 'narrow_rules', allowed is a tuple of names"),
        ({"unlimited": ("w",)}, "unlimited: got 'w', allowed is names of state: rest, u, v"),
        ({"models": ("lif",)}, "models: got 'lif', allowed is a sequence of NeuronModel"),
        ({"models": narrow_rules.RULE_SET.models * 2}, 'two of the name "lif"'),
        ({"models": find("float").models}, "which adds up float64, allowed is models that add up integers"),
    ],
)  # fmt: skip
def test_parts_of_other_kinds_are_refused(changed, text):
    with pytest.raises(ValidationError, match="register, .*" + text):
        register(replace(narrow_rules.RULE_SET, **changed))
    assert "narrow" not in names()
