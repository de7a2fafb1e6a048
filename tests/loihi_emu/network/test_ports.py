"""Neurons with several ports: which one a connection reaches, and that everything else goes with it."""

from dataclasses import replace

import numpy as np
import pytest
import scipy.sparse
from hypothesis import given
from hypothesis import strategies as st
from messages import UNHEEDED, complains
from mutated_networks import lava, plain
from mutations import read, write
from recipes import assert_equals_oracle, assert_same
from strategies import recipes

from loihi_emu import Conv2D, Emulator, LearningRule, Network, Trace
from loihi_emu.errors import UnknownArgumentError, UnknownNameError
from loihi_emu.image.sizes import image_sizes
from loihi_emu.models.specification import NeuronModel
from loihi_emu.rules import find, names, table

pytestmark = UNHEEDED

EVERY = [(rules, model) for rules in names() for model in find(rules).models if len(model.ports) > 1]
MOST = 1 << 16
"""Accumulators that one chunk of sparse synapses reaches."""


def pulses(net, size, payloads):
    """An input that sends these payloads, one a neuron, in step 0."""
    return net.input("in", size, spikes=(np.zeros(size, int), np.arange(size)), payloads=payloads)


def products(net, shape, **parameters):
    """Neurons that send the product of what arrives at both ports."""
    return net.population("out", shape, model="prod_neuron", **({"vth": 0} | parameters))


def sent(net, steps=1):
    """Payloads of each neuron of "out", by step."""
    net.probe("out")
    spikes = Emulator(net).run(steps).spikes("out")
    found = np.zeros((steps, net["out"].size), np.int64)
    found[spikes.times, spikes.indices] = spikes.payloads
    return found


# ------------------------------------------------------------ which port
def test_the_first_port_is_the_default_and_others_are_named():
    net = Network(rules="lava")
    source, cells = pulses(net, 2, [3, 5]), net.population("cells", 2, model="rf", period=8, alpha=0)
    made = [net.connect(source, cells, np.eye(2, dtype=int), port=port) for port in (None, "a_real_in", "a_imag_in")]
    assert [c.port for c in made] == ["a_real_in", "a_real_in", "a_imag_in"]
    assert repr(made[2]) == (
        '<Connection "in->cells (3)": in -> cells (a_imag_in), dense, 4 weights, excitatory, exponent 0>'
    )
    assert [c.port for c in net.copy().connections.values()] == [c.port for c in made]


def test_where_there_is_one_port_it_may_be_named():
    net = Network()
    cells = net.population("cells", 2, vth=9)
    made = net.connect(cells, cells, np.eye(2, dtype=int), port="a_in")
    assert made.port == "a_in" and "a_in" not in repr(made)


@pytest.mark.parametrize("port", ["imag", 1, ["a_imag_in"], ""])
def test_unknown_ports_are_errors_that_list_those_there_are(port):
    net = Network(rules="lava")
    cells = net.population("cells", 2, model="rf", period=8, alpha=0)
    with pytest.raises(UnknownNameError, match=r'"cells->cells", model "rf": unknown port .*"a_real_in", "a_imag_in"'):
        net.connect(cells, cells, np.eye(2, dtype=int), port=port)
    with pytest.raises(UnknownArgumentError, match='did you mean "port"'):
        net.connect(cells, cells, np.eye(2, dtype=int), receptor="a_imag_in")
    assert not net.connections


def test_a_port_is_part_of_the_structure():
    net = Network(rules="lava")
    cells = net.population("cells", 2, model="rf", period=8, alpha=0)
    net.connect(cells, cells, np.eye(2, dtype=int), name="c", port="a_imag_in")
    with pytest.raises(UnknownNameError, match="port is part of the structure"):
        Emulator(net).get("c", "port")


# ------------------------------------------------------------ what goes with it
def test_slices_delays_exponents_and_lists():
    net = Network(rules="lava")
    source, cells = pulses(net, 3, [2, 4, 6]), products(net, 7)
    net.connect(source, cells[1:7:2], np.eye(3, dtype=int) * 10, graded=True, delays=np.eye(3, dtype=int))
    halved = ([0, 1, 2], [2, 1, 0], [3, 3, 3])
    net.connect(source, cells[1:7:2], halved, graded=True, delays=[1, 1, 1], weight_exp=-1, port="a_in2")
    matrix = scipy.sparse.csr_matrix(np.ones((1, 3), int))
    net.connect(source, cells[3], matrix, graded=True, delays=1, weight_exp=1, port="a_in2", sign_mode="excitatory")
    expected = np.zeros((3, 7), int)
    expected[1, 1::2] = [20 * 9, 40 * (6 + 24), 60 * 3]
    assert sent(net, 3).tolist() == expected.tolist()


@pytest.mark.parametrize("port", ["a_in1", "a_in2"])
def test_convolutions_reach_a_port(port):
    net, kernel = Network(rules="lava"), np.arange(8).reshape(2, 2, 2, 1) - 3
    image, cells = net.input("image", (3, 4, 1), rate=0.5), products(net, (2, 3, 2))
    other = "a_in1" if port == "a_in2" else "a_in2"
    net.connect(image, cells, Conv2D(kernel), port=port, delays=1)
    net.connect(image, cells, Conv2D(kernel[::-1] * 5), port=other)
    net.probe(cells)
    net.probe(image)
    recording = Emulator(net).run(12)
    assert len(recording.spikes("out"))
    assert_equals_oracle(net, recording)


@pytest.mark.parametrize("kind", ["list", "dense"])
def test_more_accumulators_than_a_chunk_has(kind):
    size = MOST - 3
    net, rng = Network(rules="lava"), np.random.default_rng(1)
    few = rng.permutation(size)[:50]
    source, cells = pulses(net, 50, rng.integers(1, 100, 50)), products(net, size)
    other = net.population("other", 9, model="prod_neuron")
    for port in ("a_in1", "a_in2"):
        weights = (np.arange(50), few, np.full(50, 7))
        if kind == "dense":
            weights = np.full((size, 50), 2)
        net.connect(source, cells, weights, graded=True, port=port)
    net.connect(source, other, np.ones((9, 50), int), port="a_in2")
    payloads = net["in"].payloads
    expected = np.zeros(size, np.int64)
    expected[few] = (7 * payloads) ** 2
    if kind == "dense":
        expected[:] = (2 * payloads.sum()) ** 2
    assert sent(net)[0].tolist() == expected.tolist()


@pytest.mark.parametrize("kind", ["dense", "list", "conv"])
def test_connections_that_learn_reach_a_port(monkeypatch, kind):
    """Under the chip's rules, with a model of Lava's: the weights change as onto a LIF, and arrive as fixed ones do."""
    chip = find("chip")
    both = replace(chip, name="both", models=(*chip.models, find("lava").model("rf")))
    monkeypatch.setitem(table._known, "both", both)
    weights = {"dense": np.arange(12).reshape(3, 4) * 9, "list": ([0, 1, 3, 3], [2, 0, 1, 2], [9, 90, 40, 7])}
    weights["conv"] = Conv2D(np.full((1, 2, 2, 1), 60))
    states = []
    for learning in (None, LearningRule(dw="x0*y0", x1=Trace(1, 1)), LearningRule(dw="x0*1")):
        net = Network(rules="both", seed=3)
        source = net.input("in", (2, 4, 1) if kind == "conv" else 4, rate=0.5)
        cells = net.population("cells", (1, 3, 1), model="rf", period=6, alpha=0.1, state_exp=4, vth=1 << 20)
        how = {"learning": learning, "sign_mode": "excitatory", "port": "a_imag_in", "delays": 1}
        net.connect(source, cells, weights[kind], **how)
        net.probe(cells, ["real", "imag"])
        states.append(Emulator(net).run(15))
    fixed, still, grows = states
    assert_same(fixed, still, ["cells.real", "cells.imag"])
    assert fixed["cells.imag"].any() and (fixed["cells.imag"] != grows["cells.imag"]).any()


@pytest.mark.slow
@given(st.data())
@pytest.mark.parametrize(("rules", "model"), [(rules, model.name) for rules, model in EVERY])
def test_files_keep_ports(tmp_path_factory, rules, model, data):
    recipe = data.draw(recipes(rules=st.just(rules), model=model))
    net = recipe.network()
    back = Network.load(net.save(tmp_path_factory.mktemp("ports") / "net"))
    assert [c.port for c in back.connections.values()] == [c.port for c in net.connections.values()]
    assert_same(Emulator(back).run(recipe.steps), Emulator(net).run(recipe.steps))


@pytest.mark.parametrize(
    ("net", "port"), [(lava, None), (lava, "a_in"), (lava, "imag"), (lava, 1), (plain, "a_in"), (plain, "a_real_in")]
)
def test_a_port_in_a_file_that_is_missing_or_another_is_refused(tmp_path, net, port):
    path = net().save(tmp_path / "net")
    content = read(path)
    settings = content["header"]["connections"][-1]
    settings.pop("port", None)
    if port is not None:
        settings["port"] = port
    write(path, content)
    complains(lambda: Network.load(path), [str(path), "port"])


def test_checkpoints_are_of_networks_with_the_same_ports(tmp_path):
    def made(port):
        net = Network(rules="lava")
        net.connect(pulses(net, 2, [3, 5]), products(net, 2), np.eye(2, dtype=int), port=port)
        return Emulator(net)

    saved = made("a_in2").save(tmp_path / "saved")
    made("a_in2").restore(saved)
    with pytest.raises(ValueError, match="another network"):
        made("a_in1").restore(saved)


def test_a_slot_of_the_ring_has_an_accumulator_for_each_port():
    net = Network(rules="lava")
    cells = products(net, 1000)
    net.connect(cells, cells, ([0], [1], [2]), delays=[4])
    assert image_sizes(net)['population "out": ring of 5 slots'] == 2 * 5 * 4 * 1000
    assert Emulator(net).image.arena["group0.ring"].shape == (5, 2000)


@pytest.mark.parametrize(("rules", "model"), EVERY)
def test_ports_are_no_state(rules: str, model: NeuronModel):
    assert not set(model.ports) & {name for name, _ in model.state}
    assert all(str(model.record.fields[port].of) == model.accumulator for port in model.ports)
