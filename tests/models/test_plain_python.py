"""The same kernels as plain Python (NUMBA_DISABLE_JIT=1) give the same numbers as compiled ones."""

import os
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import plain
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from messages import UNHEEDED
from plastic_convolutions import convolutions
from plastic_networks import networks
from recipes import Link, Node, Recipe
from strategies import RULES, recipes

from loihi_emu import Conv2D, LearningRule, Network, Trace
from loihi_emu.jit import COMPILED
from loihi_emu.rules import find
from loihi_emu.validation.golden import load
from loihi_emu.validation.golden_brian2 import brian2_network
from loihi_emu.validation.golden_nengo import nengo_network

pytestmark = [UNHEEDED, pytest.mark.slow]

EXAMPLES = 10
FIXED = settings(max_examples=EXAMPLES, derandomize=True, database=None, phases=[Phase.generate])
SUPPORT = Path(plain.__file__).parent


def fixed_recipes(rules, model):
    """The same few random networks of a model in every run."""
    found = []

    @FIXED
    @given(recipes(rules=st.just(rules), model=model, most=20, steps=8))
    def collect(recipe):
        found.append(recipe)

    collect()
    return found


def float_convolution():
    """A convolution of float64."""
    nodes = Node("image", (3, 3, 1), True, {"rate": 0.6}), Node("cells", (2, 2, 1), False, {"vth": 3.0})
    return Recipe("float", 0, nodes, (Link("image", "cells", Conv2D(np.full((1, 2, 2, 1), 0.75))),), 6)


def fixed_networks():
    """The same few networks in every run: that learn, by the chip's rules and by two peers', and seen as on a chip."""
    found = [brian2_network(*load("brian2_loihi", name)).network for name in ("stdp_triplet", "stdp_bits5_uint")]
    case, arrays = load("brian2_loihi", "stdp_pair_rand05")
    case["synapses"][0]["delay"] = 3
    found.append(brian2_network(case, arrays).network)
    found += [seen_as_on_a_chip(rules) for rules in ("chip", "brian2_loihi")]
    found.append(learning_in_float64())
    found += [nengo_network(*load("nengo_loihi", name)).network for name in ("pes_two_noise", "pes_strong")]

    @FIXED
    @given(networks(), networks(simple=True), convolutions())
    def collect(one, two, three):
        found.extend([one, two, three])

    collect()
    return found


def learning_in_float64():
    """A connection that learns from spikes, and one from spikes that carry values."""
    net = Network(rules="float")
    drive, cells = net.input("drive", 2, rate=0.6), net.population("cells", 3, vth=9.0)
    sums = net.population("sums", 2, model="sigma")
    rule = LearningRule("2^-2*x1*y0", x1=Trace(16, 10), y1=Trace(16, 10))
    net.connect(drive, sums, np.eye(2) / 4)
    for source, name in ((drive, "plain"), (sums, "valued")):
        connection = net.connect(source, cells, np.full((3, 2), 4.0), name=name, graded=True, learning=rule)
        net.probe(connection, "weights")
    return net


def seen_as_on_a_chip(rules):
    """A network whose v is read as a chip's probe does; 32 and 64 bits wide."""
    net = Network(rules=rules)
    drive, cells = net.input("drive", 2, rate=0.6), net.population("cells", 3, vth=9, refractory=2)
    net.connect(drive, cells, [[9, 8], [7, 20], [30, 5]])
    net.probe(cells, "v", view="chip")
    return net


@pytest.mark.skipif(not COMPILED, reason="nothing to compare with: kernels are plain Python in this process")
def test_plain_python_gives_the_same_results(tmp_path):
    every = [(rules, model.name) for rules in RULES for model in find(rules).models]
    chosen = [recipe for rules, model in every for recipe in fixed_recipes(rules, model)] + [float_convolution()]
    source, target = tmp_path / "recipes", tmp_path / "results"
    learning = fixed_networks()
    source.write_bytes(pickle.dumps((chosen, learning)))
    environment = os.environ | {"NUMBA_DISABLE_JIT": "1"}
    heard = ["-W", "error", "-W", "ignore::UserWarning"]  # random networks have parts without effect
    command = [sys.executable, *heard, str(SUPPORT / "plain.py"), str(source), str(target)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done.stderr
    slow, slow_learning, calls = pickle.loads(target.read_bytes())
    for recipe, got in zip(chosen, slow, strict=True):
        assert got == plain.results(recipe)
    for network, got in zip(learning, slow_learning, strict=True):
        assert got == plain.learned(network)
    of_shares = (
        "gather.",
        "barrier.",
        "boards.",
        "team.",
        "exchange.",
        "due.enter_later",
        "due.due_now",
        "shared.settle",
    )
    apart = {name for name in plain.all_leaves() if name.startswith(of_shares)}
    assert set(calls) == set(plain.all_leaves()) - apart, "leaves that no network called"
