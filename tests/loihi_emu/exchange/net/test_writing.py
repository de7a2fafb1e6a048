"""Files that are written: the same layers, the same network, the same bits."""

import h5py
import numpy as np
import pytest
from net_files import CUBA, golden, sent, written

from loihi_emu import Conv2D, Emulator, Network, UnsupportedError, ValidationError
from loihi_emu.exchange import Layer, import_net, read_net, write_net
from loihi_emu.exchange.net import reading

FILES = ["dense", "conv", "recurrent", "by_hand", "sigma_delta", "rf", "rf_iz", "alif"]
IMAGES = ["pool", "unpool", "convT"]
ONES = np.ones((2, 3), int)


@pytest.fixture(autouse=True)
def in_this_process(monkeypatch):
    """Files that these tests write do no harm."""
    monkeypatch.setattr(reading, "read_tree", reading.read_here)


def same(one, other):
    """Whether two networks have the same neurons and the same synapses."""
    assert list(one.populations) == list(other.populations) and list(one.connections) == list(other.connections)
    for name, p in one.populations.items():
        assert p.model == other.populations[name].model and p.shape == other.populations[name].shape
        for key, value in p.parameters.items():
            assert np.array_equal(
                np.broadcast_to(value, p.size), np.broadcast_to(other.populations[name].parameters[key], p.size)
            ), (name, key)
    for name, c in one.connections.items():
        there = other.connections[name]
        assert c.kind == there.kind and c.graded == there.graded and c.port == there.port
        assert np.array_equal(one.rule_set.weights.stored(c).values, other.rule_set.weights.stored(there).values)
        assert np.array_equal(np.broadcast_to(c.delays, c.values.shape), np.broadcast_to(there.delays, c.values.shape))


@pytest.mark.filterwarnings("ignore:from_net. approximated:loihi_emu.LoihiInputWarning")
@pytest.mark.parametrize("name", FILES + IMAGES)
def test_layers_that_are_read_and_written_are_the_same_network(name, tmp_path):
    file = written(tmp_path, golden(name)["net_file"])
    shape = golden(name)["x"].shape[:3] if name in IMAGES else None
    again = write_net(tmp_path / "again.net", read_net(file), input_shape=shape)
    same(import_net(file, input_shape=shape).network, import_net(again, input_shape=shape).network)


@pytest.mark.filterwarnings("ignore:from_net. approximated:loihi_emu.LoihiInputWarning")
@pytest.mark.parametrize("rules", ["lava", "chip"])
@pytest.mark.parametrize("name", FILES)
def test_a_network_that_is_written_is_read_as_the_same(name, rules, tmp_path):
    file = written(tmp_path, golden(name)["net_file"])
    if rules == "chip" and name in ("sigma_delta", "rf", "rf_iz", "alif"):
        with pytest.raises(UnsupportedError, match='Take rules="lava"'):
            import_net(file, rules=rules)
        return
    first = import_net(file, rules=rules).network
    again = import_net(first.to_net(tmp_path / "again.net"), rules=rules).network
    by_place = dict(zip(first.populations, again.populations, strict=True))
    assert len(by_place) == len(first.populations)
    steps, rng = 30, np.random.default_rng(2)
    size = 60 if next(iter(first.populations)) == "input0" else 1
    x = (rng.random((steps, first.inputs["input"].size)) < 0.3) * size
    found = []
    for net in (first, again):
        for p in net.populations.values():
            net.probe(p, "spikes")
        emulator = Emulator(net)
        emulator.set_input("input", spikes=x)
        recording = emulator.run(steps)
        found.append([sent(recording, p) for p in net.populations])
    assert all(np.array_equal(a, b) for a, b in zip(*found, strict=True))
    assert any(a.any() for a in found[0])


def test_a_network_made_here_is_written(tmp_path):
    net = Network(rules="lava")
    pixels = net.input("pixels", (6, 5, 2))
    cells = net.population(
        "cells",
        (4, 3, 3),
        du=4095,
        dv=100,
        vth=50,
        bias_mant=np.arange(3)[None, None].repeat(12, 0).reshape(-1),
        bias_exp=6,
    )
    rng = np.random.default_rng(1)
    net.connect(pixels, cells, Conv2D(2 * rng.integers(-30, 30, (3, 3, 3, 2))))
    out = net.population("out", 7, du=2000, dv=0, vth=100)
    net.connect(cells, out, 2 * rng.integers(-50, 50, (7, 36)), delays=3)
    net.connect(out, out, 2 * rng.integers(-50, 50, (7, 7)))
    path = net.to_net(tmp_path / "x.net")
    layers = read_net(path)
    assert [k.kind for k in layers] == ["input", "conv", "flatten", "dense_rec"]
    assert layers[1].sets["bias"].tolist() == [0, 1, 2] and set(layers[3].sets["delay"].tolist()) == {3}
    again = import_net(path).network
    assert [*again.inputs, *again.populations] == ["input", "conv1", "dense_rec3"]


def refused(change, text, **layers):
    net = Network(rules=layers.pop("rules", "lava"))
    a = net.input("a", 3)
    b = net.population("b", 2, **({} if "model" in layers else {"vth": 10}) | layers)
    change(net, a, b)
    with pytest.raises((UnsupportedError, ValidationError), match=text):
        net.to_net("never.net")


@pytest.mark.parametrize(
    ("change", "text", "options"),
    [
        (lambda n, a, b: n.connect(a, b, ONES, weight_exp=-1, weight_bits=8), "no multiples of 64", {}),
        (lambda n, a, b: n.connect(a, b, ONES), "no multiple of 64", {"bias_mant": 3}),
        (lambda n, a, b: n.connect(a, b, ONES), "state at the start", {"v": 7}),
        (lambda n, a, b: n.connect(a, b, ONES), 'model "ternary_lif"', {"model": "ternary_lif"}),
        (lambda n, a, b: n.connect(a, b, ONES), "2 values, allowed is one for all", {"vth": [3, 4]}),
        (lambda n, a, b: n.connect(a, b, ONES, delays=[[0, 1, 2], [1, 0, 3]]), "neither one for each", {}),
        (lambda n, a, b: (n.connect(a, b, ONES), n.population("c", 1, vth=1)), "leads to nothing", {}),
        (lambda n, a, b: n.input("more", 2), "2 inputs", {}),
        (lambda n, a, b: n.connect(a, b, np.ones((2, 3))), 'rules "float"', {"rules": "float"}),
        (lambda n, a, b: n.connect(a[:2], b, np.ones((2, 2), int)), "whole populations", {}),
    ],
)  # fmt: skip
def test_what_files_do_not_have_is_refused_by_name(change, text, options):
    refused(change, text, **options)


def test_all_sets_that_files_of_lava_dl_have_are_written(tmp_path):
    layers = [
        Layer("input", CUBA, shape=(2, 6, 5), weight=36, bias=34),
        Layer(
            "conv", {"type": "CUBA", "iDecay": 1, "vDecay": 2, "vThMant": 3}, weight=np.ones((4, 2, 3, 3)), padding=1
        ),
        Layer("flatten"),
        Layer("dense", CUBA, weight=np.ones((3, 120))),
    ]
    with h5py.File(write_net(tmp_path / "x.net", layers)) as file:
        assert file["layer/1/type"].shape == (1,) and file["layer/1/type"][0] == b"conv"
        assert file["layer/1/weight"].dtype == np.float32
        assert sorted(file["layer/1"]) == sorted(
            ["type", "shape", "inChannels", "outChannels", "kernelSize", "stride", "padding", "dilation", "groups",
             "weight", "neuron"]
        )  # fmt: skip
        assert file["layer/1/shape"][()].tolist() == [4, 6, 5] and file["layer/1/stride"][()].tolist() == [1, 1]
        assert file["layer/1/neuron/refDelay"][()] == 1 and not file["layer/1/neuron/gradedSpike"][()]
        assert file["layer/2/shape"][()].tolist() == [120, 1, 1]
        assert file["layer/3/inFeatures"][()] == 120 and file["layer/3/outFeatures"][()] == 3
        assert file["layer/0/weight"][()] == 36


def test_nothing_is_written_of_layers_that_do_not_follow(tmp_path):
    with pytest.raises(ValidationError, match="weight"):
        write_net(
            tmp_path / "x.net",
            [Layer("dense", CUBA, weight=np.ones((3, 4))), Layer("dense", CUBA, weight=np.ones((3, 4)))],
        )
    with pytest.raises(ValidationError, match="layers"):
        write_net(tmp_path / "x.net", [])
    with pytest.raises(OSError, match="nowhere"):
        write_net(tmp_path / "nowhere" / "x.net", [Layer("dense", CUBA, weight=np.ones((3, 4)))])
    assert not list(tmp_path.iterdir())
